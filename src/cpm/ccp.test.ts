/**
 * Finding the prompt of machines of all kinds and understanding what they say. Fixtures are written from the facts about
 * CP/M 2.2, CP/M 3 and RunCPM; nothing here is a recording.
 */
import { describe, expect, test } from "vitest";
import { loadProfile } from "../transport/profile.js";
import { Ccp, parseDirectory } from "./ccp.js";
import { shown } from "./console.js";
import { faultIn, isUnknownCommand } from "./messages.js";
import { EmulatedMachine } from "./testing/emulated-machine.js";
import { ScriptedMachine, type ScriptedMachineOptions } from "./testing/scripted-machine.js";

const PROMPTS = { prompts: [/[0-9]{0,2}[A-Pa-p][0-9]{0,2}>/] };

function machineWith(options: Partial<ScriptedMachineOptions> = {}): { machine: ScriptedMachine; ccp: Ccp } {
	const machine = new ScriptedMachine({ prompt: "A>", ...options });
	return { machine, ccp: new Ccp(machine.link, PROMPTS) };
}

describe("finding the prompt", () => {
	test.each(["A>", "1A>", "A0>", "b>", "15P>", "B> "])("%j", async (prompt) => {
		const { machine, ccp } = machineWith({ prompt });
		expect(await ccp.find()).toBe(prompt);
		expect(machine.keys).toBe("\x18\r");
	});

	test("with noise right before it", async () => {
		const { ccp } = machineWith({ prompt: "\xff\x00\x1b[0mA>" });
		expect(await ccp.find()).toBe("A>");
	});

	test("after a boot that prints prompts and commands of its own for a while", async () => {
		const { machine, ccp } = machineWith();
		for (let i = 0; i < 20; i++) machine.printAt(i * 0.3, `\r\nA>setdef ${i}\r\r\n`);
		machine.printAt(6, "\x1b7\x1b[255;255H\x1b[6n\x1b8RSX loaded\r\nA>DEVICE CONSOLE\r\n\r\nA>");
		expect(await ccp.find()).toBe("A>");
		expect(machine.link.clock.now()).toBeGreaterThan(6.4);
		expect(machine.keys).toBe("\x18\r");
	});

	test("a half-typed line is erased, not run", async () => {
		const { machine, ccp } = machineWith();
		await machine.link.write(Uint8Array.from(Buffer.from("ERA *.*")));
		await ccp.find();
		expect(machine.lines).toEqual([]);
	});

	test("our chat program is left with !", async () => {
		const { machine, ccp } = machineWith({
			prompt: "> ",
			answer: (line, self) => {
				if (line === "!") self.prompt = "A>";
				return "";
			},
		});
		expect(await ccp.find()).toBe("A>");
		expect(machine.lines).toEqual(["!"]);
	});

	test("another program that answers is not typed into", async () => {
		const { machine, ccp } = machineWith({ prompt: "Name: " });
		await expect(ccp.find()).rejects.toMatchObject({
			code: "no-prompt",
			exitCode: 3,
			message: expect.stringContaining('There is no CP/M prompt: the machine said "'),
		});
		expect(machine.lines).toEqual([]);
		expect(new Set(machine.keys)).toEqual(new Set(["\x18", "\r"]));
	});

	test.each(["Bdos Err On A: R/O", "Bdos Err on Z: Select", "Bdos Err On B: Bad Sector"])(
		"%s waits for a key, which is ^C",
		async (message) => {
			const { machine, ccp } = machineWith();
			machine.print(`\r\n${message}`);
			machine.onKey = () => "\r\nA>";
			expect(await ccp.find()).toBe("A>");
			expect(machine.keys).toBe("\x03\x18\r");
		},
	);

	test("a question is answered with N", async () => {
		const { machine, ccp } = machineWith();
		machine.print("\r\nALL (Y/N)?");
		machine.onKey = () => "N\r\nA>";
		await ccp.find();
		expect(machine.keys.replace("\r", "")).toBe("N\x18\r");
	});

	test("a receiver waiting for its first block is cancelled", async () => {
		const machine = new EmulatedMachine();
		const first = await machine.ccp();
		await first.enter("RX X.COM");
		first.close();
		await machine.link.clock.sleep(2);
		expect(await (await machine.ccp()).find()).toBe("A>");
		expect(machine.output).toContain("RX FAILED: cancelled");
		expect(machine.names).toEqual(["RX.COM"]);
	});

	test.each([
		["RomWBW's boot loader", "\r\nBoot [H=Help]: ", "C", "Loading CP/M 2.2...\r\n\r\nB>", "B>"],
		["the Small Computer Monitor", "*", "CPM", "CP/M 2.2 Copyright 1979 (c) by Digital Research\r\n\r\nA>", "A>"],
	])("%s is told to boot", async (_, loader, command, boot, prompt) => {
		const machine = new ScriptedMachine({
			prompt: loader,
			answer: (line, self) => {
				if (line !== command) return undefined;
				self.prompt = "";
				self.printAt(machine.link.clock.now() + 8, boot);
				machine.wire.clock.at(machine.link.clock.now() + 8, () => {
					self.prompt = prompt;
				});
				return "";
			},
		});
		const ccp = new Ccp(machine.link, loadProfile("generic"));
		expect(await ccp.find()).toBe(prompt);
		expect(machine.lines).toEqual([command]);
	});

	test("a monitor that does not know the command is asked twice and left alone", async () => {
		const machine = new ScriptedMachine({ prompt: "*", answer: () => "Bad command" });
		await expect(new Ccp(machine.link, loadProfile("generic")).find()).rejects.toMatchObject({ code: "no-prompt" });
		expect(machine.lines).toEqual(["CPM", "CPM"]);
	});

	test("DDT in the middle of an S command, and DDT", async () => {
		const { machine, ccp } = machineWith();
		let ended = false;
		let line = "";
		const ddt = (key: string): string => {
			if (key === "\x03") return "\r\nA>";
			machine.onKey = ddt;
			line = key === "\x18" ? "" : line + key;
			if (key !== "\r") return "";
			ended ||= line === ".\r";
			line = "";
			return ended ? "\r\n-" : "\r\n0103 C9 ";
		};
		machine.onKey = ddt;
		expect(await ccp.find()).toBe("A>");
		expect(machine.keys).toBe("\x18\r.\r\x18\r\x03\x18\r");
	});

	test("PIP that still copies from the console is told that the text has ended", async () => {
		const { machine, ccp } = machineWith();
		const copy = (key: string): string => {
			if (key === "\x1a") return "\r\nA>";
			machine.onKey = copy;
			return key === "\r" ? key : "";
		};
		machine.onKey = copy;
		expect(await ccp.find()).toBe("A>");
		expect(machine.keys).toBe("\x18\r\x1a\x18\r");
	});

	test("a receiver that ignores CAN is told that the file has ended", async () => {
		const { machine, ccp } = machineWith();
		const receive = (key: string): string => {
			if (key === "\x04") return "\x06\r\nOK\r\nA>";
			machine.onKey = receive;
			return "";
		};
		machine.onKey = receive;
		for (let t = 8; t < 60; t += 10) machine.wire.clock.at(t, () => machine.onKey && machine.print("C"));
		expect(await ccp.find()).toBe("A>");
		expect(machine.keys.replaceAll("\x18", "^").replaceAll("\r", "/").replace("\x04", "EOT")).toMatch(
			/^(\^\/)+\^\^\^(\^\/)+EOT\^\/$/,
		);
	});

	test("a machine that waits to be told where the cursor is", async () => {
		const { machine, ccp } = machineWith();
		let heard = "";
		const wait = (key: string): string => {
			heard += key;
			if (heard.endsWith("R")) return "RSX loaded\r\nA>";
			machine.onKey = wait;
			return key === "\r" ? "\x1b7\x1b[255;255H\x1b[6n\x1b8" : "";
		};
		machine.onKey = wait;
		expect(await ccp.find()).toBe("A>");
		expect(heard).toBe("\x18\r\x1b[24;80R");
	});

	test("a line that is dead, and one that is cut", async () => {
		const { machine, ccp } = machineWith({ loses: () => true });
		await expect(ccp.find()).rejects.toMatchObject({
			code: "no-answer",
			exitCode: 3,
			message: "The machine on loopback does not answer.",
		});
		machine.wire.cut();
		await expect(ccp.find()).rejects.toMatchObject({ code: "line-lost" });
	});

	test("Ctrl-C while waiting", async () => {
		const stop = new AbortController();
		const machine = new ScriptedMachine({ prompt: "A>", loses: () => true });
		const ccp = new Ccp(machine.link, PROMPTS, { signal: stop.signal });
		machine.wire.clock.at(1, () => stop.abort());
		await expect(ccp.find()).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
		expect(machine.link.clock.now()).toBe(1);
	});
});

