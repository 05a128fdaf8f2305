/**
 * Interrupts while the program runs: one at every chance there is changes nothing, none waits longer than 5,000 T-states,
 * and where they were off at start they stay off.
 */
import { describe, expect, it } from "vitest";
import type { Model } from "../model/network.js";
import { packModel } from "./pack.js";
import type { Kernel } from "./program.js";
import { ChatMachine, type Key } from "./testing/chat-machine.js";
import { expectedSession } from "./testing/line-model.js";
import { type RandomModelShape, randomModel, repliesOf } from "./testing/random-model.js";

const MOST_T_STATES_WITHOUT = 5_000;
const QUERIES = ["hello", "how are you", "a".repeat(62)];
/** Typed with pauses, so that the program sums and guesses while it waits, and with a correction. */
const KEYS: readonly Key[] = QUERIES.flatMap((query) =>
	[...`${query}z\b\r`].map((key, i) => ({ byte: key.charCodeAt(0), polls: i % 5 === 0 ? 300 : 0 })),
);

const features = { buckets: 256, ngrams: [2, 3] } as const;
const SHAPES: Readonly<Record<string, RandomModelShape>> = {
	"one hidden layer": { features, hidden: [40], characters: 20, density: 0.3, biasRange: 300 },
	"three hidden layers with shared sums": {
		features,
		hidden: [50, 40, 30],
		characters: 20,
		density: 0.3,
		biasRange: 300,
		weights: [-1, 1],
	},
	"wide sums": { features, hidden: [30, 20], characters: 20, density: 0.5, biasRange: 32767, weights: [1, 1, -2] },
	"dense and as wide as can be": {
		features: { buckets: 128, ngrams: [2] },
		hidden: [32, 256],
		characters: 60,
		density: 1,
		biasRange: 2000,
	},
	"nothing but -2": {
		features: { buckets: 128, ngrams: [2] },
		hidden: [16, 200],
		characters: 40,
		density: 1,
		biasRange: 3000,
		weights: [-2],
	},
	"nothing but 1": {
		features: { buckets: 128, ngrams: [2] },
		hidden: [24, 256],
		characters: 40,
		density: 1,
		biasRange: 100,
		weights: [1],
	},
};
const NAMES = Object.keys(SHAPES);
/** The packed kernel never turns interrupts off, so a few will do, and dense networks take it long. */
const CASES = [
	...NAMES.map((name) => [name, "column"] as const),
	...NAMES.slice(0, 3).map((name) => [name, "packed"] as const),
];

interface Prepared {
	readonly model: Model;
	readonly image: Uint8Array;
	readonly machine: ChatMachine;
}

function machineFor(name: string, kernel: Kernel): Prepared {
	const model = randomModel(5, SHAPES[name] as RandomModelShape);
	const program = packModel(model, { kernel, memoryTop: 0xf000, replies: repliesOf(model, QUERIES.slice(0, 2), 1) });
	// As little memory as it says it needs: the CCP's stack then lies among its work pages.
	return { model, image: program.image, machine: new ChatMachine(program, program.memoryTop) };
}

function expected(model: Model): string {
	return expectedSession(
		model.network,
		KEYS.map(({ byte }) => byte),
	).output;
}

describe.each(CASES)("%s, %s kernel", (name, kernel) => {
	it("stands an interrupt at every chance, and never keeps one waiting for long", () => {
		const { model, machine, image } = machineFor(name, kernel);
		machine.interruptAlways = true;
		expect(machine.runWith("", KEYS)).toBe(expected(model));
		expect(machine.interruptsTaken).toBeGreaterThan(10_000);
		// Nothing was pushed over code or tables.
		expect(machine.memory.subarray(0x100, 0x100 + image.length)).toEqual(image);
		expect(machine.longestInterruptsOff).toBeLessThanOrEqual(MOST_T_STATES_WITHOUT);
	});

	it("never turns interrupts on where they were off", () => {
		const { model, machine } = machineFor(name, kernel);
		machine.interruptsAtStart = false;
		expect(machine.runWith("", KEYS)).toBe(expected(model));
		expect(machine.interruptsSeenOn).toBe(false);
	});
});

it("finds out anew when it is run once more from memory", () => {
	const { model, machine, image } = machineFor("three hidden layers with shared sums", "column");
	machine.interruptsAtStart = false;
	machine.runWith("", KEYS);
	machine.interruptsAtStart = true;
	machine.interruptAlways = true;
	expect(machine.runWith("", KEYS)).toBe(expected(model));
	expect(machine.interruptsTaken).toBeGreaterThan(10_000);
	expect(machine.memory.subarray(0x100, 0x100 + image.length)).toEqual(image);
});

it("lets interrupts in within the longest columns and between shared sums", () => {
	const { machine } = machineFor("dense and as wide as can be", "column");
	let breaths = 0;
	machine.watch.set(machine.symbol("breathe"), () => breaths++);
	machine.runWith("", KEYS);
	expect(breaths).toBeGreaterThan(100);
	// Close to what is promised: the test above would notice if the limit were only just kept by accident.
	expect(machine.longestInterruptsOff).toBeGreaterThan(1_500);
});

it("is not fooled by an NMOS Z80, which says that interrupts are off when one comes in LD A,I", () => {
	const { machine } = machineFor("one hidden layer", "column");
	const LD_A_I = [0xed, 0x57];
	const LD_B_N_BYTES = 2;
	const first = machine.symbol("start_kernel") + LD_B_N_BYTES;
	expect([...machine.memory.subarray(first, first + 2)]).toEqual(LD_A_I);
	machine.watch.set(first + LD_A_I.length, () => {
		machine.cpu.regs.f &= ~0x04;
	});
	machine.runWith("", KEYS);
	expect(machine.memory[machine.symbol("column_ei")]).toBe(0xfb);
	expect(machine.cpu.regs.iff1).toBe(1);
});
