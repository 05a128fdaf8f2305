/**
 * Chat, verification and timing against our own program on the emulated machine.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { generate } from "../model/reference.js";
import { type ChatReply, ChatSession, chat, sanitiseQuery } from "./chat.js";
import { packModel } from "./pack.js";
import type { Program } from "./program.js";
import { EmulatedMachine, someBytes } from "./testing/emulated-machine.js";
import { randomModel } from "./testing/random-model.js";
import { ScriptedMachine } from "./testing/scripted-machine.js";
import { replyTimes, timePasses } from "./timing.js";
import { verify } from "./verify.js";

const MODEL = randomModel(4, {
	features: { buckets: 128, ngrams: [3] },
	hidden: [12],
	characters: 30,
	density: 0.4,
	biasRange: 300,
});
const QUERIES = ["hello", "what is your name?", "a", "Tell me MORE about it", "x".repeat(80)];
let program: Program;

beforeAll(() => {
	program = packModel(MODEL, { name: "TINY" });
});

function machineWithProgram(options = {}): EmulatedMachine {
	return new EmulatedMachine({ files: new Map([["CHAT.COM", program.image]]), ...options });
}

describe("chat", () => {
	test("a script: replies equal the reference, and come with the time of every character", async () => {
		const { link, profile } = machineWithProgram();
		const seen: ChatReply[] = [];
		const replies = await chat(link, profile, "chat", QUERIES, {
			expect: (query) => generate(MODEL.network, query),
			onReply: (reply) => seen.push(reply),
		});
		expect(seen).toEqual(replies);
		expect(replies.map(({ query }) => query)).toEqual([...QUERIES.slice(0, 4), "x".repeat(62)]);
		for (const { reply, expected, ok, firstCharS, gapsS, replyS } of replies) {
			expect(reply).toBe(expected);
			expect(ok).toBe(true);
			expect(gapsS).toHaveLength(Math.max(0, reply.length - 1));
			if (reply === "") continue;
			expect(firstCharS).toBeGreaterThan(0);
			expect((firstCharS as number) + gapsS.reduce((a, b) => a + b, 0)).toBeCloseTo(replyS as number, 9);
		}
		const times = replyTimes(replies);
		expect(times.firstChar).toHaveLength(replies.filter(({ reply }) => reply !== "").length);
		expect(times.perChar).toHaveLength(replies.flatMap(({ gapsS }) => gapsS).length);
		expect(Math.max(...times.reply)).toBeGreaterThan(Math.max(...times.firstChar));
	});

	test("the machine is at its prompt afterwards, and the times are the same on every run", async () => {
		const runs = await Promise.all(
			[0, 1].map(async () => {
				const machine = machineWithProgram();
				const replies = await chat(machine.link, machine.profile, "CHAT.COM", QUERIES);
				expect(machine.output).toMatch(/> !\r?\r\n+\r?\n?A>$/);
				return replies;
			}),
		);
		expect(runs[0]).toEqual(runs[1]);
	});

	test("what differs from the reference is said to differ", async () => {
		const { link, profile } = machineWithProgram();
		const [reply] = await chat(link, profile, "CHAT", ["hello"], { expect: () => "something else" });
		expect(reply).toMatchObject({ ok: false, expected: "something else" });
	});

	test("a lone ! in a script does not leave the program", async () => {
		const { link, profile } = machineWithProgram();
		const replies = await chat(link, profile, "CHAT", ["!", " ! ", "hello"]);
		expect(replies.map(({ query }) => query)).toEqual(["!!", "!!", "hello"]);
	});

	test("one question at a time, with the text as it arrives", async () => {
		const { link, profile } = machineWithProgram();
		let text = "";
		const session = await ChatSession.open(link, profile, "CHAT", {
			onText: (piece) => {
				text += piece;
			},
		});
		const { reply } = await session.ask("hello");
		expect(text).toBe(reply);
		expect(reply).not.toBe("");
		await expect(session.ask(" \t ")).rejects.toMatchObject({ code: "usage" });
		await session.leave();
	});

	test.each([
		["  hi\tthere\r\n!\x03 ", "hi there !"],
		["naïve 日本", "na?ve ??"],
		["ｶﾅ", "ｶﾅ"],
		["y".repeat(70), "y".repeat(62)],
		["", ""],
	])("%j is sent as %j", (text, query) => expect(sanitiseQuery(text)).toBe(query));
});

describe("a program that is not there, or not well", () => {
	test("no such program", async () => {
		const { link, profile } = new EmulatedMachine();
		await expect(chat(link, profile, "CHAT", ["hello"])).rejects.toMatchObject({
			code: "machine-refused",
			exitCode: 4,
			message: "There is no program CHAT on the machine's current drive.",
		});
	});

	test("it does not fit between CP/M and the bottom of memory", async () => {
		const { link, profile } = new EmulatedMachine({ files: new Map([["CHAT.COM", someBytes(0x2000)]]), fbase: 0x2806 });
		const error = {
			code: "program-refused",
			exitCode: 4,
			message: 'The program does not fit into memory ("BAD LOAD").',
		};
		await expect(chat(link, profile, "CHAT", ["hello"])).rejects.toMatchObject(error);
		await expect(verify(link, profile, program.image, "CHAT")).rejects.toMatchObject(error);
	});

	test("it wants more memory than there is, and says so", async () => {
		const refusal = "ZULM: not enough memory: this program needs BDOS at D000H or above.";
		const { link } = new ScriptedMachine({ prompt: "A>", answer: () => `${refusal}\r\n` });
		const { profile } = machineWithProgram();
		await expect(chat(link, profile, "CHAT", ["hello"])).rejects.toMatchObject({
			code: "program-refused",
			exitCode: 4,
			message: `CHAT ended at once: it said "${refusal}".`,
		});
		await expect(verify(link, profile, program.image, "CHAT")).rejects.toMatchObject({
			code: "program-refused",
			message: `CHAT.COM refuses to run: "${refusal}".`,
		});
	});

	test("it falls silent in the middle of a reply: waits as long as the prediction says, not longer", async () => {
		const machine = new ScriptedMachine({
			prompt: "A>",
			answer: (line, self) => {
				if (line === "CHAT") self.prompt = "> ";
				else self.onKey = () => "";
				return line === "CHAT" ? "" : "HAL";
			},
		});
		const session = await ChatSession.open(machine.link, machineWithProgram().profile, "CHAT", {
			predicted: { firstCharS: 0.5, perCharS: 0.1 },
		});
		const startS = machine.link.clock.now();
		await expect(session.ask("hello")).rejects.toMatchObject({
			code: "no-answer",
			message: 'The program fell silent for 10 s; the last it said was "HAL".',
		});
		expect(machine.link.clock.now() - startS).toBeLessThan(11);
	});

	test("it crashes back to CP/M", async () => {
		const machine = new ScriptedMachine({
			prompt: "A>",
			answer: (line, self) => {
				self.prompt = line === "CHAT" ? "> " : "A>";
				return "";
			},
		});
		const session = await ChatSession.open(machine.link, machineWithProgram().profile, "CHAT");
		await expect(session.ask("hello")).rejects.toMatchObject({ code: "program-refused" });
	});
});

describe("verify", () => {
	test("the program on the machine is the one that was packed", async () => {
		const { link, profile } = machineWithProgram();
		const crc = program.crc16.toString(16).toUpperCase().padStart(4, "0");
		expect(await verify(link, profile, program.image, "CHAT.COM")).toEqual({
			ok: true,
			expectedCrc16: crc,
			deviceCrc16: crc,
		});
	});

	test("another build, a damaged one, a foreign one, none", async () => {
		const other = packModel(MODEL, { name: "OTHER" }).image;
		const damaged = program.image.with(1000, (program.image[1000] as number) ^ 4);
		const foreign = Uint8Array.of(0xc9);
		const files = new Map([
			["OTHER.COM", other],
			["DAMAGED.COM", damaged],
			["FOREIGN.COM", foreign],
		]);
		const { link, profile } = new EmulatedMachine({ files });
		expect(await verify(link, profile, program.image, "OTHER")).toMatchObject({ ok: false });
		const bad = await verify(link, profile, program.image, "DAMAGED");
		expect(bad.ok).toBe(false);
		expect(bad.deviceCrc16).toMatch(/^[0-9A-F]{4}$/);
		expect(bad.deviceCrc16).not.toBe(bad.expectedCrc16);
		expect(await verify(link, profile, program.image, "FOREIGN")).toMatchObject({ ok: false, deviceCrc16: null });
		await expect(verify(link, profile, program.image, "CHAT")).rejects.toMatchObject({ code: "machine-refused" });
	});

	test("only our own programs can", async () => {
		const { link, profile } = machineWithProgram();
		await expect(verify(link, profile, someBytes(200), "CHAT")).rejects.toMatchObject({ code: "program-malformed" });
	});
});

describe("timing", () => {
	test.each([7_372_800, 4_000_000])("finds a clock of %i Hz from passes of known length", async (clockHz) => {
		const machine = machineWithProgram({ clockHz });
		const { link, profile } = machine;
		const marks: number[] = [];
		machine.machine.listeners.onConsoleOutput = (byte, tState) => {
			if (byte === 0x5b || byte === 0x5d) marks.push(tState);
		};
		expect((await timePasses(link, profile, "CHAT")).effectiveClockHz).toBeUndefined();
		const runs = [...machine.output.matchAll(/CHAT \/B (\d+)/g)].map((match, i) => ({
			passes: Number(match[1]),
			tStates: (marks[2 * i + 1] as number) - (marks[2 * i] as number),
		}));
		const [short, long] = runs.slice(-2);
		if (short === undefined || long === undefined) throw new Error("two runs are needed to compare");
		const passTStates = (long.tStates - short.tStates) / (long.passes - short.passes);
		const { effectiveClockHz, passes, secondsPerPass } = await timePasses(link, profile, "CHAT", { passTStates });
		expect(passes).toBe(long.passes);
		expect(passes * secondsPerPass).toBeGreaterThan(1);
		expect((effectiveClockHz as number) / clockHz).toBeCloseTo(1, 3);
	});

	test("a program that cannot time itself", async () => {
		const { link, profile } = new EmulatedMachine({ files: new Map([["CHAT.COM", Uint8Array.of(0xc9)]]) });
		await expect(timePasses(link, profile, "CHAT")).rejects.toMatchObject({ code: "program-refused" });
		await expect(timePasses(link, profile, "NONE")).rejects.toMatchObject({ code: "machine-refused" });
	});
});
