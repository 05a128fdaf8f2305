/** `zulm corpus generate KIND FILES… -o FILE`: a language model writes pairs, and what it wrote is kept line by line. */
import { type Command, Option } from "commander";
import { EXIT, ZulmError } from "../../base/errors.js";
import { type Pair, readCorpora } from "../../model/corpus.js";
import {
	type Endpoint,
	guessProtocol,
	PROTOCOLS,
	type Protocol,
	parseAddress,
} from "../../model/corpus-tools/generate/endpoint.js";
import {
	firstPrompts,
	type Generated,
	type GenerateEvent,
	generatePairs,
	type Order,
} from "../../model/corpus-tools/generate/generate.js";
import { Journal } from "../../model/corpus-tools/generate/journal.js";
import { KINDS, type Kind } from "../../model/corpus-tools/generate/prompts.js";
import { formatCount, formatSeconds } from "../../report/format.js";
import type { CorpusGenerateResult, CorpusPromptsResult } from "../../report/results.js";
import { realClock } from "../../transport/clock.js";
import {
	type CommandResult,
	declare,
	handle,
	integer,
	number,
	type Run,
	repeatable,
	type Session,
} from "../command.js";
import { refuseOverwriting } from "../corpus-files.js";
import type { CliIo } from "../io.js";
import { type Output, visible } from "../output.js";

interface Options {
	readonly json?: boolean;
	readonly output?: string;
	readonly kind: Kind;
	readonly reply?: string[];
	readonly secret?: string;
	readonly count: number;
	readonly batch: number;
	readonly seed: number;
	readonly endpoint: string;
	readonly protocol?: Protocol;
	readonly model?: string;
	readonly temperature?: number;
	readonly retries: number;
	readonly timeout: number;
	readonly dryRun?: boolean;
}

/** Where Ollama listens unless told otherwise. */
const LOCAL_OLLAMA = "http://127.0.0.1:11434";
/** A key of one company is for that company's server only; ZULM_API_KEY goes to whichever is named. */
const KEYS_BY_HOST: Readonly<Record<string, string>> = {
	"api.openai.com": "OPENAI_API_KEY",
	"api.anthropic.com": "ANTHROPIC_API_KEY",
};

export function declareCorpusGenerate(corpus: Command, run: Run): void {
	const command = declare(corpus, "generate", {
		summary: "let a language model write more pairs",
		description:
			"Asks a language model for paraphrases (other ways of asking what a reply answers), distractors (what the corpus " +
			"is not about), nonsense, or guesses (ways of naming a secret), and appends each new query to a file of its own " +
			"the moment it comes. Queries that the corpus or the file has already are left out. The same command again goes " +
			"on where it stopped. A key is taken from ZULM_API_KEY, or from OPENAI_API_KEY and ANTHROPIC_API_KEY for those " +
			"companies' own servers. Read what it wrote before you train on it.",
		examples: [
			"zulm corpus generate my.txt -o more.txt --model llama3.2 --count 60",
			"zulm corpus generate my.txt --dry-run --kind distractors --reply IDK",
			'zulm corpus generate my.txt -o win.txt --kind guesses --secret "a lighthouse" --reply WIN --model llama3.2',
		],
		no: "the model gave fewer new queries than asked for",
		line: "the server did not answer",
	})
		.argument("<corpus...>", "corpora, plain or gzip; - is standard input")
		.option("-o, --output <file>", "file to append to (needed unless --dry-run)")
		.addOption(new Option("--kind <kind>", "what to write").choices(KINDS).default("paraphrases"))
		.option(
			"--reply <text>",
			"a reply to write queries for; may be given again (default for paraphrases: all)",
			repeatable,
		)
		.option("--secret <text>", "what guesses have to name")
		.option("--count <n>", "queries for each reply, earlier runs included", integer(1, 100_000), 30)
		.option("--batch <n>", "queries asked for at once", integer(1, 100), 20)
		.option("--endpoint <url>", "address of the server", LOCAL_OLLAMA)
		.addOption(new Option("--protocol <name>", "what it speaks (default: by its address)").choices(PROTOCOLS))
		.option("--model <name>", "the server's name of the model (needed unless --dry-run)")
		.option("--temperature <t>", "how freely it writes (default: the server's)", number(0, 2))
		.option("--retries <n>", "how often a failed request is made again", integer(0, 20), 4)
		.option("--timeout <s>", "longest silence of the server", number(0.1, 3600), 120)
		.option("--seed <n>", "seed of the choice of examples", integer(0, 0xffffffff), 1)
		.option("--dry-run", "print the first prompts and ask nobody");
	handle(run, command, generateCommand);
}

