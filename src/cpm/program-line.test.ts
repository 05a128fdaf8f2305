/** The chat's line editor: each key, and random editing against a model of it. Nothing that is typed changes a reply. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packModel } from "./pack.js";
import { ChatMachine, type Key } from "./testing/chat-machine.js";
import { expectedSession, GREETING, replyTo } from "./testing/line-model.js";
import { chatterbox, repliesOf } from "./testing/random-model.js";

const model = chatterbox();
const { network } = model;
const program = packModel(model, { replies: repliesOf(model, ["hello", "what is it"], 1) });
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const reply = (query: string) => replyTo(network, bytes(query));
/** What is printed behind the first prompt. */
const session = (keys: string) => new ChatMachine(program).runWith("", keys).slice(GREETING.length + 2);

describe("keys", () => {
	it.each([
		["backspace takes the last character back", "helpp\b\blo\r", "helpp\b \b\b \blo\r\n", "hello"],
		["DEL does the same", "hellp\x7fo\r", "hellp\b \bo\r\n", "hello"],
		["backspace at the start does nothing", "\b\x7fhello\r", "hello\r\n", "hello"],
		["^X wipes the line out", "bye\x18no\r", "bye\b \b\b \b\b \bno\r\n", "no"],
		["^U begins a new line", "bye\x15no\r", "bye#\r\nno\r\n", "no"],
		["^R shows the line again", "hel\x12lo\r", "hel#\r\nhello\r\n", "hello"],
		["TAB is a blank", "what\tis it\r", "what is it\r\n", "what is it"],
		["^C within a line is nothing", "he\x03llo\r", "hello\r\n", "hello"],
		["other control characters are nothing", "he\x01\x1b\x05\x1allo\r", "hello\r\n", "hello"],
		["codes that BDOS 6 keeps for itself are nothing", "he\xfd\xfe\xffllo\r", "hello\r\n", "hello"],
		["line feed ends a line too", "hello\n", "hello\r\n", "hello"],
		["bytes of 8 bits are kept", "\xb1\xb2 \xa6\x80\r", "\xb1\xb2 \xa6\x80\r\n", "\xb1\xb2 \xa6\x80"],
		["capitals and blanks around do not count", "  HeLLo \r", "  HeLLo \r\n", "hello"],
	])("%s", (_, keys, echo, query) => {
		expect(session(keys)).toBe(`${echo}${reply(query)}\r\n> `);
	});

	it("^C in column 0 leaves", () => {
		const machine = new ChatMachine(program);
		expect(machine.runWith("", "hello\r\x03")).toBe(`${GREETING}> hello\r\n${reply("hello")}\r\n> `);
		expect(machine.end).toBe("warm boot");
		expect(machine.runWith("", "ab\b\b\x03")).toBe(`${GREETING}> ab\b \b\b \b`);
		expect(machine.end).toBe("warm boot");
	});

	it("a full line answers with the bell and keeps its 127 characters", () => {
		const line = "what is it ".repeat(12).slice(0, 127);
		expect(session(`${line}xy\r`)).toBe(`${line}\x07\x07\r\n${reply(line)}\r\n> `);
		expect(session(`${line}x\b\bz\r`)).toBe(`${line}\x07\b \b\b \bz\r\n${reply(`${line.slice(0, 125)}z`)}\r\n> `);
	});

	it("CR LF is one end of line", () => {
		expect(session("hello\r\nno\r\n")).toBe(`hello\r\n${reply("hello")}\r\n> no\r\n${reply("no")}\r\n> `);
	});
});

describe("random sessions", () => {
	const letter = fc.constantFrom(..."etaonisr hwldu?.,'ETA".split("").map((c) => c.charCodeAt(0)));
	const editing = fc.constantFrom(8, 127, 8, 127, 24, 21, 18, 9, 3, 0x20, 0x20);
	const byte = fc.oneof(
		{ arbitrary: letter, weight: 12 },
		{ arbitrary: editing, weight: 4 },
		{ arbitrary: fc.constantFrom(13, 10), weight: 1 },
		{ arbitrary: fc.integer({ min: 1, max: 255 }), weight: 1 },
	);
	// 16 polls in vain are a pause, in which the program sums what is typed; after 128 it guesses.
	const polls = fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.integer({ min: 0, max: 160 }), fc.constant(200));
	const key: fc.Arbitrary<Key> = fc.record({ byte, polls });

	it("print what a model of the editor and the integer reference say, at any pace", () => {
		fc.assert(
			fc.property(fc.array(key, { minLength: 1, maxLength: 70 }), (typed) => {
				// A program that was left has nothing more to say: the model stops there as well.
				const keys = [...typed, { byte: 13, polls: 0 }];
				const expected = expectedSession(
					network,
					keys.map(({ byte }) => byte),
				);
				const machine = new ChatMachine(program);
				expect(machine.runWith("", keys)).toBe(expected.output);
				expect(machine.end).toBe(expected.left ? "warm boot" : "waiting");
			}),
			{ numRuns: 150, seed: 3 },
		);
	});

	it("print the same for long lines that are summed while they are edited", () => {
		const longLine = fc.array(fc.record({ byte: fc.oneof({ arbitrary: letter, weight: 9 }, editing), polls }), {
			minLength: 60,
			maxLength: 150,
		});
		fc.assert(
			fc.property(longLine, (typed) => {
				const keys = [...typed, { byte: 13, polls: 200 }];
				const expected = expectedSession(
					network,
					keys.map(({ byte }) => byte),
				);
				expect(new ChatMachine(program).runWith("", keys)).toBe(expected.output);
			}),
			{ numRuns: 40, seed: 4 },
		);
	});
});
