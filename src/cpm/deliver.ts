/**
 * One file onto the machine, by whatever way there is:
 *
 *   a receiver of the profile on the current drive ─► on another drive ─► our own, typed in ─► the file itself, typed in
 *
 * What is there is found by asking. A way that turns out not to work leads to the next; a full or read-only disk, a
 * cancelled or broken transfer end the search.
 */
import { ZulmError } from "../base/errors.js";
import { knownReceivers, type ReceiverProfile } from "../transport/machine-programs.js";
import type { Profile } from "../transport/profile.js";
import { bootstrapReceiver, typeProgram } from "./bootstrap.js";
import type { Ccp, CcpOptions } from "./ccp.js";
import { mayOverrun } from "./overrun.js";
import { NotReceiving, noReceiver, receiveWith, type Transfer, verbOf } from "./receive.js";
import { RECEIVER_NAME } from "./receiver.js";
import type { OnSessionEvent } from "./session-events.js";
import { Shelf } from "./shelf.js";

const HEX_RECORD_BYTES = 16;
/** Our receiver asks 32 times, every 6 s at 4 MHz. */
const GIVES_UP_S = 240;
/** Our own receiver in profiles/receivers.toml. */
const OUR_RECEIVER = "rx";

/** What of a profile decides how a file gets onto the machine. */
export type DeliveryProfile = Pick<Profile, "receivers"> & Partial<Pick<Profile, "toolDrives" | "uart" | "line">>;

export interface Delivery {
	/** Which receiver took it: one of the profile, or "typed" when the program itself was typed in. */
	readonly receiver: string;
	readonly transfer: Transfer;
}

/**
 * Sends `bytes` to the file `name` on the machine, which is at its prompt; it is there again afterwards. `name` must
 * not exist. Where nothing receives files, our receiver is typed in first, or the whole file.
 * @throws ZulmError `no-receiver`, `disk-full`, `disk-read-only`, `file-read-only`, `transfer-cancelled`,
 * `transfer-failed`, `no-answer`, `line-lost`, `line-failed`, `interrupted`
 */
export async function deliverFile(
	ccp: Ccp,
	profile: DeliveryProfile,
	name: string,
	bytes: Uint8Array,
	options: CcpOptions = {},
): Promise<Delivery> {
	try {
		return await new Job(ccp, profile, name, bytes, options).run();
	} catch (error) {
		if (!(error instanceof ZulmError) || error.code !== "no-receiver") throw error;
		if (!(await toToolsInUserArea0(ccp, profile))) throw error;
		options.onEvent?.({ type: "user-area", userArea: 0 });
		return await new Job(ccp, profile, name, bytes, options).run();
	}
}

/**
 * CP/M 2.2 does not say which user area it is in, and programs are usually in 0.
 * @returns whether there is something to receive with in user area 0, which is then the current one
 */
async function toToolsInUserArea0(ccp: Ccp, { receivers }: DeliveryProfile): Promise<boolean> {
	const before = ccp.userArea;
	if (before === 0) return false;
	await ccp.run("USER 0");
	const names = await ccp.directory("*.COM");
	const wanted = [...receivers.map(verbOf), "PIP", "DDT"];
	if (wanted.some((verb) => names.includes(`${verb}.COM`))) return true;
	if (before !== undefined) await ccp.run(`USER ${before}`);
	return false;
}

class Job {
	readonly #shelf: Shelf;
	/** A program of a receiver's name is there and did not receive. */
	#refusal: ZulmError | undefined;

	constructor(
		private readonly ccp: Ccp,
		private readonly profile: DeliveryProfile,
		private readonly name: string,
		private readonly bytes: Uint8Array,
		private readonly options: CcpOptions,
	) {
		this.#shelf = new Shelf(ccp, profile.toolDrives ?? []);
	}

	async run(): Promise<Delivery> {
		return (await this.#withWhatIsThere()) ?? (await this.#withBootstrap());
	}

	/** Asks for every receiver of the profile, on the current drive and then on its other drives. */
	async #withWhatIsThere(): Promise<Delivery | undefined> {
		for await (const place of this.#shelf.places()) {
			for (const receiver of this.profile.receivers) {
				if (!place.holds(verbOf(receiver))) continue;
				const delivery = await this.#with({ ...receiver, command: place.prefix + receiver.command });
				if (delivery) return delivery;
			}
		}
		return undefined;
	}

