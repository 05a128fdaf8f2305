/**
 * Findings about queries: what is asked twice with different answers, in the same words, in the same features or nearly;
 * what is cut or cannot be typed; what is said more than once.
 */
import { nameCharacter, unprintable } from "../charset.js";
import type { Pair } from "../corpus.js";
import { queryVector } from "../features.js";
import { MAX_QUERY_LENGTH, type QueryFeatures } from "../network.js";
import { type Finding, groupBy, majorityReply, nameLines, placeOf } from "./findings.js";
import { type Question, wording } from "./question.js";
import type { SimilarPair } from "./similar.js";

/**
 * @param similar pairs of questions near enough to be confused
 * @param tested the pairs that will not be trained on
 */
export function lintQuestions(
	questions: readonly Question[],
	features: QueryFeatures,
	similar: readonly SimilarPair[],
	tested: ReadonlySet<Pair>,
): Finding[] {
	const collisions = collidingGroups(questions, features);
	return [
		...questions.flatMap(contradictionsOf),
		...collisions.flatMap(collisionOf),
		...nearDuplicates(questions, similar, collisions),
		...questions.flatMap((question) => repeatsOf(question, tested)),
		...unknownReplies(questions, tested),
		...questions.flatMap(({ pairs }) => pairs.flatMap(unreadableOf)),
	];
}

/** Share of pairs that are right when all questions the network cannot tell apart get their most frequent reply. */
export function featureCeiling(questions: readonly Question[], features: QueryFeatures): number {
	let right = 0;
	let all = 0;
	for (const group of groupBy(questions, ({ key }) => vectorKey(key, features)).values()) {
		const pairs = group.flatMap((question) => question.pairs);
		const reply = majorityReply(pairs);
		right += pairs.filter((pair) => pair.reply === reply).length;
		all += pairs.length;
	}
	return right / all;
}

/** Share of questions with a twin of the same reply. */
export function redundancy(questions: readonly Question[], twins: readonly SimilarPair[]): number {
	return redundantQuestions(questions, twins).size / questions.length;
}

export function redundantQuestions(questions: readonly Question[], twins: readonly SimilarPair[]): Set<Question> {
	const redundant = new Set<Question>();
	for (const { a, b } of twins) {
		const [first, second] = [questions[a] as Question, questions[b] as Question];
		if (first.reply === second.reply) redundant.add(first).add(second);
	}
	return redundant;
}

function contradictionsOf({ key, pairs, reply }: Question): Finding[] {
	const dissenting = pairs.filter((pair) => pair.reply !== reply);
	const [here] = dissenting;
	if (here === undefined) return [];
	const agreeing = pairs.filter((pair) => pair.reply === reply);
	const also = pairs.filter((pair) => pair !== here).map(placeOf);
	const replies = new Set(dissenting.map((pair) => pair.reply)).size + 1;
	const others = replies > 2 ? `, ${replies} different replies in all` : "";
	const tie = agreeing.length * 2 <= pairs.length;
	return [
		{
			rule: "contradiction",
			...placeOf(here),
			message: `"${key}" wants ${here.reply} here and ${reply} on ${nameLines(agreeing, here)}${others}.`,
			remedy: tie
				? "Decide for one reply and delete the other lines, or ask something more definite in them."
				: `Keep ${reply}, which ${agreeing.length} of the ${pairs.length} lines say.`,
			also,
		},
	];
}

function collisionOf(group: readonly Question[]): Finding[] {
	const reply = majorityReply(group.flatMap((question) => question.pairs));
	const [kept] = group.filter((question) => question.reply === reply);
	const others = group.filter((question) => question.reply !== reply);
	if (kept === undefined) return [];
	return others.map(({ key, pairs, reply: wanted }): Finding => {
		const here = pairs[0] as Pair;
		return {
			rule: "collision",
			...placeOf(here),
			message:
				`"${key}" (${wanted}) and "${kept.key}" (${kept.reply}, ${nameLines(kept.pairs, here)}) have the same ` +
				"letter pairs and triples: the network sees one query.",
			remedy: "Add a word to one of them, or give both the same reply.",
			also: kept.pairs.map(placeOf),
		};
	});
}

/** Groups of questions with the same features and different replies. */
function collidingGroups(questions: readonly Question[], features: QueryFeatures): Question[][] {
	const groups = groupBy(questions, ({ key }) => vectorKey(key, features)).values();
	return [...groups].filter((group) => new Set(group.map((question) => question.reply)).size > 1);
}

function vectorKey(key: string, features: QueryFeatures): string {
	let text = "";
	const counts = queryVector(key, features);
	for (let bucket = 0; bucket < counts.length; bucket++) {
		if (counts[bucket] !== 0) text += `${bucket}:${counts[bucket]} `;
	}
	return text;
}

