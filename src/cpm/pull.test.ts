/** Files fetched from the emulated machine with our SX, over good and bad lines, and from others' senders played. */
import { describe, expect, test } from "vitest";
import { faultyLink } from "../transport/faults.js";
import { loadProfile } from "../transport/profile.js";
import { sendXmodem } from "../transport/xmodem/send-xmodem.js";
import { pull } from "./pull.js";
import { assembleSender } from "./sender.js";
import { EmulatedMachine, someBytes } from "./testing/emulated-machine.js";
import { ScriptedMachine } from "./testing/scripted-machine.js";

const FILE = someBytes(128 * 45);
/** SX has been typed and listens; the first block comes at 2.7 s, the last at 3.3 s. */
const STARTED_S = 2.5;

function machineWith(files: [string, Uint8Array][] = [["NOTE.DAT", FILE]]): EmulatedMachine {
	return new EmulatedMachine({ files: new Map([["SX.COM", assembleSender("68b50")], ...files]) });
}

describe("SX", () => {
	test("fits in one kilobyte", () => expect(assembleSender("68b50").length).toBeLessThanOrEqual(1024));

	test.each([0, 128, 128 * 45, 128 * 300])("sends %i bytes", async (length) => {
		const machine = machineWith([["NOTE.DAT", someBytes(length)]]);
		const sent = pull(machine.link, machine.profile, "note.dat");
		// XMODEM cannot carry an empty file: there is no block whose ACK would show that a receiver is there.
		if (length === 0) return expect(sent).rejects.toMatchObject({ code: "transfer-failed", exitCode: 3 });
		const { received, sender, name } = await sent;
		expect({ sender, name }).toEqual({ sender: "sx", name: "NOTE.DAT" });
		expect(Buffer.compare(received.data, someBytes(length))).toBe(0);
		expect(received).toMatchObject({ protocol: "xmodem-crc", retries: 0 });
		const ccp = await machine.ccp();
		expect(await ccp.directory("NOTE.*")).toEqual(["NOTE.DAT"]);
	});
});

describe("what can be refused", () => {
	test("there is no such file", async () => {
		const machine = machineWith([]);
		await expect(pull(machine.link, machine.profile, "NOTE.DAT")).rejects.toMatchObject({
			code: "machine-refused",
			message: expect.stringContaining("no NOTE.DAT"),
		});
	});

	test("there is no sending program", async () => {
		const machine = new EmulatedMachine();
		await expect(pull(machine.link, machine.profile, "RX.COM")).rejects.toMatchObject({ code: "no-receiver" });
	});
});

test.each([1, 2, 3, 4, 5, 6])("a bad line costs time, not bytes (seed %i)", async (seed) => {
	const machine = machineWith();
	const share = { flip: 0.0003, lose: 0.0003, double: 0.0003, insert: 0.0003 };
	// Not before: what is typed at the prompt has no CRC.
	const link = faultyLink(machine.link, { seed, toHost: share, toMachine: share, fromS: STARTED_S });
	const { received } = await pull(link, machine.profile, "NOTE.DAT");
	expect(Buffer.compare(received.data, FILE)).toBe(0);
	expect(received.retries).toBeGreaterThan(0);
});

describe("an end before the end", () => {
	test("by Ctrl-C: SX is told, and the machine is at its prompt", async () => {
		const machine = machineWith();
		const controller = new AbortController();
		void machine.link.clock.sleep(STARTED_S + 0.4).then(() => controller.abort());
		const pulling = pull(machine.link, machine.profile, "NOTE.DAT", { signal: controller.signal });
		await expect(pulling).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
		const ccp = await machine.ccp();
		expect(machine.output).toContain("SX FAILED: cancelled");
		expect(await ccp.directory("NOTE.*")).toEqual(["NOTE.DAT"]);
	});

	test("by a pulled cable: line-lost, and the next pull succeeds", async () => {
		const machine = machineWith();
		void machine.link.clock.sleep(STARTED_S + 0.4).then(machine.unplug);
		await expect(pull(machine.link, machine.profile, "NOTE.DAT")).rejects.toMatchObject({ code: "line-lost" });
		machine.replug();
		const { received } = await pull(machine.link, machine.profile, "NOTE.DAT");
		expect(Buffer.compare(received.data, FILE)).toBe(0);
	});
});

