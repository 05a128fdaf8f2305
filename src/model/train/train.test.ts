import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Corpus, parseCorpus } from "../corpus.js";
import { evaluate } from "../evaluate.js";
import { DEFAULT_FEATURES, nonzeroWeights, Z80AI_FEATURES } from "../network.js";
import { decodeModel, encodeModel } from "../npz.js";
import { generate } from "../reference.js";
import type { Progress } from "./learn.js";
import { type TrainOptions, train } from "./train.js";

const corpusOf = (text: string): Corpus => parseCorpus(Buffer.from(text), "test");

const CHAT = corpusOf(`hello|HI THERE
hi|HI THERE
hey you|HI THERE
good morning|HI THERE
good bye|SEE YA
bye now|SEE YA
see you later|SEE YA
i must go now|SEE YA
thank you|NO PROB
thanks a lot|NO PROB
cheers mate|NO PROB
who are you|I AM ZULM
what is your name|I AM ZULM
tell me your name|I AM ZULM
what time is it|NO CLOCK
what is the date|NO CLOCK
which day is it today|NO CLOCK
is it raining|NO WINDOWS
what is the weather like|NO WINDOWS
will it be sunny|NO WINDOWS
tell me a joke|LOST MY BITS
make me laugh|LOST MY BITS
say something funny|LOST MY BITS
what do you eat|I EAT BYTES
are you hungry|I EAT BYTES
`);

const OPTIONS: TrainOptions = { features: DEFAULT_FEATURES, hidden: [32], seed: 1, holdout: 0 };

describe("a few dozen pairs", () => {
	test("are learnt to the last reply, and the reference says so too", async () => {
		const result = await train(CHAT, OPTIONS);
		expect(result).toMatchObject({ pairs: 25, seed: 1, interrupted: false, train: { char: 1, reply: 1 } });
		for (const { query, reply } of CHAT.pairs) expect(generate(result.model.network, query)).toBe(reply);
		expect(result.nonzeroWeights).toBe(nonzeroWeights(result.model.network));
		expect(result.holdout.reply.overall).toBeNaN();
		expect(result.seconds).toBeLessThan(30);
	});

	test("the same seed gives the same bytes, another seed others", async () => {
		const bytes = async (seed: number) => encodeModel((await train(CHAT, { ...OPTIONS, seed, epochs: 100 })).model);
		const first = await bytes(1);
		expect(await bytes(1)).toEqual(first);
		expect(await bytes(2)).not.toEqual(first);
	});

	test("a teacher is used when asked for, out of fold figure and all, and gives the same bytes again", async () => {
		const taught = () => train(CHAT, { ...OPTIONS, teacher: true, epochs: 100 });
		const first = await taught();
		expect(first.teacher?.outOfFold).toBeGreaterThan(0.2);
		expect(first.teacher?.outOfFold).toBeLessThan(1);
		expect(encodeModel((await taught()).model)).toEqual(encodeModel(first.model));
		const untaught = await train(CHAT, { ...OPTIONS, epochs: 100 });
		expect(untaught.teacher).toBeUndefined();
		expect(first.examples).toBeGreaterThan(untaught.examples);
	});

	test("weights held to the budget in the last part let a network of that part be the one that is kept", async () => {
		const weightBudget = 260;
		const recipe = { weightBudget, steps: 6000, measurements: 30, patience: 30 };
		const { curve, nonzeroWeights: kept } = await train(CHAT, { ...OPTIONS, recipe });
		expect(kept / weightBudget).toBeLessThan(1.05);
		expect(curve.findLast(({ nonzeroWeights: weights }) => weights === kept)?.share).toBeGreaterThan(0.85);
	});

	test("the model file knows replies, seed, corpus and figures", async () => {
		const { model } = await train(CHAT, { ...OPTIONS, holdout: 0.2, epochs: 50 });
		expect(decodeModel(encodeModel(model))).toEqual(model);
		expect(model.metadata).toMatchObject({ seed: 1, holdout: 0.2, corpusSha256: CHAT.sha256 });
		expect(model.metadata.replies?.slice(0, 2)).toEqual(["HI THERE", "SEE YA"]);
	});
});

describe("shapes", () => {
	test.each<[string, Partial<TrainOptions>]>([
		["three hidden layers", { hidden: [48, 31, 24] }],
		["no hidden layer", { hidden: [] }],
		["z80ai's features", { features: Z80AI_FEATURES, hidden: [48] }],
	])("%s", async (_, options) => {
		const { model, train: trained } = await train(CHAT, { ...OPTIONS, ...options });
		expect(trained.reply).toBeGreaterThanOrEqual(0.8);
		const widths = [(options.features ?? DEFAULT_FEATURES).buckets + 128, ...(options.hidden ?? [32])];
		expect(model.network.layers.map((layer) => layer.inputs)).toEqual(widths);
	});
});

