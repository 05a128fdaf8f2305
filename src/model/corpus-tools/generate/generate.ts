/**
 * Lets a language model write pairs for a corpus: asks reply by reply, batch by batch, and keeps each new query the moment
 * its line is complete.
 *
 *   task: reply, wanted ──► prompt ──► answer ──► line ──► fit? ──► new to corpus and file? ──► appended
 *                              ▲                                                                   │
 *                              └────────────── until there are enough, or nothing new comes ◄──────┘
 *
 * Judges form, not meaning: read what it wrote before you train on it.
 */
import { ZulmError } from "../../../base/errors.js";
import { Random } from "../../../base/random.js";
import type { Pair } from "../../corpus.js";
import { queryKey, wording } from "../question.js";
import { AnswerFailure, answerTo, type Waiting } from "./answer.js";
import { candidateIn, LineCollector, type Unfit } from "./candidates.js";
import type { Endpoint, Prompt } from "./endpoint.js";
import type { Journal } from "./journal.js";
import { type Kind, promptFor } from "./prompts.js";
import { namesSecret } from "./secret.js";

/** What is to be written. */
export interface Order {
	readonly kind: Kind;
	/** What the corpus has already; nothing of it is written again, whatever its reply. */
	readonly pairs: readonly Pair[];
	/** Each gets lines of its own; for all kinds but paraphrases, the one reply to the lines. */
	readonly replies: readonly string[];
	/** What guesses have to name. */
	readonly secret?: string;
	/** Lines for each reply, earlier runs included. */
	readonly count: number;
	/** Lines asked for at once. */
	readonly batch: number;
	readonly seed: number;
}

export interface Asking extends Waiting {
	/** Times a request is made again after a failure that may pass. */
	readonly retries: number;
	readonly onEvent?: (event: GenerateEvent) => void;
}

export type GenerateEvent =
	| {
			readonly type: "pair";
			readonly query: string;
			readonly reply: string;
			readonly got: number;
			readonly wanted: number;
	  }
	| { readonly type: "retry"; readonly reason: string; readonly waitS: number; readonly attempt: number }
	| { readonly type: "exhausted"; readonly reply: string; readonly got: number; readonly wanted: number };

export interface Generated {
	readonly replies: readonly { readonly reply: string; readonly got: number; readonly wanted: number }[];
	/** Pairs this run appended. */
	readonly added: number;
	/** Lines left out, by reason. */
	readonly dropped: Readonly<Record<Unfit, number>>;
	readonly requests: number;
	readonly retries: number;
	/** The signal fired; what was got is in the file. */
	readonly interrupted: boolean;
}

/** After so many answers without anything new, the model has said what it can. */
const BARREN_ANSWERS = 3;
const FIRST_WAIT_S = 1;
/** Also where a server asks for more: then it is better to come back another day. */
const LONGEST_WAIT_S = 60;

/** What would be asked first for each reply. */
export function firstPrompts(order: Order): { readonly reply: string; readonly prompt: Prompt }[] {
	return order.replies.map((reply) => ({
		reply,
		prompt: promptFor({ ...order, reply }, Math.min(order.batch, order.count), [], new Random(order.seed)),
	}));
}

/**
 * @param journal open; stays open
 * @throws ZulmError `endpoint-failed`, `endpoint-refused`, `file-unwritable`
 */
export async function generatePairs(
	order: Order,
	endpoint: Endpoint,
	journal: Journal,
	asking: Asking,
): Promise<Generated> {
	const writer = new Writer(order, endpoint, journal, asking);
	try {
		for (const reply of order.replies) await writer.fill(reply);
	} catch (error) {
		if (!(error instanceof ZulmError) || error.code !== "interrupted") throw error;
		return writer.result(true);
	}
	return writer.result(false);
}

