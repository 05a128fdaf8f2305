/**
 * Measures training: wall time, accuracies, non-zero weights and cost per character, on our own corpora with their
 * separately written tests, and on the public ones where they are (ZULM_DATA, or shared/data beside the repository).
 *
 *   npm run bench:training -- [--seeds 1,2,3] [--threads N] [--only NAME] [--quick]
 *
 * Public corpora are split by query, another tenth held out for each seed; "chosen on" figures are the best measured
 * during training, so a separately written test is the one to quote.
 */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { baselines } from "../dist/model/baselines.js";
import { parseCorpus } from "../dist/model/corpus.js";
import { evaluate } from "../dist/model/evaluate.js";
import { DEFAULT_FEATURES, Z80AI_FEATURES } from "../dist/model/network.js";
import { train } from "../dist/model/train/train.js";
import { root } from "./lib.mjs";

const { values } = parseArgs({
	options: {
		seeds: { type: "string", default: "1,2,3" },
		threads: { type: "string" },
		only: { type: "string" },
		quick: { type: "boolean", default: false },
	},
});
const seeds = values.quick ? [1] : values.seeds.split(",").map(Number);
const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
const data = process.env.ZULM_DATA ?? join(dirname(root), "shared", "data");

const OURS = ["smalltalk", "guess"];
/** Whole-reply accuracy on the training pairs that z80ai's own trainer ends with, on its 256-192-128 network. */
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
const load = (path) => parseCorpus(readFileSync(path), basename(path));
const wanted = (name) => values.only === undefined || values.only === name;

async function bench(label, corpus, test, options) {
	const runs = [];
	for (const seed of seeds) {
		const result = await train(corpus, {
			features: DEFAULT_FEATURES,
			hidden: [64],
			seed,
			holdout: 0.1,
			...threads,
			...options,
		});
		const measured = test === undefined ? undefined : evaluate(result.model.network, test.pairs);
		runs.push({ result, measured });
		console.log(
			`${label.padEnd(18)} seed ${seed}  ${result.seconds.toFixed(1).padStart(5)} s  train ${percent(result.train.reply)}` +
				`  held out ${both(result.holdout.reply)}  non-zero ${result.nonzeroWeights}` +
				(measured === undefined ? "" : `  test ${both(measured.reply)}  ${measured.macsPerChar.toFixed(0)} MAC/char`),
		);
	}
	const held = meanOf(runs.map(({ result }) => result.holdout.reply));
	const tests = runs.flatMap(({ measured }) => (measured === undefined ? [] : [measured.reply]));
	console.log(
		`${label.padEnd(18)} MEAN    ${mean(runs.map(({ result }) => result.seconds))
			.toFixed(1)
			.padStart(5)} s` +
			`  held out ${both(held)}  non-zero ${Math.round(mean(runs.map(({ result }) => result.nonzeroWeights)))}` +
			(tests.length === 0 ? "" : `  test ${both(meanOf(tests))}`),
	);
}

/** Seconds until a measurement shows the train accuracy that z80ai's trainer ends with, on its 256-192-128 network. */
async function secondsTo(accuracy, label, corpus) {
	const stop = new AbortController();
	let reached;
	const result = await train(corpus, {
		features: Z80AI_FEATURES,
		hidden: [256, 192, 128],
		seed: 1,
		holdout: 0,
		...threads,
		signal: stop.signal,
		recipe: {
			copies: 1,
			measurements: 200,
			sparsity: 0,
			penalty: 0,
			dropout: 0,
			weightBudget: Number.POSITIVE_INFINITY,
		},
		onProgress: ({ seconds, train: trained }) => {
			if (trained.overall >= accuracy && reached === undefined) {
				reached = seconds;
				stop.abort();
			}
		},
	});
	const outcome =
		reached === undefined
			? `not reached (${percent(result.train.reply)} after ${result.seconds.toFixed(1)} s)`
			: `${reached.toFixed(1)} s`;
	console.log(
		`${label.padEnd(18)} to ${percent(accuracy)}% of train replies on 256-192-128, 128 trigram buckets: ${outcome}`,
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
	`${availableParallelism()} cores, ${values.threads ?? "as many"} threads, Node ${process.version}; overall / macro in %\n`,
);
for (const name of OURS.filter(wanted)) {
	const folder = join(root, "fixtures", "corpora");
	const corpus = load(join(folder, `${name}.txt`));
	const test = load(join(folder, `${name}-test.txt`));
	await baseline(name, corpus, test);
	await bench(name, corpus, test);
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
		console.log("");
		await bench(`public ${name}`, corpus, undefined);
		await secondsTo(z80aiTrainAccuracy, `public ${name}`, corpus);
	}
}