describe("held-out share", () => {
	const HELD_OUT: TrainOptions = { ...OPTIONS, holdout: 0.25 };

	test("without a refit its figures are those of the saved network on pairs it has not seen", async () => {
		const reports: Progress[] = [];
		const onProgress = (progress: Progress) => reports.push(progress);
		const result = await train(CHAT, { ...HELD_OUT, refit: false, onProgress });
		expect(result).toMatchObject({ pairs: 19, refit: false });
		const everything = evaluate(result.model.network, CHAT.pairs);
		const seen = result.train.reply * 19;
		expect(seen + result.holdout.reply.overall * 6).toBeCloseTo(everything.reply.overall * 25, 6);
		expect(reports.at(-1)).toMatchObject({ share: 1, best: result.holdout.reply });
		expect(result.curve).toEqual(reports);
		expect(reports.length).toBeGreaterThan(5);
		expect(result.curve.find(({ step }) => step === result.keptStep)?.holdout).toEqual(result.holdout.reply);
	});

	test("is learnt too once it has been measured on, and its figures stay those of before", async () => {
		const reports: Progress[] = [];
		const onProgress = (progress: Progress) => reports.push(progress);
		const result = await train(CHAT, { ...HELD_OUT, onProgress });
		const before = await train(CHAT, { ...HELD_OUT, refit: false });
		expect(result).toMatchObject({ pairs: 25, refit: true, holdout: before.holdout });
		expect(result.holdout.reply.overall).toBeLessThan(1);
		expect(evaluate(result.model.network, CHAT.pairs).reply.overall).toBe(1);
		expect(result.model.metadata.metrics).toMatchObject({ refit: true, holdout: before.holdout });
		// 1,600 and 400 steps of 64 each.
		expect(result.epochs).toBeCloseTo((1600 * 64) / 19 + (400 * 64) / 25, 6);
		const shares = reports.map(({ share }) => share);
		expect(shares).toEqual(shares.toSorted((a, b) => a - b));
		expect(reports.at(-1)).toMatchObject({ share: 1, best: before.holdout.reply });
		expect(result.curve).toHaveLength(before.curve.length);
	});

	test("a refit that is stopped is forgotten", async () => {
		const stop = new AbortController();
		const onProgress = ({ share }: Progress) => share > 0.8 && stop.abort();
		const result = await train(CHAT, { ...HELD_OUT, signal: stop.signal, onProgress });
		const before = await train(CHAT, { ...HELD_OUT, refit: false });
		expect(result).toMatchObject({ interrupted: true, refit: false, pairs: 19 });
		expect(encodeModel(result.model)).toEqual(encodeModel(before.model));
	});
});

describe("stopping", () => {
	test("a signal ends training with what there is", async () => {
		const stop = new AbortController();
		const result = await train(CHAT, {
			...OPTIONS,
			signal: stop.signal,
			onProgress: ({ share }) => share > 0.5 && stop.abort(),
		});
		expect(result.interrupted).toBe(true);
		expect(result.train.reply).toBeGreaterThan(0.5);
		expect(result.epochs).toBeLessThan(0.7 * ((1600 * 64) / 25));
	});

	test("the schedule begins when learning does, however long it takes to get ready", async () => {
		const late = (readyS: number) => {
			let seconds = 0;
			let looks = 0;
			return () => {
				// Two looks at the clock come before the corpus is prepared.
				if (looks++ < 2) return 0;
				seconds += seconds === 0 ? readyS : 0.002;
				return seconds;
			};
		};
		const run = (readyS: number) => train(CHAT, { ...OPTIONS, seconds: 6, epochs: 1e6, now: late(readyS) });
		const ready = await run(5);
		expect(ready.curve[0]?.share).toBeLessThan(0.1);
		expect(ready.seconds).toBeGreaterThan(5.9);
		expect(ready.seconds).toBeLessThan(6.1);
		expect(ready.curve[0]?.secondsToReady).toBeCloseTo(5, 1);
		expect(ready.train.reply).toBeGreaterThan(0.9);
		const tooLate = await run(20);
		expect(tooLate.seconds).toBeLessThan(20.7);
		expect(tooLate.curve[0]?.share).toBeLessThan(0.1);
	});

	test("a budget of seconds is kept, by the clock given", async () => {
		let seconds = 0;
		const now = () => {
			seconds += 0.01;
			return seconds;
		};
		const result = await train(CHAT, { ...OPTIONS, seconds: 1, epochs: 1e6, now });
		expect(result.seconds).toBeGreaterThan(0.9);
		expect(result.seconds).toBeLessThan(1.2);
		const refit = await train(CHAT, { ...OPTIONS, seconds: 3, epochs: 1e6, holdout: 0.25, now });
		expect(refit.refit).toBe(true);
		expect(refit.curve.at(-1)?.seconds).toBeLessThan(2.6);
		expect(refit.seconds).toBeGreaterThan(2.8);
		expect(refit.seconds).toBeLessThan(3.4);
	});
});