class Writer {
	readonly #dropped: Record<Unfit, number> = {
		"chatter": 0,
		"too long": 0,
		"untypable": 0,
		"known": 0,
		"beside the point": 0,
	};
	readonly #known = new Set<string>();
	readonly #found = new Map<string, string[]>();
	#added = 0;
	#requests = 0;
	#retries = 0;

	constructor(
		private readonly order: Order,
		private readonly endpoint: Endpoint,
		private readonly journal: Journal,
		private readonly asking: Asking,
	) {
		for (const { query } of [...order.pairs, ...journal.pairs]) this.#remember(query);
		for (const reply of order.replies) this.#found.set(reply, []);
		for (const { query, reply } of journal.pairs) this.#found.get(reply)?.push(query);
	}

	/** Asks until there are enough lines for the reply, or nothing new comes. */
	async fill(reply: string): Promise<void> {
		const { count, batch, seed } = this.order;
		const found = this.#found.get(reply) as string[];
		const random = new Random(seed);
		for (let barren = 0; found.length < count; ) {
			const before = found.length;
			await this.#ask(reply, promptFor({ ...this.order, reply }, Math.min(batch, count - before), found, random));
			barren = found.length === before ? barren + 1 : 0;
			if (barren < BARREN_ANSWERS) continue;
			this.asking.onEvent?.({ type: "exhausted", reply, got: before, wanted: count });
			return;
		}
	}

	result(interrupted: boolean): Generated {
		const replies = this.order.replies.map((reply) => ({
			reply,
			got: this.#found.get(reply)?.length ?? 0,
			wanted: this.order.count,
		}));
		return {
			replies,
			added: this.#added,
			dropped: this.#dropped,
			requests: this.#requests,
			retries: this.#retries,
			interrupted,
		};
	}

	/** One answer, asked for again while that may help. What came before a failure is kept. */
	async #ask(reply: string, prompt: Prompt): Promise<void> {
		for (let attempt = 0; ; attempt++) {
			this.#requests++;
			try {
				await this.#read(reply, prompt);
				return;
			} catch (error) {
				if (!(error instanceof AnswerFailure)) throw error;
				if (!error.temporary || attempt >= this.asking.retries) throw explained(error, this.endpoint, attempt);
				const waitS = Math.min(error.retryAfterS ?? FIRST_WAIT_S * 2 ** attempt, LONGEST_WAIT_S);
				this.#retries++;
				this.asking.onEvent?.({ type: "retry", reason: error.message, waitS, attempt: attempt + 1 });
				await this.asking.clock.sleep(waitS, this.asking.signal);
			}
		}
	}

	async #read(reply: string, prompt: Prompt): Promise<void> {
		const lines = new LineCollector();
		for await (const text of answerTo(this.endpoint, prompt, this.asking)) {
			for (const line of lines.add(text)) {
				// Leaving the loop hangs up: there is no use in paying for more.
				if (this.#take(reply, line)) return;
			}
		}
		for (const line of lines.end()) this.#take(reply, line);
	}

	/** Keeps what is fit and new; true when there are enough. */
	#take(reply: string, line: string): boolean {
		const candidate = candidateIn(line);
		if (candidate === undefined) return false;
		const { query } = candidate;
		const unfit = candidate.unfit ?? this.#objection(query);
		if (unfit !== undefined) {
			this.#dropped[unfit]++;
			return false;
		}
		const found = this.#found.get(reply) as string[];
		this.journal.add({ query, reply });
		this.#remember(query);
		found.push(query);
		this.#added++;
		this.asking.onEvent?.({ type: "pair", query, reply, got: found.length, wanted: this.order.count });
		return found.length >= this.order.count;
	}

	#objection(query: string): Unfit | undefined {
		const { secret } = this.order;
		if (secret !== undefined && !namesSecret(query, secret)) return "beside the point";
		return keysOf(query).some((key) => this.#known.has(key)) ? "known" : undefined;
	}

	#remember(query: string): void {
		for (const key of keysOf(query)) this.#known.add(key);
	}
}

/** A query as the machine reads it, and its words alone: other punctuation makes no new phrasing. */
function keysOf(query: string): string[] {
	const key = queryKey(query);
	const words = wording(key);
	return words === "" ? [key] : [key, `words ${words}`];
}

function explained(
	{ message, temporary, status }: AnswerFailure,
	{ address, model }: Endpoint,
	retries: number,
): ZulmError {
	const tries = retries === 0 ? "" : ` after ${retries + 1} tries`;
	const text = `No answer from ${address}${tries}: ${message}.`;
	if (status !== undefined && !temporary)
		return new ZulmError("endpoint-refused", text, { hint: hintFor(status, model) });
	const hint = temporary
		? "Run the same command again later: it goes on where it stopped."
		: "Start the server (ollama serve), or name another with --endpoint.";
	return new ZulmError("endpoint-failed", text, { hint });
}

function hintFor(status: number, model: string): string {
	if (status === 401 || status === 403) return "Put the key for this server into the environment: ZULM_API_KEY.";
	if (status === 404) return `Check the address, and that the server has the model ${model} (ollama pull ${model}).`;
	if (status >= 300 && status < 400) return "Name the address it redirects to with --endpoint.";
	return "Check --endpoint, --protocol and --model.";
}
