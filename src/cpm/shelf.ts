/**
 * Where programs are: on the current drive, or on another one that the profile names (RomWBW's ROM disk holds XM).
 *
 *   "" (the current drive: typing the name tells)   "B:" (its directory tells)
 *
 * A drive that is not there, or not ready, has no programs. User areas other than the current one are not searched.
 */
import { ZulmError } from "../base/errors.js";
import type { Ccp, CommandResult } from "./ccp.js";

/** A drive to type before a program's name. */
export interface Place {
	/** "" or "B:". */
	readonly prefix: string;
	/** May be there: the current drive is asked by typing. */
	holds(verb: string): boolean;
}

const CURRENT: Place = { prefix: "", holds: () => true };

export class Shelf {
	#others: readonly Place[] | undefined;

	constructor(
		private readonly ccp: Ccp,
		private readonly drives: readonly string[],
	) {}

	/** The current drive, then each other one that answers. Others are looked at when they are reached. */
	async *places(): AsyncGenerator<Place> {
		yield CURRENT;
		this.#others ??= await this.#look();
		yield* this.#others;
	}

	/** Runs a program that ends by itself. @returns undefined when it is nowhere */
	async run(verb: string, rest: string): Promise<CommandResult | undefined> {
		for await (const place of this.places()) {
			if (!place.holds(verb)) continue;
			const result = await this.ccp.run(`${place.prefix}${verb} ${rest}`);
			if (!result.unknown) return result;
		}
		return undefined;
	}

	async #look(): Promise<Place[]> {
		const found: Place[] = [];
		for (const drive of this.drives) {
			if (drive === this.ccp.drive) continue;
			const prefix = `${drive}:`;
			try {
				const names = new Set(await this.ccp.directory(`${prefix}*.COM`));
				if (names.size > 0) found.push({ prefix, holds: (verb) => names.has(`${verb}.COM`) });
			} catch (error) {
				if (!(error instanceof ZulmError) || error.code !== "machine-refused") throw error;
			}
		}
		return found;
	}
}
