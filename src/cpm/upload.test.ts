/**
 * Uploads to the emulated machine, good and bad: what ends on its drive, and what a person is told.
 */
import { describe, expect, test } from "vitest";
import { ZulmError } from "../base/errors.js";
import { captureLink, parseCapture } from "../transport/capture.js";
import { ReplayLink } from "../transport/testing/replay-link.js";
import { VirtualClock } from "../transport/virtual-clock.js";
import { packModel } from "./pack.js";
import type { SessionEvent } from "./session-events.js";
import { EmulatedMachine, type EmulatedOptions, someBytes } from "./testing/emulated-machine.js";
import { randomModel } from "./testing/random-model.js";
import { type UploadOptions, upload } from "./upload.js";

const PROGRAM = packModel(
	randomModel(1, {
		features: { buckets: 128, ngrams: [3] },
		hidden: [8],
		characters: 20,
		density: 0.4,
		biasRange: 200,
	}),
	{ name: "TINY" },
).image;
const OLD = someBytes(640, 7);
const OTHER = someBytes(200, 3);

function machineWithOld(options: EmulatedOptions = {}): EmulatedMachine {
	return new EmulatedMachine({
		files: new Map([
			["CHAT.COM", OLD],
			["NOTE.TXT", OTHER],
		]),
		...options,
	});
}

async function failure(run: Promise<unknown>): Promise<ZulmError> {
	const error = await run.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	if (error instanceof ZulmError) return error;
	throw new Error(`expected a ZulmError, got ${String(error)}`);
}

function send(machine: EmulatedMachine, program: Uint8Array, options: Partial<UploadOptions> = {}) {
	return upload(machine.link, machine.profile, program, { name: "CHAT.COM", ...options });
}

describe("a good upload", () => {
	test("sends, verifies on the machine, and replaces the old program", async () => {
		const machine = machineWithOld();
		const events: SessionEvent[] = [];
		const result = await send(machine, PROGRAM, { onEvent: (event) => events.push(event) });
		const crc = result.verify?.expectedCrc16;
		expect(result).toMatchObject({
			name: "CHAT.COM",
			receiver: "rx",
			transfer: { protocol: "xmodem-crc", blockSize: 1024, bytes: PROGRAM.length, retries: 0, skipped: false },
			verify: { ok: true, expectedCrc16: crc, deviceCrc16: crc },
			replaced: true,
		});
		expect(crc).toMatch(/^[0-9A-F]{4}$/);
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
		expect(machine.names).toEqual(["CHAT.COM", "NOTE.TXT", "RX.COM"]);
		expect(events.map(({ type }) => type).filter((type) => type !== "command" && type !== "progress")).toEqual([
			"prompt",
			"prompt",
			"receiver",
			"verified",
			"installed",
		]);
		const progress = events.filter((event) => event.type === "progress");
		expect(progress.at(-1)?.progress.bytes).toBe(PROGRAM.length);
	});

	test("can be replayed from its log, byte for byte and to the same result", async () => {
		const machine = machineWithOld();
		const log: string[] = [];
		const logged = captureLink(machine.link, (line) => log.push(line));
		const result = await upload(logged, machine.profile, PROGRAM, { name: "CHAT.COM" });
		const replay = new ReplayLink(parseCapture(log.join("")));
		const again = await upload(replay, machine.profile, PROGRAM, { name: "CHAT.COM" });
		expect(replay.finished).toBe(true);
		expect(again).toMatchObject({ receiver: result.receiver, verify: result.verify, replaced: true });
		expect(again.transfer.seconds).toBeCloseTo(result.transfer.seconds, 1);
	});

	test("is the same on every run, to the microsecond", async () => {
		const times = await Promise.all([0, 1].map(async () => (await send(machineWithOld(), PROGRAM)).transfer.seconds));
		expect(times[0]).toBe(times[1]);
	});

	test("a program of someone else is sent, but nobody says that it was verified", async () => {
		const machine = machineWithOld();
		const foreign = someBytes(1000);
		const result = await send(machine, foreign, { name: "other" });
		expect(result).toMatchObject({ name: "OTHER.COM", verify: null, replaced: false });
		expect(machine.drive.read("OTHER.COM")?.subarray(0, 1000)).toEqual(foreign);
		expect(machine.drive.read("CHAT.COM")).toEqual(OLD);
	});

	test("the first receiver of the profile that is on the disk is used", async () => {
		const machine = machineWithOld();
		const [rx] = machine.profile.receivers;
		if (rx === undefined) throw new Error("the emulator's profile names RX");
		const missing = { ...rx, id: "xm", command: "XM RX {name}" };
		const events: SessionEvent[] = [];
		const result = await upload(machine.link, { ...machine.profile, receivers: [missing, rx] }, PROGRAM, {
			name: "CHAT.COM",
			onEvent: (event) => events.push(event),
		});
		expect(result.receiver).toBe("rx");
		expect(events).toContainEqual({ type: "receiver-missing", receiver: "xm" });
	});

	test("starts from a chat program that still runs", async () => {
		const machine = new EmulatedMachine({ files: new Map([["CHAT.COM", PROGRAM]]) });
		const ccp = await machine.ccp();
		await ccp.startProgram("CHAT");
		ccp.close();
		expect((await send(machine, PROGRAM, { force: true })).replaced).toBe(true);
	});

	test("starts from RX left waiting by a session that broke", async () => {
		const machine = machineWithOld();
		const ccp = await machine.ccp();
		await ccp.enter("RX ZULMTMP.COM");
		await machine.link.clock.sleep(5);
		ccp.close();
		await send(machine, PROGRAM);
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
		expect(machine.names).toEqual(["CHAT.COM", "NOTE.TXT", "RX.COM"]);
	});
});

