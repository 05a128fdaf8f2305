/**
 * Plays the machine's part of a captured session: what was typed then is waited for, what came back is sent again, with
 * the pauses it had.
 *
 *   {"t": 0.39, "dir": "tx", "hex": "464F4F0D"}   waits for FOO CR, echoing F O O
 *   {"t": 0.41, "dir": "rx", "hex": …}            sent 0.02 s later
 */
import { readFileSync } from "node:fs";
import { bytesToText, textToBytes } from "../../transport/byte-reader.js";
import type { Link } from "../../transport/link.js";
import { loopback } from "../../transport/simulation/loopback.js";

interface Step {
	/** Typed by the host; "" before the first. */
	readonly typed: string;
	readonly answers: readonly { readonly afterS: number; readonly text: string }[];
}

export class CaptureReplay {
	readonly link: Link;
	readonly #steps: readonly Step[];
	readonly #wire = loopback({ baud: 115200 });
	#next = 0;
	#typed = "";

	constructor(path: string) {
		this.#steps = readSteps(path);
		this.link = this.#wire.near;
		this.#wire.far.onData((bytes) => {
			for (const key of bytesToText(bytes)) this.#key(key);
		});
	}

	/** What was typed, in order. */
	get typed(): string[] {
		return this.#steps.map((step) => step.typed);
	}

	/** The next thing typed will be this; "" plays what came before anything was typed. */
	goTo(typed: string): void {
		const index = this.#steps.findIndex((step, i) => i >= this.#next && step.typed === typed);
		if (index < 0) throw new Error(`nobody typed ${JSON.stringify(typed)} from step ${this.#next} on`);
		this.#next = index;
		if (typed === "") this.#play();
	}

	#key(key: string): void {
		const step = this.#steps[this.#next];
		this.#typed += key;
		if (step === undefined) return;
		if (this.#typed.length <= echoOf(step)) this.#send(key);
		if (this.#typed.length < step.typed.length) return;
		this.#typed = "";
		this.#play();
	}

	#play(): void {
		const step = this.#steps[this.#next++] as Step;
		let echo = echoOf(step);
		const nowS = this.link.clock.now();
		for (const { afterS, text } of step.answers) {
			const rest = text.slice(echo);
			echo -= Math.min(echo, text.length);
			this.#wire.clock.at(nowS + afterS, () => this.#send(rest));
		}
	}

	#send(text: string): void {
		void this.#wire.far.write(textToBytes(text));
	}
}

/** How much of what was typed came back as it was, before anything else. */
function echoOf({ typed, answers }: Step): number {
	const answer = answers.map(({ text }) => text).join("");
	let length = 0;
	while (length < typed.length && typed[length] === answer[length]) length++;
	return length;
}

function readSteps(path: string): Step[] {
	const steps: { typed: string; atS: number; answers: { afterS: number; text: string }[] }[] = [
		{ typed: "", atS: 0, answers: [] },
	];
	for (const line of readFileSync(path, "utf8").split("\n")) {
		if (line === "") continue;
		const { t, dir, hex } = JSON.parse(line) as { t: number; dir: "rx" | "tx"; hex: string };
		const text = Buffer.from(hex, "hex").toString("latin1");
		const last = steps.at(-1) as (typeof steps)[number];
		if (dir === "tx") steps.push({ typed: text, atS: t, answers: [] });
		else last.answers.push({ afterS: t - last.atS, text });
	}
	return steps;
}
