/**
 * One soak run: an upload to the emulated machine with the troubles of a seed, and then the rule.
 *
 *   The upload ends with the new image under its name, verified on the machine,
 *   or with a ZulmError, and then the program of that name is, after `recover` at the machine's prompt (what the next
 *   upload does first), the old one, or the new one whole: and it runs and answers for itself.
 *
 * "Or the new one": when the line is lost between the last REN and its answer, nobody can know which. A machine that
 * does not come to its prompt gets a reset, as a person would give it.
 */
import { ZulmError } from "../../base/errors.js";
import { Ccp } from "../../cpm/ccp.js";
import { TEMPORARY_NAME } from "../../cpm/names.js";
import { type ProgramInfo, readProgram } from "../../cpm/program.js";
import { RECEIVER_NAME } from "../../cpm/receiver.js";
import { recover } from "../../cpm/replace.js";
import { type ResumedUpload, uploadResuming } from "../../cpm/resume.js";
import { verifyAtPrompt } from "../../cpm/verify.js";
import { openEmulatorLink } from "../../emu/emulator-link.js";
import { parseFileName } from "../../emu/file-name.js";
import { Machine } from "../../emu/machine.js";
import { MemoryDrive } from "../../emu/memory-drive.js";
import { faultyLink } from "../../transport/faults.js";
import type { Link } from "../../transport/link.js";
import { loadProfile } from "../../transport/profile.js";
import { ReopenableLink } from "../../transport/reopenable-link.js";
import type { SoakPrograms } from "./programs.js";
import { type Scenario, scenarioOf } from "./scenario.js";

export interface SoakOutcome {
	readonly seed: number;
	/** "sent", "skipped", or the code of the error. */
	readonly ended: string;
	readonly restarts: number;
	/** Frames sent again. */
	readonly retries: number;
	/** The upload failed, but the new program is there. */
	readonly newDespiteError: boolean;
	/** The machine needed the reset button before it came to its prompt. */
	readonly needed: "nothing" | "reset";
	/** How the rule was broken, in one sentence with the story; undefined when it held. */
	readonly broken: string | undefined;
}

const NAME = "CHAT.COM";
const CTRL_C = 3;
/** An upload that takes longer than this of the machine's time has lost its way. */
const ENDLESS_S = 1800;
/** Blocks of 1 K on the disks that are too small: the directory's four, and these. */
const FULL_DISK_BYTES = 1024;

export async function runSeed(seed: number, programs: SoakPrograms): Promise<SoakOutcome> {
	const scenario = scenarioOf(seed);
	const run = new SoakRun(scenario, programs);
	const end = await run.upload();
	const outcome = await run.judge(end);
	const broken = outcome.broken === undefined ? undefined : `seed ${seed}: ${scenario.story}: ${outcome.broken}`;
	return { seed, ...outcome, broken };
}

type End = ResumedUpload | ZulmError | { readonly defect: string };

class SoakRun {
	readonly #drive: MemoryDrive;
	readonly #machine: Machine;
	#plug: { readonly link: Link; readonly unplug: () => void };
	#pluggedAgainS = 0;

	constructor(
		private readonly scenario: Scenario,
		private readonly programs: SoakPrograms,
	) {
		this.#drive = driveFor(scenario.disk, programs);
		const polled = scenario.flowControl ? {} : { flowControl: false, receiveRing: undefined };
		this.#machine = new Machine({ drive: this.#drive, ...polled });
		this.#plug = openEmulatorLink({ machine: this.#machine });
	}

