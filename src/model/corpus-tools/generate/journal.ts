/**
 * The file generated pairs go to, a line at a time, so that nothing that was paid for is lost; and what an earlier run
 * left in it, so that the same command goes on where that one stopped.
 *
 *   # zulm corpus generate paraphrases
 *   how goes it|I AM FINE
 *   whats the cra          ← cut short by a crash: taken off when the file is opened again
 *
 * One run at a time; nothing keeps two from writing to one file.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { ZulmError } from "../../../base/errors.js";
import { type Pair, parseCorpus } from "../../corpus.js";
import type { Kind } from "./prompts.js";

export class Journal {
	readonly #path: string;
	readonly #file: number;
	/** What earlier runs wrote. */
	readonly pairs: readonly Pair[];

	private constructor(path: string, file: number, pairs: readonly Pair[]) {
		this.#path = path;
		this.#file = file;
		this.pairs = pairs;
	}

	/**
	 * Opens the file, new or where an earlier run of the same kind left it.
	 * @throws ZulmError `usage` for a file that something else wrote, `file-unwritable`, `corpus-malformed`
	 */
	static open(path: string, kind: Kind): Journal {
		const mark = `# zulm corpus generate ${kind}\n`;
		return explained(path, () => {
			mkdirSync(dirname(path), { recursive: true });
			const file = openSync(path, "a+");
			try {
				const bytes = readFileSync(path);
				const whole = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
				if (whole.length === 0 && mark.startsWith(bytes.toString())) {
					ftruncateSync(file, 0);
					writeSync(file, mark);
					return new Journal(path, file, []);
				}
				if (!whole.toString().startsWith(mark)) {
					throw new ZulmError("usage", `${path} is there already and holds something else than ${kind}.`, {
						hint: "Choose another file: only what zulm corpus generate wrote is gone on with, and of one kind.",
					});
				}
				ftruncateSync(file, whole.length);
				return new Journal(path, file, whole.length > mark.length ? parseCorpus(whole, path).pairs : []);
			} catch (error) {
				closeSync(file);
				throw error;
			}
		});
	}

	/** @throws ZulmError `file-unwritable` */
	add({ query, reply }: Pick<Pair, "query" | "reply">): void {
		explained(this.#path, () => writeSync(this.#file, `${query}|${reply}\n`));
	}

	close(): void {
		closeSync(this.#file);
	}
}

function explained<T>(path: string, work: () => T): T {
	try {
		return work();
	} catch (cause) {
		if (cause instanceof ZulmError) throw cause;
		throw new ZulmError("file-unwritable", `Cannot write ${path}: ${(cause as Error).message}.`, {
			hint: "Choose a folder you may write to and that has room; what is in the file already stays.",
			cause,
		});
	}
}
