/** The chat program's five behaviours: chat, one reply, `/V`, `/B n`, refusals. Keys of the line: program-line.test.ts. */
import { describe, expect, it } from "vitest";
import { crc16 } from "../base/crc16.js";
import { measurePasses, measureProgram } from "../emu/measure.js";
import { runProgram } from "../emu/run-program.js";
import { packModel } from "./pack.js";
import { ChatMachine } from "./testing/chat-machine.js";
import { expectedSession, replyTo, textOf } from "./testing/line-model.js";
import { chatterbox, repliesOf } from "./testing/random-model.js";

const model = chatterbox();
const { network } = model;
const replies = repliesOf(model, ["hello", "how are you", "bye"], 1);
const program = packModel(model, { name: "TALK", replies });
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const replyTextTo = (query: string) => replyTo(network, bytes(query));

describe("chat", () => {
	it("greets, asks, answers every line, and leaves at !", () => {
		const keys = "hello\rhow are you\r!\r";
		const machine = new ChatMachine(program);
		expect(machine.runWith("", keys)).toBe(
			`Type to chat, ! to leave.\r\n> hello\r\n${replyTextTo("hello")}\r\n` +
				`> how are you\r\n${replyTextTo("how are you")}\r\n> !\r\n`,
		);
		expect(machine.end).toBe("warm boot");
	});

	it("asks again after an empty line or one of blanks, and takes ! among blanks for leaving", () => {
		const machine = new ChatMachine(program);
		expect(machine.runWith("", "\r   \r  !  \r")).toBe("Type to chat, ! to leave.\r\n> \r\n>    \r\n>   !  \r\n");
		expect(machine.end).toBe("warm boot");
	});

	it("answers a line that only begins with !", () => {
		expect(new ChatMachine(program).runWith("", "!hello\r")).toContain(`> !hello\r\n${replyTextTo("!hello")}\r\n> `);
	});

	it("waits at the prompt when nobody types", () => {
		const machine = new ChatMachine(program);
		expect(machine.runWith("", "")).toBe("Type to chat, ! to leave.\r\n> ");
		expect(machine.end).toBe("waiting");
	});

	it("runs twice from the same memory, as GO or a jump to 100h makes it", () => {
		const machine = new ChatMachine(program);
		const first = machine.runWith("", "hello\r!\r");
		expect(machine.runWith("", "hello\r!\r")).toBe(first);
	});
});

describe("over the auxiliary device", () => {
	const auxiliary = packModel(model, { name: "TALK", replies, dialogue: "aux" });
	const over = (machine: ChatMachine) => String.fromCharCode(...machine.auxiliary);

	it("chats as on the console, of which nothing is used", () => {
		const keys = "hello\rhow are zou\b\b\byou\r!\r";
		const console = new ChatMachine(program).runWith("", keys);
		const machine = new ChatMachine(auxiliary);
		expect(machine.runWith("", keys)).toBe("");
		expect(over(machine)).toBe(console);
		expect(machine.end).toBe("warm boot");
	});

	const shape = (text: string) => text.replace(/[0-9A-F]{8} \d+ [0-9A-F]{4}/, "build length crc");

	it("answers a command tail there", () => {
		const machine = new ChatMachine(auxiliary);
		expect(machine.runWith(" how are you")).toBe("");
		expect(over(machine)).toBe(`${replyTextTo("how are you")}\r\n`);
	});

	it.each([" /V", " /B 2"])("%s speaks to the line and to the person at the machine", (tail) => {
		const machine = new ChatMachine(auxiliary);
		const console = new ChatMachine(program).runWith(tail);
		expect(shape(machine.runWith(tail))).toBe(shape(console));
		expect(shape(over(machine))).toBe(shape(console));
	});
});

it("takes as long over the auxiliary device as over the console", () => {
	const auxiliary = packModel(model, { name: "TALK", replies, dialogue: "aux" });
	const times = (image: Uint8Array) =>
		measureProgram(image, ["hello", "bye"]).map(({ reply, perCharTStates }) => ({ reply, perCharTStates }));
	expect(times(auxiliary.image)).toEqual(times(program.image));
	// The marks go to both devices, which is some T-states more around the passes.
	expect(measurePasses(auxiliary.image, 3) / measurePasses(program.image, 3)).toBeCloseTo(1, 2);
});

describe("one reply", () => {
	it("answers the command tail and returns to CP/M", () => {
		const machine = new ChatMachine(program);
		expect(machine.runWith(" how are you")).toBe(`${replyTextTo("how are you")}\r\n`);
		expect(machine.end).toBe("warm boot");
	});

	it("does not mind the capitals that the CCP makes", () => {
		expect(new ChatMachine(program).runWith(" HOW ARE YOU")).toBe(`${replyTextTo("how are you")}\r\n`);
	});

	it("takes a tail of 127 bytes", () => {
		const tail = ` ${"how are you ".repeat(11)}`.slice(0, 127);
		expect(new ChatMachine(program).runWith(tail)).toBe(`${replyTextTo(tail)}\r\n`);
	});

	it("answers a tail that begins with a slash but is no option", () => {
		expect(new ChatMachine(program).runWith(" /hello")).toBe(`${replyTextTo("/hello")}\r\n`);
	});

	it("chats when the tail is blank", () => {
		expect(new ChatMachine(program).runWith("   ", "!\r")).toBe("Type to chat, ! to leave.\r\n> !\r\n");
	});
});

