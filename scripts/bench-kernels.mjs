/**
 * Measures the chat programs: size, memory, T-states per character and to the first one, and whether they say exactly
 * what the integer reference says, every logit of it.
 *
 *   npm run bench:kernels -- [--json] [--queries 300] [--exact 100] [--model FILE.npz,…] [--only NAME]
 *
 * Public models are those of ZULM_DATA (or shared/data beside the repository); ours are trained on the spot from
 * fixtures/corpora, or read with --model. T-states are those of the emulated Z80; BDOS itself costs nothing there.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { packModel } from "../dist/cpm/pack.js";
import { predict } from "../dist/cpm/predict.js";
import { measureProgram } from "../dist/emu/measure.js";
import { fromMachineBytes, toMachineBytes } from "../dist/model/charset.js";
import { parseCorpus } from "../dist/model/corpus.js";
import { normaliseQuery } from "../dist/model/features.js";
import { DEFAULT_FEATURES } from "../dist/model/network.js";
import { decodeModel } from "../dist/model/npz.js";
import { generate } from "../dist/model/reference.js";
import { train } from "../dist/model/train/train.js";
import { distribution } from "../dist/report/statistics.js";
import { root } from "./lib.mjs";
import { LogitProbe } from "./logit-probe.mjs";

const { values } = parseArgs({
	options: {
		json: { type: "boolean", default: false },
		queries: { type: "string", default: "300" },
		exact: { type: "string", default: "100" },
		model: { type: "string" },
		only: { type: "string" },
	},
});
const data = process.env.ZULM_DATA ?? join(dirname(root), "shared", "data");
/** Ten keys a second on a machine of 4 MHz. */
const TYPING_T_STATES = 400_000;
/** BDOS of a stock RC2014: what fits here fits a system of 60 K too. */
const STOCK = 0xd806;
const OURS = ["guess", "smalltalk"];
const PUBLIC = ["guess", "tinychat"];

const say = (text) => (values.json ? process.stderr : process.stdout).write(`${text}\n`);
const count = (number) => Math.round(number).toLocaleString("en-GB");
const hex = (address) => `${address.toString(16).toUpperCase().padStart(4, "0")}h`;

/** `wanted` of the queries, from all over the corpus. */
function spread(pairs, wanted) {
	const all = [...new Set(pairs.map(({ query }) => query))];
	const every = Math.max(1, Math.floor(all.length / wanted));
	return all.filter((_, i) => i % every === 0).slice(0, wanted);
}

/** The first query with a logit that differs from the reference's, or null. */
function firstDifference(program, network, queries) {
	const probe = new LogitProbe(program);
	for (const query of queries) {
		const words = normaliseQuery(query);
		const expected = [];
		const text = generate(network, words, (logits) => expected.push([...logits]));
		const { reply, logits } = probe.ask(words);
		if (fromMachineBytes(reply) !== text || JSON.stringify(logits) !== JSON.stringify(expected)) return query;
	}
	return null;
}

function bench(name, model, queries, options) {
	const program = packModel(model, options);
	const bytes = queries.map((query) => String.fromCharCode(...toMachineBytes(query)));
	const measured = measureProgram(program.image, bytes);
	const typed = measureProgram(program.image, bytes, { keySpacingTStates: TYPING_T_STATES });
	const right = (results) =>
		results.every(
			({ reply }, i) => reply === String.fromCharCode(...toMachineBytes(generate(model.network, queries[i]))),
		);
	const firstChars = (results) => distribution(results.flatMap(({ firstCharTStates }) => firstCharTStates ?? []));
	const result = {
		name,
		kernel: program.kernel,
		why: program.reason,
		bytes: program.length,
		memoryTop: hex(program.memoryTop),
		trieNodes: program.trieNodes,
		queries: queries.length,
		tStates: {
			perChar: distribution(measured.flatMap(({ perCharTStates }) => perCharTStates)),
			firstCharTyped: firstChars(typed),
			firstCharAtOnce: firstChars(measured),
		},
		predicted: predict(program, model.network, queries),
		repliesExact: right(measured) && right(typed),
		logitsExactFor: Math.min(queries.length, Number(values.exact)),
		logitsDifferAt: firstDifference(program, model.network, queries.slice(0, Number(values.exact))),
	};
	say(row(result));
	return result;
}