	/** Types our receiver in and uses it; types the whole file in where that cannot be. */
	async #withBootstrap(): Promise<Delivery> {
		if (await bootstrapReceiver(this.ccp, this.#shelf, this.profile, this.options)) {
			const delivery = await this.#with(ourReceiver(), true);
			if (delivery) return { ...delivery, transfer: { ...delivery.transfer, bootstrapped: true } };
			await this.ccp.erase(RECEIVER_NAME);
		}
		const typed = await this.#typed();
		if (typed) return typed;
		throw (
			this.#refusal ??
			noReceiver(
				this.profile.receivers,
				"It has no PIP or DDT to make one with either: change to the drive or user area that holds them.",
			)
		);
	}

	/** @returns undefined when the machine does not have it, or it is not what its name says */
	async #with(receiver: ReceiverProfile, typed = false): Promise<Delivery | undefined> {
		const { ccp, name, bytes, options } = this;
		let started = false;
		const onEvent: OnSessionEvent = (event) => {
			if (event.type === "progress" && event.progress.block > 0) started = true;
			options.onEvent?.(event);
		};
		const careful = mayOverrun(ccp.console.link, this.profile);
		try {
			const transfer = await receiveWith(ccp, receiver, name, bytes, { ...options, onEvent, careful });
			if (transfer) return { receiver: receiver.id, transfer };
			options.onEvent?.({ type: "receiver-missing", receiver: receiver.id });
		} catch (error) {
			if (error instanceof NotReceiving) {
				this.#refusal = error;
				options.onEvent?.({ type: "receiver-refused", receiver: receiver.id, reason: error.message });
			} else if (typed ? isUseless(error) : !started && receiver.protocol === "xmodem" && isDamage(error)) {
				return await this.#asText(error, typed);
			} else throw error;
		}
		await ccp.find();
		return undefined;
	}

	/** Not one block arrived whole: a console that loses bit 7 does that, and takes text all the same. `typed`: our own
	 * receiver, which is then of no use there. */
	async #asText(error: unknown, typed: boolean): Promise<Delivery> {
		this.options.onEvent?.({ type: "console-not-8-bit" });
		// One that listens to the wrong chip gives up by itself, and hears nobody until then.
		if (!isDamage(error)) await this.ccp.untilAnyWaiting(GIVES_UP_S);
		await this.ccp.find();
		await this.ccp.erase(this.name);
		if (typed) await this.ccp.erase(RECEIVER_NAME);
		const delivery = await this.#typed();
		if (delivery) return delivery;
		throw error;
	}

	async #typed(): Promise<Delivery | undefined> {
		const { ccp, profile, name, bytes, options } = this;
		const done = await typeProgram(ccp, this.#shelf, profile, name, bytes, options);
		if (done === undefined) return undefined;
		const { seconds } = done;
		const transfer: Transfer = {
			protocol: "intel-hex",
			blockSize: HEX_RECORD_BYTES,
			bytes: bytes.length,
			seconds,
			bytesPerSecond: seconds > 0 ? bytes.length / seconds : 0,
			retries: 0,
			skipped: false,
			bootstrapped: true,
		};
		return { receiver: "typed", transfer };
	}
}

/** The transfer ended because blocks came damaged, not because the receiver or a person wished it. */
function isDamage(error: unknown): boolean {
	return error instanceof ZulmError && error.code === "transfer-failed";
}

/** A receiver that was assembled for a machine nobody has seen may not work there at all. */
function isUseless(error: unknown): boolean {
	return isDamage(error) || (error instanceof ZulmError && error.code === "no-answer");
}

function ourReceiver(): ReceiverProfile {
	const receiver = knownReceivers().get(OUR_RECEIVER);
	if (receiver === undefined) throw new Error("The profile of our own receiver is missing.");
	return receiver;
}