describe("a program that is there already", () => {
	const there = () => new EmulatedMachine({ files: new Map([["CHAT.COM", PROGRAM]]) });

	test("is not sent, only asked", async () => {
		const machine = there();
		const commands: string[] = [];
		const result = await send(machine, PROGRAM, {
			onEvent: (event) => event.type === "command" && commands.push(event.command),
		});
		expect(commands).toEqual(["DIR CHAT.*", "TYPE CHAT.COM", "CHAT /V"]);
		expect(result).toMatchObject({ receiver: null, transfer: { skipped: true, seconds: 0 }, verify: { ok: true } });
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
	});

	test("is sent when told to", async () => {
		expect((await send(there(), PROGRAM, { force: true })).transfer.skipped).toBe(false);
	});

	test("is sent when it is damaged", async () => {
		const damaged = PROGRAM.slice();
		damaged[4000] = (damaged[4000] as number) ^ 1;
		const machine = new EmulatedMachine({ files: new Map([["CHAT.COM", damaged]]) });
		expect((await send(machine, PROGRAM)).transfer.skipped).toBe(false);
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
	});

	test("a stranger's program is not run to find out", async () => {
		const commands: string[] = [];
		await send(machineWithOld(), PROGRAM, {
			onEvent: (event) => event.type === "command" && commands.push(event.command),
		});
		expect(commands).toContain("TYPE CHAT.COM");
		expect(commands).not.toContain("CHAT /V");
	});
});

describe("an interrupted replacement is put right by the next upload", () => {
	test("the old program had its backup name only", async () => {
		const machine = new EmulatedMachine({
			files: new Map([
				["CHAT.ZBK", OLD],
				["ZULMTMP.COM", OTHER],
			]),
			disk: { readOnly: false },
		});
		const events: SessionEvent[] = [];
		await failure(send(machine, someBytes(0xf000), { onEvent: (event) => events.push(event) }));
		const result = await failure(
			upload(machine.link, { ...machine.profile, receivers: [] }, PROGRAM, {
				name: "CHAT.COM",
				onEvent: (event) => events.push(event),
			}),
		);
		expect(result.code).toBe("no-receiver");
		expect(events).toContainEqual({ type: "recovered", name: "CHAT.COM" });
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
		expect(machine.drive.read("CHAT.COM")).toEqual(OLD);
	});

	test("the new program was in place, the backup not yet erased", async () => {
		const machine = new EmulatedMachine({
			files: new Map([
				["CHAT.ZBK", OTHER],
				["CHAT.COM", OLD],
			]),
		});
		await send(machine, PROGRAM);
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
	});
});

