/** Whose failure it is when a transfer ends early: what the machine says decides between the line (3) and a refusal (4). */
import { expect, test } from "vitest";
import { loadProfile } from "../transport/profile.js";
import { BLOCK_BYTES } from "../transport/xmodem/control-bytes.js";
import { Ccp } from "./ccp.js";
import { receiveFile } from "./receive.js";
import { someBytes } from "./testing/emulated-machine.js";
import { ScriptedMachine } from "./testing/scripted-machine.js";

const CRC_FRAME_BYTES = 3 + BLOCK_BYTES + 2;

/** Its RX asks for a file, takes nothing, and ends after `endsAfter` bytes, or at CAN CAN, with these words. */
async function sendTo(endsAfter: number, words: string): Promise<unknown> {
	const machine = new ScriptedMachine({
		prompt: "A>",
		answer: (line) => {
			if (!line.startsWith("RX ")) return undefined;
			machine.onKey = receive;
			return `${line}\r\nC`;
		},
	});
	let arrived = 0;
	const receive = (): string => {
		arrived++;
		if (arrived === endsAfter) return `\x18\x18\r\n${words}\r\nA>`;
		if (machine.keys.endsWith("\x18\x18")) return `\r\n${words}\r\nA>`;
		machine.onKey = receive;
		return "";
	};
	const profile = loadProfile("emulator");
	const ccp = new Ccp(machine.link, profile);
	await ccp.find();
	return receiveFile(ccp, profile.receivers, "CHAT.COM", someBytes(1000)).catch((error: unknown) => error);
}

test.each([
	["RX FAILED: bad line", "transfer-failed", 3],
	["RX FAILED: cancelled", "transfer-cancelled", 4],
	["RX FAILED: disk full", "disk-full", 4],
	["RX FAILED: disk error", "machine-refused", 4],
	["", "transfer-cancelled", 4],
])('a receiver that cancels and says "%s" is %s', async (words, code, exitCode) => {
	const error = await sendTo(CRC_FRAME_BYTES, words);
	expect(error).toMatchObject({ code, exitCode, message: expect.stringContaining(words.slice("RX ".length)) });
});

test("a receiver that we tell to cancel has only heard so: the line failed", async () => {
	const error = await sendTo(Number.POSITIVE_INFINITY, "RX FAILED: cancelled");
	expect(error).toMatchObject({
		code: "transfer-failed",
		exitCode: 3,
		message: expect.stringContaining('sent 11 times; it said "RX FAILED: cancelled"'),
	});
});
