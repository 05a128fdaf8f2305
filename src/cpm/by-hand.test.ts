/**
 * The PC-8801: its console is its own screen and keyboard. Somebody does there what zulm says; that somebody is played
 * by these tests, and does nothing else.
 */
import { describe, expect, test } from "vitest";
import { openEmulatorLink } from "../emu/emulator-link.js";
import { PC8801 } from "../emu/machine-config.js";
import { measurePasses } from "../emu/measure.js";
import { MemoryDrive } from "../emu/memory-drive.js";
import type { ScreenConsole } from "../emu/screen-console.js";
import { type ToolName, toolFiles } from "../emu/tools/tools.js";
import { generate } from "../model/reference.js";
import { textToBytes } from "../transport/byte-reader.js";
import { loadProfile } from "../transport/profile.js";
import { chat } from "./chat.js";
import { packModel } from "./pack.js";
import { assembleReceiver } from "./receiver.js";
import type { SessionEvent } from "./session-events.js";
import { someBytes } from "./testing/emulated-machine.js";
import { type RandomModelShape, randomModel } from "./testing/random-model.js";
import { timePasses } from "./timing.js";
import { type UploadOptions, upload } from "./upload.js";

const SHAPE: RandomModelShape = {
	features: { buckets: 128, ngrams: [3] },
	hidden: [8],
	characters: 20,
	density: 0.4,
	biasRange: 200,
};
const PROGRAM = packModel(randomModel(1, SHAPE), { name: "TINY" }).image;
const PROFILE = loadProfile("pc8801");
/** To read a step, walk over and type it. */
const WALK_S = 5;

class Person {
	readonly drive: MemoryDrive;
	readonly link;
	readonly said: SessionEvent[] = [];
	readonly #machine;
	/** What they choose to type of what they are offered; everything by default. */
	does: (command: string) => boolean = () => true;
	#freeS = 0;

	constructor(tools: readonly ToolName[] = PC8801.tools, files: [string, Uint8Array][] = []) {
		this.drive = new MemoryDrive({ files: new Map([...toolFiles(tools), ...files]) });
		const { link, machine } = openEmulatorLink({ ...PC8801, drive: this.drive });
		this.link = link;
		this.#machine = machine;
	}

	get screen(): ScreenConsole {
		return this.#machine.screen as ScreenConsole;
	}

	readonly onEvent = (event: SessionEvent): void => {
		this.said.push(event);
		if (event.type !== "instructions") return;
		for (const step of event.steps) {
			const command = /type: {2}(.*?) {2}and press RETURN/i.exec(step)?.[1];
			if (command !== undefined && this.does(command)) this.#type(`${command}\r`);
		}
	};

	/** One line after the other, each when the one before is done. */
	#type(keys: string): void {
		const { clock } = this.link;
		this.#freeS = Math.max(this.#freeS, clock.now()) + WALK_S;
		void clock.sleep(this.#freeS - clock.now()).then(() => this.screen.type(textToBytes(keys)));
	}

	push(options: Partial<UploadOptions> = {}, program = PROGRAM) {
		return upload(this.link, PROFILE, program, { name: "CHAT.COM", onEvent: this.onEvent, ...options });
	}
}

describe("a PC-8801", () => {
	test("with XMODEM 2.7: the person starts it, the file goes over the cable, the person compares", async () => {
		const person = new Person();
		person.does = (command) => !command.startsWith("RX");
		const result = await person.push();
		expect(result).toMatchObject({
			name: "CHAT.COM",
			transfer: { protocol: "xmodem-crc", bytes: PROGRAM.length, retries: 0, bootstrapped: false },
			verify: null,
		});
		expect(person.drive.read("CHAT.COM")).toEqual(PROGRAM);
		await person.link.clock.sleep(60);
		const last = person.said.at(-1);
		if (last?.type !== "instructions") throw new Error("nothing was said about checking");
		const wanted = /end with: {2}(.*)$/.exec(last.steps[1] as string)?.[1] as string;
		expect(person.screen.text).toContain(wanted);
	});

	test("with PIP and LOAD only: our receiver as text over RDR:, then the program through it", async () => {
		const person = new Person(["PIP", "LOAD"]);
		const result = await person.push({ way: "pip" });
		expect(result).toMatchObject({ receiver: "pip", transfer: { protocol: "xmodem-crc", bootstrapped: true } });
		expect(person.drive.read("CHAT.COM")).toEqual(PROGRAM);
		const receiver = assembleReceiver("8251");
		expect(person.drive.read("RX.COM")?.subarray(0, receiver.length)).toEqual(receiver);
		expect(person.screen.text).toMatch(/BYTES READ {4}0[0-9A-F]{3}/);
		await person.link.clock.sleep(5);
		expect(person.screen.text).toMatch(/RX OK \d+ records/);
	});

	test("waits for the person to say that the machine is reading", async () => {
		const person = new Person(["PIP", "LOAD"]);
		const ready = async () => {
			await person.link.clock.sleep(20);
			expect(person.screen.text).toMatch(/PIP RX\.HEX=RDR:\r\r\n$/);
		};
		expect(await person.push({ way: "pip", ready })).toMatchObject({ receiver: "pip" });
	});

	test("with our receiver on the disk, a large program", async () => {
		const person = new Person([], [["RX.COM", assembleReceiver("8251")]]);
		const program = someBytes(20_000);
		const result = await person.push({ way: "rx" }, program);
		expect(result).toMatchObject({ receiver: "rx", transfer: { bytes: 20_000, retries: 0 } });
		expect(person.drive.read("CHAT.COM")?.subarray(0, 20_000)).toEqual(program);
	});

	test("nobody types anything", async () => {
		const person = new Person();
		person.does = () => false;
		await expect(person.push({ patienceS: 30 })).rejects.toMatchObject({ code: "no-answer", exitCode: 3 });
		expect(person.link.clock.now()).toBeLessThan(60);
	});

	test("Ctrl-C while text is sent leaves PIP at its end, not waiting for more", async () => {
		const person = new Person(["PIP", "LOAD"]);
		const stop = new AbortController();
		let lines = 0;
		const onEvent = (event: SessionEvent) => {
			person.onEvent(event);
			if (event.type === "typing" && ++lines === 10) stop.abort();
		};
		await expect(person.push({ way: "pip", signal: stop.signal, onEvent })).rejects.toMatchObject({
			code: "interrupted",
		});
		await person.link.clock.sleep(5);
		expect(person.screen.text).toMatch(/A>$/);
	});

	test("a way that the profile does not have", async () => {
		await expect(new Person().push({ way: "kermit" })).rejects.toMatchObject({
			code: "usage",
			hint: "Choose one of xmodem-27, rx, pip.",
		});
	});

	test("chats over the cable and is timed there, once the person has started the program", async () => {
		const model = randomModel(1, SHAPE);
		const program = packModel(model, { name: "TINY", dialogue: "aux" });
		const person = new Person(PC8801.tools, [["CHAT.COM", program.image]]);
		const options = { onEvent: person.onEvent };
		const replies = await chat(person.link, PROFILE, "CHAT.COM", ["hello", "how are you"], {
			...options,
			expect: (query) => generate(model.network, query),
		});
		expect(replies.map(({ query, ok }) => ({ query, ok }))).toEqual([
			{ query: "hello", ok: true },
			{ query: "how are you", ok: true },
		]);
		const passTStates = measurePasses(program.image, 20);
		const { effectiveClockHz } = await timePasses(person.link, PROFILE, "CHAT.COM", { ...options, passTStates });
		expect((effectiveClockHz ?? 0) / PC8801.clockHz).toBeCloseTo(1, 1);
	});
});
