/**
 * Chat and timing with a program that talks over the line while the machine's console is elsewhere. A person types what
 * they are told to; the machine is made up.
 */
import { describe, expect, test } from "vitest";
import { bytesToText, textToBytes } from "../transport/byte-reader.js";
import { loadProfile } from "../transport/profile.js";
import { loopback } from "../transport/simulation/loopback.js";
import { Ccp } from "./ccp.js";
import { ChatSession } from "./chat.js";
import type { SessionEvent } from "./session-events.js";
import { timePasses } from "./timing.js";

const PROFILE = loadProfile("pc8801");
const PASS_S = 0.05;

/** A machine whose person types the commands they read; `program` gets them. */
function desk(program: (command: string, say: (text: string, atS?: number) => void) => void) {
	const wire = loopback({ baud: 9600 });
	const said: string[] = [];
	const say = (text: string, afterS = 0) =>
		wire.clock.at(wire.clock.now() + afterS, () => void wire.far.write(textToBytes(text)));
	const onEvent = (event: SessionEvent) => {
		if (event.type !== "instructions") return;
		const command = /type: {2}(.*?) {2}and/.exec(event.steps[0] as string)?.[1] as string;
		said.push(command);
		wire.clock.at(wire.clock.now() + 8, () => program(command, say));
	};
	return { wire, said, onEvent, say };
}

describe("a program that talks over the line", () => {
	test("is started by the person, asked over the line, and left", async () => {
		let line = "";
		const { wire, said, onEvent, say } = desk((command, print) => command === "CHAT" && print("ZULM TEST\r\n> "));
		wire.far.onData((bytes) => {
			for (const key of bytesToText(bytes)) {
				line += key;
				if (key !== "\r") say(key);
				else if (line !== "!\r") say("\r\nHI\r\n> ", 0.5);
			}
		});
		const session = await ChatSession.open(wire.near, PROFILE, "CHAT.COM", { onEvent });
		expect(await session.ask("hello")).toMatchObject({ reply: "HI", gapsS: [expect.any(Number)] });
		line = "";
		await session.leave();
		await wire.clock.sleep(1);
		expect(line).toBe("!\r");
		expect(said).toEqual(["CHAT"]);
	});

	test("is timed", async () => {
		const { wire, said, onEvent } = desk((command, print) => {
			const passes = Number(/\/B (\d+)/.exec(command)?.[1]);
			print("[");
			print("]\r\n", passes * PASS_S);
		});
		const timing = await timePasses(wire.near, PROFILE, "CHAT.COM", { onEvent, passTStates: 200_000 });
		expect(timing.secondsPerPass).toBeCloseTo(PASS_S, 3);
		expect(timing.effectiveClockHz).toBeCloseTo(4_000_000, -5);
		expect(said[0]).toBe("CHAT /B 1");
	});

	test("nobody comes", async () => {
		const { wire } = desk(() => {});
		await expect(ChatSession.open(wire.near, PROFILE, "CHAT.COM")).rejects.toMatchObject({ code: "no-answer" });
	});

	test("a prompt is not looked for where none can be", async () => {
		const { wire } = desk(() => {});
		await expect(new Ccp(wire.near, PROFILE).find()).rejects.toMatchObject({ code: "usage" });
		expect(wire.clock.now()).toBe(0);
	});
});