describe("/V", () => {
	const hex = (word: number) => word.toString(16).toUpperCase().padStart(4, "0");
	const verdict = (word: string, found: number) =>
		`ZULM TALK ${program.buildId} ${program.length} ${hex(found)} ${word}\r\n`;

	it.each([" /V", " /v", "  /V"])("reports the CRC-16 of the .COM (%s)", (tail) => {
		const machine = new ChatMachine(program);
		expect(machine.runWith(tail)).toBe(verdict("OK", crc16(program.image)));
		expect(machine.end).toBe("warm boot");
	});

	it("finds one changed byte wherever it is", () => {
		const symbol = (name: string) => program.symbols.get(name) as number;
		const offsets: number[] = [];
		// The checking code itself is left alone: what a damaged checker says is worth nothing.
		for (let offset = symbol("code_end") - 0x100; offset < program.length; offset += 811) offsets.push(offset);
		offsets.push(symbol("read_line") - 0x100, symbol("argmax") - 0x100, 8, program.length - 1);
		for (const offset of offsets) {
			const machine = new ChatMachine(program);
			const damaged = Uint8Array.from(program.image);
			damaged[offset] = (damaged[offset] as number) ^ (1 << (offset % 8));
			machine.memory.set(damaged, 0x100);
			expect(machine.runWith(" /V"), `offset ${offset}`).toBe(verdict("BAD", crc16(damaged)));
		}
	});

	it("finds a damaged CRC in the header", () => {
		const machine = new ChatMachine(program);
		machine.memory[0x10f] = (machine.memory[0x10f] as number) ^ 1;
		expect(machine.runWith(" /V")).toContain(" BAD\r\n");
	});
});

describe("/B", () => {
	it.each([
		["/B 3", 3],
		["/b 10", 10],
		["/B0", 0],
		["/B", 0],
	])("%s runs that many forward passes between two marks, and prints nothing else", (option, passes) => {
		const machine = new ChatMachine(program);
		let steps = 0;
		machine.watch.set(machine.symbol("argmax"), () => steps++);
		expect(machine.runWith(` ${option}`)).toBe("[]\r\n");
		expect(steps).toBe(passes);
		expect(machine.end).toBe("warm boot");
	});

	it("takes the same time for each pass", () => {
		const tStates = (passes: number) => {
			const machine = new ChatMachine(program);
			machine.runWith(` /B ${passes}`);
			const [open, close] = machine.output;
			return (close?.tStates ?? 0) - (open?.tStates ?? 0);
		};
		const one = tStates(2) - tStates(1);
		expect(one).toBeGreaterThan(1000);
		expect(tStates(12) - tStates(2)).toBe(10 * one);
	});
});

describe("refusals", () => {
	/** Prefixes and jumps that the 8080 does not have. */
	const NOT_8080 = [0xcb, 0xdd, 0xed, 0xfd, 0xd9, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38];

	it("says that it needs a Z80, in instructions of the 8080", () => {
		const machine = new ChatMachine(program);
		const parityTest = machine.symbol("startup") + 1;
		const executed: number[] = [];
		for (let address = 0x100; address < machine.symbol("code_end"); address++)
			machine.watch.set(address, () => executed.push(machine.memory[address] as number));
		const record = machine.watch.get(parityTest) as () => void;
		machine.watch.set(parityTest, () => {
			record();
			// After SUB A the 8080 shows the parity of 0, which is even.
			machine.cpu.regs.f |= 0x04;
		});
		expect(machine.runWith("")).toBe("ZULM: this program needs a Z80.\r\n");
		expect(machine.end).toBe("warm boot");
		expect(executed.length).toBeGreaterThan(4);
		expect(executed.filter((opcode) => NOT_8080.includes(opcode))).toEqual([]);
	});

	it("says how much memory it needs, and runs with exactly that much", () => {
		const top = program.memoryTop;
		const needs = top.toString(16).toUpperCase().padStart(4, "0");
		const refused = new ChatMachine(program, top - 1);
		expect(refused.runWith(" hello")).toBe(
			`ZULM: not enough memory: this program needs BDOS at ${needs}H or above.\r\n`,
		);
		expect(refused.end).toBe("warm boot");
		expect(new ChatMachine(program, top).runWith(" hello")).toBe(`${replyTextTo("hello")}\r\n`);
	});

	it("writes nothing at or above the address that it states", () => {
		const machine = new ChatMachine(program, program.memoryTop);
		// The CCP's stack is ours to use until the program has its own: mark what is above it.
		machine.memory.fill(0xe5, program.memoryTop);
		machine.runWith("", "hello\rhow are you\rzzz\r!\r");
		expect(machine.memory.subarray(program.memoryTop).every((byte) => byte === 0xe5)).toBe(true);
	});
});

describe("on the emulated machine", () => {
	const queries = ["hello", "How are you?", "what is it", "no", "zzz"];

	it("gives the same replies typed, typed slowly, all at once, redirected, and one by one", async () => {
		const expected = queries.map(replyTextTo);
		const typed = (spacing: number) =>
			measureProgram(program.image, queries, { keySpacingTStates: spacing }).map(({ reply }) => reply);
		expect(typed(0)).toEqual(expected);
		expect(typed(2_000)).toEqual(expected);
		expect(typed(400_000)).toEqual(expected);
		const redirected = await runProgram(program.image, "", { stdin: bytes(`${queries.join("\r\n")}\r\n!\r\n`) });
		expect(textOf(redirected.output)).toBe(expectedSession(network, bytes(`${queries.join("\r")}\r!\r`)).output);
		expect(redirected.exit).toBe("warm-boot");
		for (const [i, query] of queries.entries()) {
			const once = await runProgram(program.image, query);
			expect(textOf(once.output)).toBe(`${expected[i]}\r\n`);
		}
	});

	it("starts the reply sooner when the query was typed at a person's pace", () => {
		const firstChar = (spacing: number) =>
			measureProgram(program.image, ["what is it today"], { keySpacingTStates: spacing })[0]?.firstCharTStates ?? 0;
		expect(firstChar(400_000)).toBeLessThan(firstChar(0) / 2);
	});
});