/** One finding for each question that has near ones with another reply, naming the nearest of those that come later. */
function nearDuplicates(
	questions: readonly Question[],
	similar: readonly SimilarPair[],
	collisions: readonly (readonly Question[])[],
): Finding[] {
	const colliding = new Set(collisions.flat());
	const near = new Map<Question, { other: Question; cosine: number }[]>();
	const add = (first: Question, other: Question, cosine: number): void => {
		if (first.reply === other.reply || (colliding.has(first) && colliding.has(other))) return;
		const known = near.get(first) ?? [];
		if (!known.some((twin) => twin.other === other)) near.set(first, [...known, { other, cosine }]);
	};
	for (const { a, b, cosine } of similar) add(questions[a] as Question, questions[b] as Question, cosine);
	for (const [words, group] of groupBy(questions, ({ key }) => wording(key))) {
		const [first, ...rest] = group;
		if (words !== "" && first !== undefined) for (const other of rest) add(first, other, 1);
	}
	return [...near].map(([{ key, pairs, reply }, twins]): Finding => {
		const here = pairs[0] as Pair;
		const { other } = twins.reduce((best, twin) => (twin.cosine > best.cosine ? twin : best));
		const more = twins.length > 1 ? `, and is as near to ${twins.length - 1} more` : "";
		return {
			rule: "near-duplicate",
			...placeOf(here),
			message:
				`"${key}" (${reply}) is nearly "${other.key}" (${other.reply}, ` +
				`${nameLines(other.pairs.slice(0, 1), here)})${more}.`,
			remedy: "Give both the same reply, or word one of them quite differently.",
			also: twins.flatMap((twin) => twin.other.pairs.map(placeOf)),
		};
	});
}

/** The same pair again: weight that was not meant, or a test that measures memory. */
function repeatsOf({ key, pairs }: Question, tested: ReadonlySet<Pair>): Finding[] {
	return [...groupBy(pairs, (pair) => pair.reply).values()].flatMap((group): Finding[] => {
		const leaked = group.filter((pair) => tested.has(pair));
		const trained = group.filter((pair) => !tested.has(pair));
		const findings = [trained, leaked].flatMap((side): Finding[] => {
			const [first, again, ...rest] = side;
			if (first === undefined || again === undefined) return [];
			const others = [first, ...rest];
			const message = `"${key}" (${again.reply}) is also on ${nameLines(others, again)}.`;
			const remedy = "Delete it; to give a reply more weight, use zulm corpus balance.";
			return [{ rule: "repeated", ...placeOf(again), message, remedy, also: others.map(placeOf) }];
		});
		const [here] = leaked;
		if (here !== undefined && trained.length > 0) {
			const message = `"${key}" (${here.reply}) is trained on too, on ${nameLines(trained, here)}.`;
			const remedy = "Ask it in other words here: a query that was trained on measures memory.";
			findings.push({ rule: "leaked", ...placeOf(here), message, remedy, also: trained.map(placeOf) });
		}
		return findings;
	});
}

function unknownReplies(questions: readonly Question[], tested: ReadonlySet<Pair>): Finding[] {
	const pairs = questions.flatMap((question) => question.pairs);
	const known = new Set(pairs.filter((pair) => !tested.has(pair)).map((pair) => pair.reply));
	const unknown = pairs.filter((pair) => !known.has(pair.reply));
	return [...groupBy(unknown, (pair) => pair.reply)].map(([reply, [first, ...rest]]): Finding => {
		const message = `No pair that is trained on has the reply "${reply}".`;
		const remedy = "Spell the reply as in training, or train on some queries that want it.";
		return { rule: "unknown-reply", ...placeOf(first as Pair), message, remedy, also: rest.map(placeOf) };
	});
}

function unreadableOf(pair: Pair): Finding[] {
	const findings: Finding[] = [];
	const length = Array.from(pair.query).length;
	if (length > MAX_QUERY_LENGTH) {
		findings.push({
			rule: "long-query",
			...placeOf(pair),
			message: `The query has ${length} characters; the machine reads the first ${MAX_QUERY_LENGTH}.`,
			remedy: "Shorten it.",
			also: [],
		});
	}
	const characters = unprintable(pair.query);
	if (characters.length > 0) {
		findings.push({
			rule: "untypable-query",
			...placeOf(pair),
			message: `Nobody can type ${characters.map(nameCharacter).join(", ")} there; the network reads "?".`,
			remedy: "Spell it as people at the machine will: in ASCII or half-width katakana.",
			also: [],
		});
	}
	return findings;
}