describe("the cable is pulled", () => {
	/** What zulm types during an upload over an old program. */
	const COMMANDS = [
		"DIR CHAT.*",
		"TYPE CHAT.COM",
		"ERA ZULMTMP.COM",
		"RX ZULMTMP.COM",
		"ZULMTMP /V",
		"REN CHAT.ZBK=CHAT.COM",
		"REN CHAT.COM=ZULMTMP.COM",
		"ERA CHAT.ZBK",
	];

	test("these are all the commands of an upload", async () => {
		const commands: string[] = [];
		await send(machineWithOld(), PROGRAM, {
			onEvent: (event) => event.type === "command" && commands.push(event.command),
		});
		expect(commands).toEqual(COMMANDS);
	});

	describe.each(COMMANDS)("at %s", (command) => {
		test.each([0, 0.05, 0.5])("%d s later: old or new program whole, and the next upload succeeds", async (laterS) => {
			const machine = machineWithOld();
			const { unplug } = machine;
			const pulled = send(machine, PROGRAM, {
				onEvent: (event) => {
					if (event.type !== "command" || event.command !== command) return;
					if (laterS === 0) unplug();
					else void machine.link.clock.sleep(laterS).then(unplug);
				},
			});
			// Near the end the upload may be over before the cable goes.
			await pulled.catch((error: unknown) => expect(error).toMatchObject({ code: "line-lost" }));
			const under = (name: string) => machine.drive.read(name);
			const whole = under("CHAT.COM") ?? under("CHAT.ZBK");
			expect([OLD, PROGRAM]).toContainEqual(whole);

			machine.unplug();
			machine.replug();
			await send(machine, PROGRAM);
			expect(under("CHAT.COM")).toEqual(PROGRAM);
			expect(machine.names).toEqual(["CHAT.COM", "NOTE.TXT", "RX.COM"]);
		});
	});
});

