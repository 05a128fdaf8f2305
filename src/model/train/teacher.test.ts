import { describe, expect, test } from "vitest";
import { normaliseQuery } from "../features.js";
import type { Distribution } from "./soft-targets.js";
import { type Teacher, teach } from "./teacher.js";
import { TEACHER_BUCKETS, teacherFeatures } from "./teacher-features.js";

const PAIRS: readonly (readonly [query: string, reply: number])[] = [
	["hello there", 0],
	["hello you", 0],
	["hi there you", 0],
	["good bye", 1],
	["bye now", 1],
	["see you later", 1],
	["what is your name", 2],
	["who are you", 2],
	["who are you", 1],
	["tell me your name", 2],
];
const REPLIES = 3;

const queriesOf = (pairs: typeof PAIRS): Uint8Array[] => pairs.map(([query]) => normaliseQuery(query));
const teachPairs = (pairs: typeof PAIRS): Teacher =>
	teach(
		queriesOf(pairs),
		pairs.map(([, reply]) => reply),
		REPLIES,
	);

/** Ratios of shares do not depend on the scale, which every teacher finds for itself, once divided by it. */
function contrasts({ replies, shares }: Distribution): number[] {
	const logs = Array.from({ length: REPLIES }, (_, reply) => Math.log(shares[replies.indexOf(reply)] as number));
	const [a = 0, b = 0, c = 0] = logs;
	return [(a - b) / (a - c)];
}

describe("the teacher", () => {
	test("answers what it was taught", () => {
		const teacher = teachPairs(PAIRS);
		for (const [query, reply] of PAIRS.slice(0, 7)) {
			expect(teacher.answers([normaliseQuery(query)], 100)).toMatchObject([{ replies: [reply] }]);
		}
	});

	test("out of fold is what a teacher says that never saw the query, its repeats included", () => {
		const teacher = teachPairs(PAIRS);
		for (const [i, [query]] of PAIRS.entries()) {
			const others = teachPairs(PAIRS.filter(([other]) => other !== query));
			const wanted = contrasts(others.answers([normaliseQuery(query)], 0.1)[0] as Distribution)[0] as number;
			const scale = Math.max(1, Math.abs(wanted));
			expect((contrasts(teacher.outOfFold(i, 0.1))[0] as number) / scale, query).toBeCloseTo(wanted / scale, 3);
		}
	});

	test("is no worse than chance out of fold on queries that resemble each other, and says so", () => {
		const teacher = teachPairs(PAIRS);
		const right = PAIRS.filter(([, reply], i) => teacher.outOfFold(i, 100).replies[0] === reply).length;
		expect(teacher.outOfFoldAccuracy).toBeCloseTo(right / PAIRS.length, 9);
		expect(teacher.outOfFoldAccuracy).toBeGreaterThan(0.5);
	});

	test.each([
		["an empty query", ""],
		["one letter", "a"],
		["strange characters", "\uff71\uff72 ?"],
	])("copes with %s", (_, query) => {
		const [{ shares }] = teachPairs(PAIRS).answers([normaliseQuery(query)]) as [Distribution];
		expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
	});
});

describe("what the teacher sees", () => {
	test("is each bucket once, within the table", () => {
		const buckets = teacherFeatures(normaliseQuery("do you do what you do"));
		expect(new Set(buckets).size).toBe(buckets.length);
		expect(Math.max(...buckets)).toBeLessThan(TEACHER_BUCKETS);
		expect(buckets.length).toBeGreaterThan(40);
	});

	test("knows the order of words, however they are spaced", () => {
		const features = (query: string) => teacherFeatures(normaliseQuery(query));
		const bag = (query: string) => new Set(features(query));
		const common = [...bag("dog bites man")].filter((bucket) => bag("man bites dog").has(bucket));
		expect(common.length).toBeLessThan(bag("dog bites man").size);
		expect(features("Dog bites man ")).toEqual(features("dog bites man"));
	});
});