describe("commands", () => {
	test("the output is what stands between echo and prompt", async () => {
		const { ccp } = machineWith({ answer: () => "one\r\ntwo A>three\r\n" });
		expect(await ccp.run("X")).toEqual({ output: "one\r\ntwo A>three", fault: undefined, unknown: false });
	});

	test("output may pause longer than a prompt is waited for", async () => {
		const { machine, ccp } = machineWith({
			answer: (_, self) => {
				self.printAt(self.link.clock.now() + 1, "more\r\n\r\nA>");
				return "some\r\n";
			},
		});
		machine.prompt = "";
		expect((await ccp.run("X")).output).toBe("some\r\n\r\nmore");
	});

	test("a character lost on the way is noticed by its echo, and the line typed again slowly", async () => {
		const { machine, ccp } = machineWith({ loses: (index) => index === 2, answer: () => "fine" });
		expect((await ccp.run("DIR X.COM")).output).toBe("fine");
		expect(machine.lines).toEqual(["DIR X.COM"]);
	});

	test("a line without echo is not entered", async () => {
		const { machine, ccp } = machineWith({ loses: (index) => index % 2 === 0 });
		await expect(ccp.run("DIR")).rejects.toMatchObject({ code: "line-failed", exitCode: 3 });
		expect(machine.lines).toEqual([]);
	});

	test("a command longer than CP/M's line is refused, never cut", async () => {
		const { machine, ccp } = machineWith();
		await expect(ccp.run(`X ${"y".repeat(126)}`)).rejects.toMatchObject({ code: "usage" });
		expect(machine.keys).toBe("");
		await expect(ccp.run(`X ${"y".repeat(125)}`)).resolves.toMatchObject({ unknown: true });
	});

	test("a BDOS error in the middle is answered, and reported", async () => {
		const { ccp } = machineWith({
			answer: (_, self) => {
				self.onKey = () => "\r\nA>";
				return "Bdos Err On A: File R/O";
			},
		});
		const { fault } = await ccp.run("ERA PIP.COM");
		expect(fault).toMatchObject({
			code: "file-read-only",
			message: 'The file on the machine is read-only ("Bdos Err On A: File R/O").',
		});
	});

	test("a command that never ends", async () => {
		const { ccp } = machineWith({
			answer: (_, self) => {
				self.onKey = () => "";
				return "thinking";
			},
		});
		await expect(ccp.run("X", 5)).rejects.toMatchObject({
			code: "no-answer",
			message: 'The machine did not come back to its prompt: it said "thinking" and then nothing for 5 s.',
		});
	});

	test("ERA and REN outcomes on the emulated machine", async () => {
		const machine = new EmulatedMachine({
			files: new Map([
				["A.X", Uint8Array.of(1)],
				["B.X", Uint8Array.of(2)],
			]),
		});
		const ccp = await machine.ccp();
		expect(await ccp.rename("A.X", "B.X")).toBe("exists");
		expect(await ccp.rename("C.X", "D.X")).toBe("missing");
		expect(await ccp.rename("A.X", "D.X")).toBe("done");
		expect(await ccp.erase("A.X")).toBe("missing");
		expect(await ccp.erase("D.X")).toBe("done");
		expect(await ccp.directory("*.X")).toEqual(["B.X"]);
		machine.setReadOnly("B.X");
		await expect(ccp.erase("B.X")).rejects.toMatchObject({ code: "file-read-only" });
		expect(await ccp.directory("*.X")).toEqual(["B.X"]);
	});
});