test("a line too bad for any block is the line's failure, whichever end gives up first", async () => {
	const machine = machineWith();
	const link = faultyLink(machine.link, { seed: 1, toHost: { flip: 0.05 }, fromS: STARTED_S });
	const error = await pull(link, machine.profile, "NOTE.DAT").catch((reason: unknown) => reason);
	expect(error).toMatchObject({ code: "transfer-failed", exitCode: 3 });
});

describe("senders of others, as their sources and sessions show them", () => {
	/** A machine that has this program only. `pauseS` passes before it listens for C. */
	function machineThatHas(command: string, opening: string, pauseS: number, late: string, closing: string) {
		const machine = new ScriptedMachine({
			prompt: "A>",
			answer: (line) => {
				if (line !== command) return undefined;
				const swallow = () => {
					machine.onKey = swallow;
					return "";
				};
				machine.onKey = swallow;
				machine.wire.clock.at(machine.wire.clock.now() + pauseS, () => {
					machine.print(late);
					void sendXmodem(machine.wire.far, FILE).then(() => {
						machine.onKey = undefined;
						machine.print(`${closing}\r\nA>`);
					});
				});
				return opening;
			},
		});
		return machine;
	}

	test("RomWBW's XM S, which says nothing at its end", async () => {
		const machine = machineThatHas(
			"XM S NOTE.DAT",
			"XMODEM v12.5 - 07/13/86\r\nRBC, 28-Aug-2019 [WBW], ASCI\r\n\r\nFile open: 45 records\r\n" +
				"To cancel: Ctrl-X, pause, Ctrl-X\r\n",
			0.5,
			"",
			"",
		);
		const { sender, received } = await pull(machine.link, loadProfile("generic"), "NOTE.DAT");
		expect(sender).toBe("xm");
		expect(Buffer.compare(received.data, FILE)).toBe(0);
		expect(machine.lines.filter((line) => line.includes("NOTE"))).toEqual(["SX NOTE.DAT", "XM S NOTE.DAT"]);
	});

	test("XMODEM 2.7, which is deaf for seconds in the middle of its banner", async () => {
		const machine = machineThatHas(
			"XMODEM NOTE.DAT /S /X0 /Q",
			"\r\nFile open\r\nSending via CON",
			4,
			" with CRCs",
			"OK\r\nSent 45 blocks\r\n",
		);
		const { sender, received } = await pull(machine.link, loadProfile("generic"), "NOTE.DAT");
		expect(sender).toBe("xmodem-27");
		expect(Buffer.compare(received.data, FILE)).toBe(0);
		expect(received).toMatchObject({ protocol: "xmodem-crc", retries: 0 });
	});

	test("are the profile's: one that names XM is not asked for SX", async () => {
		const machine = machineThatHas("XM S NOTE.DAT", "File open: 45 records\r\n", 0.5, "", "");
		await pull(machine.link, loadProfile("rc2014-romwbw"), "NOTE.DAT");
		expect(machine.lines.filter((line) => line.includes("NOTE"))).toEqual(["XM S NOTE.DAT"]);
	});

	test("refuse with their own words", async () => {
		const machine = new ScriptedMachine({
			prompt: "A>",
			answer: (line) => (line.startsWith("XM ") ? "XMODEM v12.5\r\n\r\n++ File not found ++\r\n" : undefined),
		});
		const pulling = pull(machine.link, loadProfile("rc2014-romwbw"), "NOTE.DAT");
		await expect(pulling).rejects.toMatchObject({ code: "machine-refused", exitCode: 4 });
	});
});