	async upload(): Promise<End> {
		const { scenario } = this;
		const link = new ReopenableLink(faultyLink(this.#plug.link, scenario.faults), async () => {
			if (this.#machine.timeS < this.#pluggedAgainS) throw new ZulmError("port-unknown", "The plug is out.");
			this.#plug = openEmulatorLink({ machine: this.#machine });
			return this.#plug.link;
		});
		const over = new AbortController();
		const { clock } = link;
		const at = (atS: number, happen: () => void) => void clock.sleep(atS, over.signal).then(happen, () => {});
		for (const { atS, backAfterS } of scenario.pulls) {
			at(atS, () => {
				this.#pluggedAgainS = this.#machine.timeS + backAfterS;
				this.#plug.unplug();
			});
		}
		if (scenario.resetAtS !== undefined) at(scenario.resetAtS, () => this.#machine.reset());
		if (scenario.breakAtS !== undefined) {
			at(scenario.breakAtS, () => this.#machine.receive(CTRL_C));
			at(scenario.breakAtS + 0.01, () => this.#machine.receive(CTRL_C));
		}
		const endless = clock.sleep(ENDLESS_S, over.signal).then(
			() => ({ defect: `the upload did not end within ${ENDLESS_S} s` }),
			() => ({ defect: "the run was over" }),
		);
		try {
			return await Promise.race([endless, this.#uploadOver(link)]);
		} finally {
			over.abort();
			await link.close();
		}
	}

	async #uploadOver(link: ReopenableLink): Promise<End> {
		try {
			return await uploadResuming(link, loadProfile("emulator"), this.programs.new, {
				name: NAME,
				restarts: this.scenario.restarts,
				reopen: (signal) => link.reopen(60, signal),
			});
		} catch (error) {
			if (error instanceof ZulmError) return error;
			return { defect: `not a ZulmError: ${error instanceof Error ? error.stack : String(error)}` };
		}
	}

	async judge(end: End): Promise<Omit<SoakOutcome, "seed">> {
		const sent = "transfer" in end ? end : undefined;
		const base = {
			ended: sent ? (sent.transfer.skipped ? "skipped" : "sent") : end instanceof ZulmError ? end.code : "defect",
			restarts: sent?.transfer.restarts ?? 0,
			retries: sent?.transfer.retries ?? 0,
			newDespiteError: false,
			needed: "nothing" as const,
		};
		if ("defect" in end) return { ...base, broken: end.defect };
		const isNew = () => same(this.#drive.read(NAME), this.programs.new);
		if (sent) {
			const whole = isNew() && sent.verify?.ok === true;
			return { ...base, broken: whole ? undefined : `success was reported, but ${NAME} is ${this.#what(NAME)}` };
		}
		const { needed, fault } = await this.#afterRecovery();
		const whole = isNew() || same(this.#drive.read(NAME), this.programs.old);
		const broken = fault ?? (whole ? undefined : `after ${base.ended} and recovery ${NAME} is ${this.#what(NAME)}`);
		return {
			...base,
			needed,
			newDespiteError: isNew(),
			broken: broken && `${broken} (upload: ${end instanceof ZulmError ? messageOf(end) : "done"})`,
		};
	}

	/** What the next upload does first; then the program must answer for itself. */
	async #afterRecovery(): Promise<{ readonly needed: SoakOutcome["needed"]; readonly fault: string | undefined }> {
		const { link } = openEmulatorLink({ machine: this.#machine });
		let needed: SoakOutcome["needed"] = "nothing";
		let ccp = new Ccp(link, loadProfile("emulator"));
		try {
			try {
				await ccp.find();
			} catch {
				needed = "reset";
				this.#machine.reset();
				ccp.close();
				ccp = new Ccp(link, loadProfile("emulator"));
				await ccp.find();
			}
			await recover(ccp, NAME);
			const image = this.#drive.read(NAME);
			if (image === undefined) return { needed, fault: undefined };
			const verification = await verifyAtPrompt(ccp, NAME, readProgram(image) as ProgramInfo);
			return { needed, fault: verification.ok ? undefined : `${NAME} does not answer for itself` };
		} catch (error) {
			return { needed, fault: `recovery failed: ${error instanceof Error ? error.message : String(error)}` };
		} finally {
			ccp.close();
		}
	}

	#what(name: string): string {
		const bytes = this.#drive.read(name);
		if (bytes === undefined) return "not there";
		if (same(bytes, this.programs.old)) return "the old program";
		return same(bytes, this.programs.new) ? "the new program" : `${bytes.length} bytes of neither program`;
	}
}

function driveFor(disk: Scenario["disk"], { old, receiver }: SoakPrograms): MemoryDrive {
	const blocks = (bytes: number) => Math.ceil(bytes / 1024);
	const capacityBytes = (4 + blocks(old.length) + blocks(receiver.length)) * 1024 + FULL_DISK_BYTES;
	const drive = new MemoryDrive({
		...(disk === "full" && { capacityBytes }),
		...(disk === "no directory entry" && { capacityBytes: 64 * 1024, directoryEntries: 32 }),
		files: new Map([[RECEIVER_NAME, receiver]]),
	});
	drive.disk.writeFile(parseFileName(NAME) as string, old, 0, disk === "old file read-only");
	if (disk === "temporary file read-only") {
		drive.disk.writeFile(parseFileName(TEMPORARY_NAME) as string, old.subarray(0, 256), 0, true);
	}
	if (disk === "no directory entry") for (let i = 0; i < 30; i++) drive.write(`F${i}.X`, new Uint8Array(0));
	return drive;
}

function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
	return a !== undefined && Buffer.compare(a, b) === 0;
}

function messageOf(error: ZulmError): string {
	return `${error.code}, ${error.message}`;
}
