/** A small training workspace with a mini-batch in it, for tests of the phases. */
import { Random } from "../../base/random.js";
import { buildCharset } from "../charset.js";
import { parseCorpus } from "../corpus.js";
import { CONTEXT_BUCKETS, type QueryFeatures, Z80AI_FEATURES } from "../network.js";
import { Arena } from "../train/arena.js";
import { buildTrie, distinctReplies, normalised, queryRows, type Trie } from "../train/dataset.js";
import { initialise, quantiseAll } from "../train/parameters.js";
import { type Items, planInOrder, SlotTable } from "../train/sampler.js";
import { CONTROL, createWorkspace, type Workspace } from "../train/workspace.js";

/** More than one thread works on at a time. */
export const PAIRS = parseCorpus(
	Buffer.from(`hello|HI
hi there|HI
good bye|BYE NOW
see you later|BYE NOW
what is your name|I AM Z
who are you|I AM Z
are you a robot aaaa|YES
hey|HI
so long|BYE NOW
is it true|YES
tell me your name|I AM Z
`),
	"test",
).pairs;

export interface SmallWorkspace {
	readonly space: Workspace;
	readonly charset: readonly string[];
	readonly trie: Trie;
	readonly items: Items;
}

/** All of PAIRS as one mini-batch, random weights and biases, Adam at its first step. */
export function smallWorkspace(
	hidden: readonly number[],
	seed = 1,
	threads = 1,
	features: QueryFeatures = Z80AI_FEATURES,
): SmallWorkspace {
	const arena = new Arena();
	const texts = distinctReplies(PAIRS);
	const charset = buildCharset(texts);
	const trie = buildTrie(arena, texts, charset);
	const space = createWorkspace(
		arena,
		{
			queryBuckets: features.buckets,
			sizes: [features.buckets + CONTEXT_BUCKETS, ...hidden, charset.length],
			items: PAIRS.length,
			examples: PAIRS.length * 8,
			threads,
		},
		queryRows(arena, normalised(PAIRS), features),
		trie,
	);
	const random = new Random(seed);
	initialise(space.layout, space.latent, random);
	for (const { biases, outputs } of space.layout.layers) {
		for (let j = 0; j < outputs; j++) space.latent[biases + j] = random.normal();
	}
	quantiseAll(space.layout, space.latent, space.quantised);
	const items = {
		query: Int32Array.from(PAIRS.keys()),
		reply: Int32Array.from(PAIRS, (pair) => trie.indexOf.get(pair.reply) as number),
	};
	planInOrder(space.plan, new SlotTable(trie.contexts.start.length - 1), items, trie.replies, 0);
	space.control[CONTROL.learningRate] = 0.02;
	space.control[CONTROL.firstCorrection] = 10;
	space.control[CONTROL.secondCorrection] = 100;
	space.control[CONTROL.querySparsity] = 0.1;
	space.control[CONTROL.contextSparsity] = 0.2;
	for (const [l, { inputs }] of space.layout.layers.slice(1).entries()) {
		for (let i = 0; i < inputs; i++) {
			(space.penalties[l] as Float32Array)[i] = 0.02 + 0.01 * (i % 5);
			(space.shrinkage[l] as Float32Array)[i] = 0.1 * (i % 3);
		}
	}
	space.control[CONTROL.scale] = 1 / 50;
	return { space, charset, trie, items };
}
