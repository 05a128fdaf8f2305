import { expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { smallWorkspace } from "../testing/workspace.js";
import { ROOT } from "./dataset.js";
import { Sampler, SlotTable } from "./sampler.js";
import { certain, softTargets } from "./soft-targets.js";

test("the first character counts more and costs nothing, a later one costs less where replies branch", () => {
	const { space, trie, items } = smallWorkspace([16]);
	const targets = softTargets(Array.from(items.reply, certain));
	const recipe = { firstWeight: 3, unbranchedShare: 1, branchedToll: 0.25 };
	const sampler = new Sampler({ query: items.query, targets }, trie.replies, recipe, new Random(1));
	// The four replies differ in their first characters only, so the space after "I" is made to branch.
	const later = trie.replies.node[(trie.replies.start[trie.texts.indexOf("I AM Z")] as number) + 1] as number;
	trie.replies.branches[later] = 2;
	const { plan } = space;
	sampler.fill(plan, new SlotTable(trie.contexts.start.length - 1));

	const examples = Array.from({ length: plan.used[1] as number }, (_, e) => {
		const node = plan.node[plan.slot[e] as number];
		const kind = node === ROOT ? "first" : node === later ? "branched" : "plain";
		return { kind, weight: plan.weight[e] as number, toll: (plan.toll[e] as number) * (plan.used[1] as number) };
	});
	const counts = (of: string) => examples.filter(({ kind }) => kind === of).length;
	const weights = 3 * counts("first") + counts("branched") + counts("plain");
	expect(new Set(examples.map(({ kind }) => kind)).size).toBe(3);
	for (const { kind, weight, toll } of examples) {
		expect(weight).toBeCloseTo((kind === "first" ? 3 : 1) / weights, 6);
		expect(toll).toBeCloseTo(kind === "first" ? 0 : kind === "branched" ? 0.25 : 1, 5);
	}
});