async function generateCommand(session: Session, options: Options, paths: string[]): Promise<CommandResult> {
	const { io, out, signal } = session;
	// What is wrong with the command line should be said before a large corpus is read.
	const endpoint = options.dryRun === true ? undefined : endpointOf(options, io);
	const { output } = options;
	if (endpoint !== undefined && output === undefined) throw needed("-o FILE");
	if (output !== undefined) refuseOverwriting(paths, [output]);
	const { pairs } = await readCorpora(paths, io.stdin);
	const order = orderOf(options, pairs);
	if (endpoint === undefined || output === undefined) return dryRun(out, order);
	const journal = Journal.open(output, order.kind);
	try {
		if (journal.pairs.length > 0)
			out.note(`going on with ${output}: ${formatCount(journal.pairs.length)} pairs so far`);
		const generated = await generatePairs(order, endpoint, journal, {
			clock: realClock,
			timeoutS: options.timeout,
			signal,
			retries: options.retries,
			onEvent: (event) => tell(out, event),
		});
		return summary(out, output, order, generated);
	} finally {
		journal.close();
	}
}

function endpointOf({ endpoint: address, protocol, model, temperature }: Options, { env }: CliIo): Endpoint {
	if (model === undefined) throw needed("--model NAME");
	const variable = (env.ZULM_API_KEY ?? "") !== "" ? "ZULM_API_KEY" : KEYS_BY_HOST[parseAddress(address).hostname];
	const apiKey = variable === undefined ? undefined : env[variable]?.trim();
	if (apiKey !== undefined && !/^[\x21-\x7e]*$/.test(apiKey)) {
		throw new ZulmError("usage", `${variable} holds characters that no key has.`, {
			hint: "Set it again; the key itself is one word.",
		});
	}
	return {
		address,
		protocol: protocol ?? guessProtocol(address),
		model,
		...(apiKey === undefined || apiKey === "" ? {} : { apiKey }),
		...(temperature === undefined ? {} : { temperature }),
	};
}

function orderOf({ kind, reply, secret, count, batch, seed }: Options, pairs: readonly Pair[]): Order {
	const known = [...new Set(pairs.map((pair) => pair.reply))];
	const replies = [...new Set(reply ?? (kind === "paraphrases" ? known : []))];
	const [unknown] = replies.filter((text) => !known.includes(text));
	if (unknown !== undefined) {
		throw new ZulmError("usage", `No pair of the corpus has the reply "${unknown}".`, {
			hint: `Spell it as the corpus does: ${known.slice(0, 8).join(", ")}${known.length > 8 ? ", …" : ""}.`,
		});
	}
	if (replies.length === 0) throw needed(`--reply TEXT with --kind ${kind}`);
	if (kind === "guesses" && secret === undefined) throw needed("--secret TEXT with --kind guesses");
	return {
		kind,
		pairs,
		replies,
		count,
		batch,
		seed,
		...(kind === "guesses" && secret !== undefined ? { secret } : {}),
	};
}

function needed(what: string): ZulmError {
	return new ZulmError("usage", `zulm corpus generate needs ${what}.`, { hint: "See: zulm corpus generate --help" });
}

function dryRun(out: Output, order: Order): CommandResult {
	const prompts = firstPrompts(order).map(({ reply, prompt }) => ({ reply, ...prompt }));
	for (const { reply, system, user } of prompts) {
		out.print(out.colors.bold(visible(`── for ${reply}`)));
		for (const line of [system, "", ...user.split("\n")]) out.print(visible(line));
		out.print();
	}
	const json: CorpusPromptsResult = { prompts };
	return { json };
}

function tell(out: Output, event: GenerateEvent): void {
	if (event.type === "pair")
		out.progress(visible(event.reply), visible(` ${event.got} of ${event.wanted}: ${event.query}`));
	else if (event.type === "retry")
		out.note(`zulm: ${visible(event.reason)}; try ${event.attempt + 1} in ${formatSeconds(event.waitS)}`);
	else out.note(`zulm: nothing new any more for ${visible(event.reply)}: ${event.got} of ${event.wanted}`);
}

function summary(out: Output, path: string, { kind }: Order, generated: Generated): CommandResult {
	const { replies, added, dropped, requests, retries, interrupted } = generated;
	const short = replies.some(({ got, wanted }) => got < wanted);
	const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
	const left = reasons.map(([reason, count]) => `${formatCount(count)} ${reason}`).join(", ");
	const asked = `${requests === 1 ? "1 request" : `${formatCount(requests)} requests`}, ${formatCount(retries)} of them again`;
	(short ? out.failed : out.done).call(out, `wrote ${path}`, `${formatCount(added)} new pairs, ${asked}`);
	if (left !== "") out.print(`  left out  ${left}`);
	if (interrupted) out.note("zulm: interrupted; the same command goes on from here.");
	else if (short) out.note("zulm: fewer than asked for; another --model, --temperature or --seed may know more.");
	const json: CorpusGenerateResult = { path, kind, ...generated };
	return { json, exitCode: interrupted ? EXIT.interrupted : short ? EXIT.no : EXIT.done };
}