describe("messages", () => {
	test.each([
		["Bdos Err On A: R/O", "disk-read-only"],
		["Bdos Err On A: File R/O", "file-read-only"],
		["Bdos Err On Z: Select", "machine-refused"],
		["Bdos Err On B: Bad Sector", "machine-refused"],
		["CP/M Error On A: Read/Only Disk\r\nBDOS Function = 22  File = X.COM", "disk-read-only"],
		["CP/M Error On A: Read/Only File\r\nBDOS Function = 19", "file-read-only"],
		["CP/M Error On I: Disk I/O\r\nBDOS Function = 15", "machine-refused"],
		["NO SPACE", "disk-full"],
		["can't make file - directory may be full?", "disk-full"],
		["RX FAILED: disk full", "disk-full"],
		["NO FILE", undefined],
		["A: FULL     COM", undefined],
	])("%j is %s", (output, code) => expect(faultIn(output)?.code).toBe(code));

	test("unknown commands", () => {
		expect(isUnknownCommand("\r\r\nRX?\r\n\r\nA>", "RX X.COM")).toBe(true);
		expect(isUnknownCommand("rx?", "RX X.COM")).toBe(true);
		expect(isUnknownCommand("CP/M Error On I: Disk I/O\r\nBDOS Function = 15  File = RX      .COM", "RX A")).toBe(true);
		expect(isUnknownCommand("Overwrite RX? ", "RX X.COM")).toBe(false);
	});

	test("directories of CP/M and RunCPM", () => {
		expect(parseDirectory("A: RX       COM : CHAT     COM\r\nA: NOTE         : A        B")).toEqual([
			"RX.COM",
			"CHAT.COM",
			"NOTE",
			"A.B",
		]);
		expect(parseDirectory("A: CHAT     COM  |  GUESS    COM")).toEqual(["CHAT.COM", "GUESS.COM"]);
		expect(parseDirectory("NO FILE")).toEqual([]);
	});

	test("what a machine prints reaches a terminal as plain lines", () => {
		expect(shown("\x1b[2J\x07A>DIR\r\r\n\xb1\tok\r\n")).toBe("\\e[2J\\x07A>DIR\n\\xb1\\tok\n");
	});
});