const COLUMNS = [
	["program", 34],
	["kernel", 7],
	["bytes", 7],
	["top", 6],
	["char mean", 10],
	["p95", 10],
	["max", 10],
	["1st typed", 10],
	["max", 8],
	["at once", 10],
	["max", 10],
	["predicted", 10],
	["exact", 16],
];

function line(cells) {
	return cells
		.map((cell, i) => (i < 2 || i === cells.length - 1 ? cell.padEnd(COLUMNS[i][1]) : cell.padStart(COLUMNS[i][1])))
		.join(" ")
		.trimEnd();
}

function row({ name, kernel, bytes, memoryTop, tStates, predicted, repliesExact, logitsDifferAt, logitsExactFor }) {
	const { perChar, firstCharTyped, firstCharAtOnce } = tStates;
	const exact =
		logitsDifferAt === null && repliesExact ? `yes, ${logitsExactFor} logits` : `NO: ${logitsDifferAt ?? "replies"}`;
	return line([
		name,
		kernel,
		count(bytes),
		memoryTop,
		...[perChar.mean, perChar.p95, perChar.max].map(count),
		...[firstCharTyped.mean, firstCharTyped.max, firstCharAtOnce.mean, firstCharAtOnce.max].map(count),
		count(predicted.perChar),
		exact,
	]);
}

async function ourModel(name) {
	const folder = join(root, "fixtures", "corpora");
	const given = (values.model ?? "").split(",").find((path) => basename(path).startsWith(name));
	const test = parseCorpus(readFileSync(join(folder, `${name}-test.txt`)), name);
	if (given !== undefined) return { model: decodeModel(readFileSync(given)), pairs: test.pairs };
	const corpus = parseCorpus(readFileSync(join(folder, `${name}.txt`)), name);
	const { model } = await train(corpus, { features: DEFAULT_FEATURES, hidden: [64], seed: 1, holdout: 0.1 });
	return { model, pairs: test.pairs };
}

const queryCount = Number(values.queries);
const results = [];
say(line(COLUMNS.map(([title]) => title)));
for (const name of PUBLIC.filter((each) => values.only === undefined || `z80ai-${each}` === values.only)) {
	const path = join(data, `z80ai-${name}.npz`);
	const corpusPath = join(data, `${name}-train.txt.gz`);
	if (!existsSync(path) || !existsSync(corpusPath)) {
		say(`z80ai-${name}: not measured, for want of ${path} or ${corpusPath} (set ZULM_DATA to their folder)`);
		continue;
	}
	const model = decodeModel(readFileSync(path));
	const { pairs } = parseCorpus(readFileSync(corpusPath), name);
	const queries = spread(pairs, queryCount);
	results.push(bench(`z80ai-${name}`, model, queries, { memoryTop: STOCK }));
	results.push(bench(`z80ai-${name}, packed`, model, queries.slice(0, 30), { kernel: "packed" }));
}
for (const name of OURS.filter((each) => values.only === undefined || each === values.only)) {
	const { model, pairs } = await ourModel(name);
	const queries = spread(pairs, queryCount);
	results.push(bench(`${name}, our default`, model, queries, { memoryTop: STOCK }));
	results.push(bench(`${name}, no replies known`, model, queries, { memoryTop: STOCK, replies: [] }));
	results.push(bench(`${name}, packed`, model, queries.slice(0, 60), { kernel: "packed" }));
}
if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
if (results.some(({ repliesExact, logitsDifferAt }) => !repliesExact || logitsDifferAt !== null)) process.exitCode = 1;
