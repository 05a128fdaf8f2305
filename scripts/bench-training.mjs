/**
 * Measures training: wall and processor time, accuracies, non-zero weights and T-states per character of the packed
 * program on the emulator, on our own corpora with their separately written tests, and on the public ones where they are
 * (ZULM_DATA, or shared/data beside the repository).
 *
 *   npm run bench:training -- [--seeds 1,2,3] [--threads N] [--only NAME] [--quick] [--hidden 64] [--recipe JSON]
 *                             [--apart]
 *   npm run bench:training -- --race [--seeds …] [--threads N] [--only NAME]
 *   npm run bench:training -- --arithmetic
 *
 * --race measures only the time to z80ai's train accuracy, on the public corpora; --arithmetic compares ways to do the
 * inner loops (bench-arithmetic.mjs).
 * --recipe changes numbers of the recipe (src/model/train/recipe.ts), to see what each is worth: '{"penalty":0}'.
 * Public corpora are split by query, another tenth held out for each seed. Held-out figures chose the network, so a test
 * that did not is the one to quote: for ours one written apart, for the public ones, with --apart, another tenth that is
 * set apart for each seed before training.
 */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../dist/base/random.js";
import { packModel } from "../dist/cpm/pack.js";
import { measureProgram } from "../dist/emu/measure.js";
import { baselines } from "../dist/model/baselines.js";
import { parseCorpus } from "../dist/model/corpus.js";
import { evaluate } from "../dist/model/evaluate.js";
import { DEFAULT_FEATURES, Z80AI_FEATURES } from "../dist/model/network.js";
import { corpusSize, defaultFeatures, defaultHidden } from "../dist/model/train/recipe.js";
import { splitByQuery } from "../dist/model/train/split.js";
import { train } from "../dist/model/train/train.js";
import { benchArithmetic } from "./bench-arithmetic.mjs";
import { root } from "./lib.mjs";

const { values } = parseArgs({
	options: {
		seeds: { type: "string", default: "1,2,3" },
		threads: { type: "string" },
		only: { type: "string" },
		hidden: { type: "string" },
		recipe: { type: "string", default: "{}" },
		quick: { type: "boolean", default: false },
		apart: { type: "boolean", default: false },
		race: { type: "boolean", default: false },
		arithmetic: { type: "boolean", default: false },
	},
});
const seeds = values.quick ? [1] : values.seeds.split(",").map(Number);
const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
const data = process.env.ZULM_DATA ?? join(dirname(root), "shared", "data");

const OURS = ["smalltalk", "guess"];
/** Share of single characters of the training pairs that z80ai's own trainer ends with right, on its 256-192-128 network. */
const PUBLIC = [
	{ name: "guess", z80aiTrainAccuracy: 0.968 },
	{ name: "smalltalk", z80aiTrainAccuracy: 0.998 },
	{ name: "tinychat", z80aiTrainAccuracy: 0.875 },
];

const percent = (share) => (100 * share).toFixed(1);
const both = ({ overall, macro }) => `${percent(overall)} / ${percent(macro)}`;
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const meanOf = (replies) => ({
	overall: mean(replies.map((r) => r.overall)),
	macro: mean(replies.map((r) => r.macro)),
});
const hidden = values.hidden?.split(",").map(Number);
const recipe = JSON.parse(values.recipe);
const HOLDOUT = 0.1;
/** Queries measured on the emulator, and T-states between keys: 11,520 characters a second at 7.3728 MHz. */
const MEASURED_QUERIES = 80;
const KEY_SPACING = 640;
const load = (path) => parseCorpus(readFileSync(path), basename(path));
const wanted = (name) => values.only === undefined || values.only === name;

/** T-states between two characters of a reply, the mean over `queries`. */
function tStatesPerCharacter(model, queries) {
	const every = Math.ceil(queries.length / MEASURED_QUERIES);
	const sample = queries.filter((_, i) => i % every === 0);
	const { image } = packModel(model);
	return mean(measureProgram(image, sample, { keySpacingTStates: KEY_SPACING }).flatMap((m) => m.perCharTStates));
}

/** Seeds of what is set apart are none of those that hold out. */
const APART_SEEDS = 5000;

/** The corpus without a tenth of its queries, and that tenth as a test. */
function setApart(corpus, seed) {
	const { train: pairs, holdout } = splitByQuery(corpus.pairs, HOLDOUT, new Random(APART_SEEDS + seed));
	return { corpus: { ...corpus, pairs }, test: { pairs: holdout } };
}

