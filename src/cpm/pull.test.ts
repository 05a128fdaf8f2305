/** Files fetched from the emulated machine with our SX, over good and bad lines. */
import { describe, expect, test } from "vitest";
import { faultyLink } from "../transport/faults.js";
import { pull } from "./pull.js";
import { assembleSender } from "./sender.js";
import { EmulatedMachine, someBytes } from "./testing/emulated-machine.js";

const FILE = someBytes(128 * 45);

function machineWith(files: [string, Uint8Array][] = [["NOTE.DAT", FILE]]): EmulatedMachine {
	return new EmulatedMachine({ files: new Map([["SX.COM", assembleSender("68b50")], ...files]) });
}

describe("SX", () => {
	test("fits in one kilobyte", () => expect(assembleSender("68b50").length).toBeLessThanOrEqual(1024));

	test.each([0, 128, 128 * 45, 128 * 300])("sends %i bytes", async (length) => {
		const machine = machineWith([["NOTE.DAT", someBytes(length)]]);
		const sent = pull(machine.link, machine.profile, "note.dat");
		// XMODEM cannot carry an empty file: there is no block whose ACK would show that a receiver is there.
		if (length === 0) return expect(sent).rejects.toMatchObject({ code: "transfer-cancelled" });
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
	// From the fourth second on: what is typed at the prompt has no CRC.
	const link = faultyLink(machine.link, { seed, toHost: share, toMachine: share, fromS: 4 });
	const { received } = await pull(link, machine.profile, "NOTE.DAT");
	expect(Buffer.compare(received.data, FILE)).toBe(0);
});