describe("what can go wrong leaves the old program, and no other file", () => {
	function untouched(machine: EmulatedMachine): void {
		expect(machine.drive.read("CHAT.COM")).toEqual(OLD);
		expect(machine.names.filter((name) => name !== "RX.COM")).toEqual(["CHAT.COM", "NOTE.TXT"]);
	}

	test("the disk is full", async () => {
		const machine = machineWithOld({ disk: { capacityBytes: 12 * 1024 } });
		const error = await failure(send(machine, someBytes(20_000)));
		expect(error).toMatchObject({
			code: "disk-full",
			exitCode: 4,
			message: 'The disk is full ("RX FAILED: disk full").',
		});
		expect(error.hint).toContain("ERA");
		untouched(machine);
	});

	test("the disk is read-only", async () => {
		const machine = machineWithOld({ disk: { readOnly: true } });
		const error = await failure(send(machine, PROGRAM));
		expect(error).toMatchObject({
			code: "disk-read-only",
			exitCode: 4,
			message: 'The disk is read-only ("Bdos Err On A: R/O").',
		});
		untouched(machine);
	});

	test("the old file is read-only", async () => {
		const machine = machineWithOld();
		machine.setReadOnly("CHAT.COM");
		const error = await failure(send(machine, PROGRAM));
		expect(error).toMatchObject({
			code: "file-read-only",
			exitCode: 4,
			message: 'The file on the machine is read-only ("Bdos Err On A: File R/O").',
		});
		untouched(machine);
	});

	test("the receiver cancels: somebody presses ^C twice at the machine", async () => {
		const machine = machineWithOld();
		const error = await failure(
			send(machine, someBytes(20_000), {
				onEvent: (event) => {
					if (event.type !== "progress" || event.progress.block !== 20) return;
					machine.machine.receive(3);
					machine.machine.receive(3);
				},
			}),
		);
		expect(error.code).toBe("transfer-cancelled");
		expect(error.message).toMatch(
			/^The receiver cancelled the transfer at block \d+; it said "RX FAILED: cancelled"\.$/,
		);
		untouched(machine);
	});

	test("the port disappears in the middle of the transfer", async () => {
		const machine = machineWithOld();
		const error = await failure(
			send(machine, PROGRAM, {
				onEvent: (event) => {
					if (event.type === "progress" && event.progress.block === 5) machine.unplug();
				},
			}),
		);
		expect(error).toMatchObject({
			code: "line-lost",
			exitCode: 3,
			message: "The line to the emulated machine is gone.",
		});
		expect(machine.drive.read("CHAT.COM")).toEqual(OLD);
	});

	test("the machine never answers", async () => {
		const machine = machineWithOld();
		machine.link.write = async () => {};
		machine.link.onData = () => () => {};
		const error = await failure(send(machine, PROGRAM));
		expect(error).toMatchObject({
			code: "no-answer",
			exitCode: 3,
			message: "The machine on emulator does not answer.",
		});
		untouched(machine);
	});

	test("the machine falls silent in the middle of the transfer", async () => {
		const machine = machineWithOld();
		const error = await failure(
			send(machine, PROGRAM, {
				onEvent: (event) => {
					if (event.type === "progress" && event.progress.block === 5) machine.machine.listeners.onTransmit = () => {};
				},
			}),
		);
		expect(error).toMatchObject({
			code: "transfer-failed",
			exitCode: 3,
			message: expect.stringMatching(
				/^The transfer failed: the receiver did not answer when block 6 of \d+ was sent 11 times\.$/,
			),
		});
		untouched(machine);
	});

	test("the program is changed on the device after the transfer", async () => {
		const machine = machineWithOld();
		const error = await failure(
			send(machine, PROGRAM, {
				onEvent: (event) => {
					if (event.type !== "command" || event.command !== "ZULMTMP /V") return;
					const bytes = PROGRAM.slice();
					bytes[bytes.length - 200] = (bytes[bytes.length - 200] as number) ^ 0x10;
					machine.drive.write("ZULMTMP.COM", bytes);
				},
			}),
		);
		expect(error.code).toBe("verify-failed");
		expect(error.exitCode).toBe(1);
		expect(error.message).toMatch(/^The program arrived damaged: its checksum is [0-9A-F]{4}, [0-9A-F]{4} was sent\.$/);
		untouched(machine);
	});

	test("no receiver on the disk", async () => {
		const machine = machineWithOld({ receiver: false });
		const error = await failure(send(machine, PROGRAM));
		expect(error).toMatchObject({
			code: "no-receiver",
			exitCode: 4,
			message: "The machine has none of the receiving programs this profile knows: RX.",
		});
		untouched(machine);
	});

	test("Ctrl-C at the host: the machine is left at its prompt", async () => {
		const machine = machineWithOld();
		const stop = new AbortController();
		const error = await failure(
			send(machine, PROGRAM, {
				signal: stop.signal,
				onEvent: (event) => {
					if (event.type === "progress" && event.progress.block === 5) stop.abort();
				},
			}),
		);
		expect(error).toMatchObject({ code: "interrupted", exitCode: 130 });
		untouched(machine);
		expect(machine.output).toMatch(/A>$/);
	});

	test.each([
		["a name that is none", PROGRAM, "TOOLONGNAME.COM", "name-invalid"],
		["a program larger than memory", someBytes(0xf000), "CHAT.COM", "program-too-large"],
		["an empty program", new Uint8Array(0), "CHAT.COM", "program-malformed"],
		["a damaged program of ours", PROGRAM.with(300, (PROGRAM[300] as number) ^ 1), "CHAT.COM", "program-malformed"],
	])("%s is refused before anything is typed", async (_, program, name, code) => {
		const machine = machineWithOld();
		const error = await failure(send(machine, program, { name }));
		expect(error).toMatchObject({ code, exitCode: 2 });
		expect(machine.link.clock.now()).toBe(0);
		expect(machine.link.clock).toBeInstanceOf(VirtualClock);
	});
});
