/**
 * The console engine against recordings of real CP/M 2.2, CP/M 3 and RunCPM sessions. They are not part of this
 * repository: where the folder is missing, these tests are skipped and say so.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { knownReceivers } from "../transport/machine-programs.js";
import { figuresAreRight } from "./bootstrap-hex.js";
import { Ccp, parseDirectory } from "./ccp.js";
import { downloadPackage, downloadWith } from "./download.js";
import { faultIn, saysNoFile } from "./messages.js";
import { receiveFile } from "./receive.js";
import { CaptureReplay } from "./testing/capture-replay.js";
import { typeConfirmed } from "./typist.js";

const FOLDER = fileURLToPath(new URL("../../../shared/captures/", import.meta.url));
const PROMPTS = { prompts: [/[0-9]{0,2}[A-Pa-p][0-9]{0,2}>/] };

function open(file: string): { replay: CaptureReplay; ccp: Ccp; run: Ccp["run"] } {
	const replay = new CaptureReplay(`${FOLDER}${file}`);
	const ccp = new Ccp(replay.link, PROMPTS);
	return {
		replay,
		ccp,
		run: (command, silenceS) => {
			replay.goTo(`${command}\r`);
			return ccp.run(command, silenceS);
		},
	};
}

describe.skipIf(!existsSync(FOLDER))(
	`recordings in ${existsSync(FOLDER) ? "" : "(SKIPPED, NOT THERE) "}../shared/captures`,
	() => {
		test("CP/M 2.2: commands, programs, a directory", async () => {
			const { run, ccp, replay } = open("cpm22-pip-load.jsonl");
			expect(await run("FOO")).toMatchObject({ unknown: true, output: "FOO?" });
			expect((await run("STAT")).output).toMatch(/^A: R\/W, Space: 11k$/);
			expect(saysNoFile((await run("ERA HELLO.*")).output)).toBe(true);
			expect((await run("LOAD HELLO")).output).toMatch(/RECORDS WRITTEN 01$/);
			expect((await run("HELLO")).output).toBe("HELLO FROM HEX");
			replay.goTo("DIR HELLO.*\r");
			expect(await ccp.directory("HELLO.*")).toEqual(["HELLO.HEX", "HELLO.COM"]);
		});

		test("CP/M 2.2: errors that wait for a key, questions, read-only files and disks", async () => {
			const { run } = open("cpm22-pip-ddt-variants.jsonl");
			expect((await run("LOAD H3")).output).toContain("CHECK SUM ERROR");
			expect((await run("DIR Z:")).fault?.code).toBe("machine-refused");
			expect((await run("TYPE NOFILE")).output).toBe("NOFILE?");
			expect((await run("STAT")).unknown).toBe(true);
			expect((await run("ERA PIP.COM")).fault?.code).toBe("file-read-only");
			expect((await run("SAVE 1 ZZ.COM")).fault?.code).toBe("disk-read-only");
			expect(await run("ERA ZZ.COM")).toEqual({ output: "", fault: undefined, unknown: false });
		});

		test("CP/M 3: chatter at boot, errors with function numbers", async () => {
			const { run, ccp, replay } = open("cpm3.jsonl");
			replay.goTo("");
			const boot = await ccp.console.listen(1, 20);
			await ccp.console.type("\r");
			const rest = await ccp.untilAnyWaiting(20);
			expect((boot + rest.text).match(/A>/g)?.length).toBeGreaterThan(6);
			expect(rest.waiting).toBe("prompt");
			expect(rest.text).toMatch(/A>$/);
			expect(await run("FOO")).toMatchObject({ unknown: true });
			expect(parseDirectory((await run("DIR")).output)).toEqual([
				"CPM3.SYS",
				"VT100DYN.COM",
				"TRACE.UTL",
				"HIST.UTL",
				"PROFILE.SUB",
			]);
			expect((await run("HEXCOM HELLO")).output).toMatch(/RECORDS WRITTEN 01$/);
			expect((await run("LOAD HELLO")).unknown).toBe(true);
			expect((await run("HELLO")).output).toBe("HELLO FROM HEX");
		});

		test("RunCPM", async () => {
			const { run, ccp, replay } = open("runcpm-errors.jsonl");
			expect((await run("FOO")).unknown).toBe(true);
			replay.goTo("DIR\r");
			expect((await ccp.run("DIR")).output).toBe("A: CHAT     COM  |  GUESS    COM");
			expect((await run("PIP X.HEX=CON:")).unknown).toBe(true);
			expect((await run("ERA ZZ.COM")).output).toBe("");
		});

		test.each([
			["CP/M 2.2, CR LF", "cpm22-pip-load.jsonl", "HELLO", "LOAD"],
			["CP/M 2.2, CR", "cpm22-pip-ddt-variants.jsonl", "H1", "LOAD"],
			["CP/M 2.2, LF", "cpm22-pip-ddt-variants.jsonl", "H2", "LOAD"],
			["CP/M 3", "cpm3.jsonl", "HELLO", "HEXCOM"],
			["RunCPM", "runcpm-pip-load.jsonl", "HELLO", "LOAD"],
		])("%s: a program typed in through PIP, line by line and character by character", async (_, file, stem, tool) => {
			for (const window of [64, 1]) {
				const { replay, ccp, run } = open(file);
				const start = replay.typed.indexOf(`PIP ${stem}.HEX=CON:\r`);
				const text = replay.typed[start + 1] as string;
				await run(`PIP ${stem}.HEX=CON:`, 1).catch(() => undefined);
				await typeConfirmed(ccp.console, text, { window });
				await ccp.console.type("\x1a");
				await ccp.untilPrompt();
				const { output } = await run(`${tool} ${stem}`);
				expect(figuresAreRight(output, 26), output).toBe(true);
				expect(figuresAreRight(output, 27)).toBe(false);
			}
		});

		test("CP/M 2.2: LOAD that met a bad checksum is not believed", async () => {
			const { run } = open("cpm22-pip-ddt-variants.jsonl");
			expect(figuresAreRight((await run("LOAD H3")).output, 26)).toBe(false);
		});

		test("CP/M 3: PIP on a full disk, HEXCOM without a file, a file that is read-only", async () => {
			const { replay, ccp, run } = open("cpm3.jsonl");
			replay.goTo("\x1a");
			replay.goTo("PIP BAD.HEX=CON:\r");
			replay.goTo("\x1a");
			await ccp.console.type("\x1a");
			expect(faultIn(await ccp.untilPrompt())?.code).toBe("disk-full");
			expect(figuresAreRight((await run("HEXCOM BAD")).output, 26)).toBe(false);
			expect((await run("ERA PIP.COM")).fault?.code).toBe("file-read-only");
		});

		test.each([
			["HELLO.COM", undefined],
			["BIG.COM", undefined],
			["BAD.COM", "transfer-failed"],
		])("DOWNLOAD.COM takes the same %s from us, or says that it is bad", async (name, code) => {
			const { replay, ccp } = open("cpm22-download.jsonl");
			const receiver = knownReceivers().get("download");
			const typed = replay.typed.find((text) => text.startsWith(`DOWNLOAD ${name}\r`)) as string;
			const [, hex = "", tail] = /:([0-9A-F]+)>([0-9A-F]{4})$/.exec(typed) ?? [];
			const file = new Uint8Array(Buffer.from(hex, "hex"));
			if (receiver === undefined) throw new Error("no profile of DOWNLOAD");
			if (code === undefined) expect(downloadPackage(name, file)).toBe(typed);
			else expect(downloadPackage(name, file)).not.toContain(`>${tail}`);
			replay.goTo(typed);
			const sent = downloadWith(ccp, receiver, name, file, {});
			if (code === undefined) expect(await sent).toMatchObject({ protocol: "download", bytes: file.length });
			else await expect(sent).rejects.toMatchObject({ code });
		});

		test.each([
			["with CRC", "XMODEM XA.COM /R /X0", "xmodem-crc"],
			["over an existing file, after its question", "XMODEM XA.COM /R /X0 /Q", "xmodem-crc"],
			["with checksums", "XMODEM XC.COM /R /X0 /Q /C", "xmodem-checksum"],
		])("XMODEM 2.7 takes the same file from us, %s", async (_, command, protocol) => {
			const { replay, ccp } = open("cpm22-xmodem27.jsonl");
			const receiver = knownReceivers().get("xmodem-27");
			if (receiver === undefined) throw new Error("no profile of XMODEM 2.7");
			const start = replay.typed.indexOf(`${command}\r`) + 1;
			const blocks = replay.typed.slice(start).filter((typed) => typed.length > 100);
			const file = Buffer.from(
				blocks
					.slice(0, 24)
					.map((block) => block.slice(3, 131))
					.join(""),
				"latin1",
			);
			replay.goTo(`${command}\r`);
			const { transfer } = await receiveFile(ccp, [{ ...receiver, command: `${command}{name}` }], "", file);
			expect(transfer).toMatchObject({ protocol, bytes: 24 * 128, retries: 0 });
		});
	},
);