/** @param dataFor the corpus of each seed, and pairs of new phrasings, or no `test` to measure on the held-out share only */
async function bench(label, dataFor) {
	const runs = [];
	for (const seed of seeds) {
		const { corpus, test } = dataFor(seed);
		const size = corpusSize(corpus.pairs);
		const before = process.cpuUsage();
		const result = await train(corpus, {
			features: defaultFeatures(size),
			hidden: hidden ?? defaultHidden(size),
			seed,
			holdout: HOLDOUT,
			...threads,
			recipe,
		});
		const { user, system } = process.cpuUsage(before);
		const { holdout } = splitByQuery(corpus.pairs, HOLDOUT, new Random(seed));
		runs.push({
			seconds: result.seconds,
			cpuS: (user + system) / 1e6,
			train: result.train.reply,
			held: result.holdout.reply,
			nonzero: result.nonzeroWeights,
			tStates: tStatesPerCharacter(
				result.model,
				(test ?? { pairs: holdout }).pairs.map(({ query }) => query),
			),
			test: test === undefined ? undefined : evaluate(result.model.network, test.pairs).reply,
		});
		report(label, `seed ${seed}`, runs.slice(-1));
	}
	report(label, "MEAN", runs);
}

function report(label, what, runs) {
	const average = (of) => mean(runs.map(of));
	console.log(
		`${label.padEnd(18)} ${what.padEnd(7)} ${average((r) => r.seconds).toFixed(1)} s (${average((r) => r.cpuS).toFixed(1)} s` +
			` CPU)  train ${percent(average((r) => r.train))}  held out ${both(meanOf(runs.map((r) => r.held)))}` +
			(runs[0].test === undefined ? "" : `  test ${both(meanOf(runs.map((r) => r.test)))}`) +
			`  non-zero ${Math.round(average((r) => r.nonzero))}` +
			`  ${(average((r) => r.tStates) / 1000).toFixed(1)} kT/char`,
	);
}

/**
 * For speed to train accuracy and nothing else: no copies, nothing held back, no pressure on cost, and a schedule that
 * ends soon after.
 */
const RACE = {
	copies: 1,
	batch: 128,
	steps: 600,
	learningRate: 0.03,
	measurements: 12,
	patience: Number.POSITIVE_INFINITY,
	sparsity: 0,
	outputSparsity: 0,
	penalty: 0,
	dropout: 0,
	weightBudget: Number.POSITIVE_INFINITY,
};

/**
 * Seconds until a measurement shows the train accuracy that z80ai's trainer ends with, on its 256-192-128 network and
 * its 128 trigram buckets: whole passes of the exact integer network over all training pairs, each character after the
 * right ones before it.
 */
async function secondsTo(accuracy, label, corpus) {
	const runs = [];
	for (const seed of seeds) {
		const stop = new AbortController();
		const before = process.cpuUsage();
		const result = await train(corpus, {
			features: Z80AI_FEATURES,
			hidden: [256, 192, 128],
			seed,
			holdout: 0,
			teacher: false,
			...threads,
			signal: stop.signal,
			recipe: RACE,
			onProgress: ({ char }) => char >= accuracy && stop.abort(),
		});
		const { user, system } = process.cpuUsage(before);
		const last = result.curve.at(-1);
		runs.push({ reached: last.char >= accuracy, ...last, cpuS: (user + system) / 1e6 });
	}
	const each = runs.map(({ reached, seconds, cpuS, char }) =>
		reached ? `${seconds.toFixed(1)} s (${cpuS.toFixed(1)} s CPU)` : `not reached (${percent(char)}%)`,
	);
	console.log(
		`${label.padEnd(18)} to ${percent(accuracy)}% of train characters on 256-192-128, 128 trigram buckets: ${each.join(", ")}`,
	);
}

async function baseline(label, corpus, test) {
	const { ceiling, majority, keyword, nearest } = baselines(corpus.pairs, test.pairs, DEFAULT_FEATURES);
	console.log(
		`${label.padEnd(18)} baselines on the test: ceiling ${percent(ceiling)}  nearest query ${both(nearest)}` +
			`  keyword ${both(keyword)}  majority ${both(majority)}`,
	);
}

console.log(
	`${availableParallelism()} cores, ${values.threads ?? "as many"} threads, load ${loadavg()[0].toFixed(1)}, Node ` +
		`${process.version}; overall / macro in %\n`,
);
if (values.arithmetic) {
	benchArithmetic();
	process.exit();
}
for (const name of values.race ? [] : OURS.filter(wanted)) {
	const folder = join(root, "fixtures", "corpora");
	const corpus = load(join(folder, `${name}.txt`));
	const test = load(join(folder, `${name}-test.txt`));
	await baseline(name, corpus, test);
	await bench(name, () => ({ corpus, test }));
}
if (!existsSync(data)) {
	console.log(`\nThe public corpora are not here: there is no ${data} (set ZULM_DATA to their folder).`);
} else {
	for (const { name, z80aiTrainAccuracy } of PUBLIC.filter((corpus) => wanted(corpus.name))) {
		const path = join(data, `${name}-train.txt.gz`);
		if (!existsSync(path)) {
			console.log(`\n${path} is missing.`);
			continue;
		}
		const corpus = load(path);
		if (!values.race) {
			console.log("");
			await bench(`public ${name}`, (seed) => (values.apart ? setApart(corpus, seed) : { corpus }));
		}
		if (values.race || !values.apart) await secondsTo(z80aiTrainAccuracy, `public ${name}`, corpus);
	}
}