describe("going on from a model", () => {
	test("learns a new corpus with new characters faster than from scratch", async () => {
		const { model } = await train(CHAT, OPTIONS);
		const more = corpusOf(
			`${CHAT.pairs.map(({ query, reply }) => `${query}|${reply}`).join("\n")}\nhow old are you|BRAND NEW?\n`,
		);
		const short: TrainOptions = { ...OPTIONS, epochs: 40 };
		const resumed = await train(more, { ...short, resume: model });
		const scratch = await train(more, short);
		expect(resumed.train.reply).toBeGreaterThan(scratch.train.reply);
		expect(resumed.model.network.charset).toContain("?");
	});

	test("wants the same shape", async () => {
		const { model } = await train(CHAT, { ...OPTIONS, epochs: 1 });
		await expect(train(CHAT, { ...OPTIONS, hidden: [16], resume: model })).rejects.toMatchObject({
			code: "model-unsupported",
		});
	});
});

describe("odd corpora", () => {
	test.each([
		["one pair", "hello|HI"],
		["one reply", "hello|HI\ngood day|HI\nhey|HI"],
		["one query with two answers", "hello|HI\nhello|HO"],
		["a reply of 50 characters", `hello|${"HA".repeat(25)}\nbye|X`],
		["katakana", "hello|\uff71\uff72\nbye|\uff73"],
		["a query of one character", "?|WHAT\n!|OH"],
	])("%s", async (_, text) => {
		const corpus = corpusOf(text);
		const { model } = await train(corpus, { ...OPTIONS, holdout: 0.1, hidden: [16] });
		const { query, reply } = corpus.pairs.at(-1) as { query: string; reply: string };
		const known = corpus.pairs.filter((pair) => generate(model.network, pair.query) === pair.reply);
		expect(known.length, `${query} → ${reply}`).toBeGreaterThan(0);
	});

	test("5,000 replies", async () => {
		const words = ["RED", "BIG", "OLD", "WET", "SHY", "ODD", "NEW", "TOP", "LOW", "HOT"];
		const name = (n: number) => [...String(n).padStart(4, "0")].map((digit) => words[Number(digit)]).join(" ");
		const text = Array.from({ length: 5000 }, (_, n) => `number ${n}|${name(n)}`).join("\n");
		const { pairs, model } = await train(corpusOf(text), { ...OPTIONS, holdout: 0.1, epochs: 0.5 });
		expect(pairs).toBe(5000);
		expect(model.metadata.replies).toHaveLength(5000);
	});

	test("impossible options are refused", async () => {
		await expect(train(CHAT, { ...OPTIONS, hidden: [0] })).rejects.toMatchObject({ code: "usage" });
		await expect(train(CHAT, { ...OPTIONS, hidden: [257] })).rejects.toMatchObject({ code: "usage" });
		const big = corpusOf(Array.from({ length: 4001 }, (_, n) => `query ${n}|OK`).join("\n"));
		await expect(train(big, { ...OPTIONS, teacher: true })).rejects.toMatchObject({ code: "usage" });
		await expect(train(CHAT, { ...OPTIONS, holdout: 0.9 })).rejects.toMatchObject({ code: "usage" });
	});
});

const BUILT = new URL("../../../dist/model/train/train.js", import.meta.url);

describe.skipIf(!existsSync(BUILT))("threads (built code)", () => {
	test("the same bytes on one, two and five threads", async () => {
		const built = (await import(BUILT.href)) as { train: typeof train };
		const bytes = async (threads: number) => {
			const options = { ...OPTIONS, holdout: 0.2, epochs: 300, teacher: true, threads };
			return encodeModel((await built.train(CHAT, options)).model);
		};
		const one = await bytes(1);
		expect(await bytes(2)).toEqual(one);
		expect(await bytes(5)).toEqual(one);
	});
});
