import { describe, expect, it } from "vitest";
import { packModel, STOCK_MEMORY_TOP } from "./pack.js";
import { countBeginnings, usualReplies } from "./reply-trie.js";
import { chatterbox, randomModel, repliesOf } from "./testing/random-model.js";

const features = { buckets: 128, ngrams: [3] } as const;
const BIG = { features, hidden: [200, 100], characters: 30, density: 0.5, biasRange: 300 };

describe("packModel", () => {
	it("gives the same program for the same model, and another build id for another", () => {
		const [one, again] = [packModel(chatterbox()), packModel(chatterbox())];
		expect(again.image).toEqual(one.image);
		expect(packModel(chatterbox(), { name: "OTHER" }).buildId).not.toBe(one.buildId);
	});

	it("takes the fastest kernel that fits, and says why it is not the fastest of all", () => {
		const model = randomModel(1, BIG);
		const roomy = packModel(model, { memoryTop: 0xffff, replies: [] });
		expect(roomy).toMatchObject({ kernel: "column", reason: "the fastest there is" });
		const tight = packModel(model, { memoryTop: roomy.memoryTop - 1, replies: [] });
		expect(tight.kernel).toBe("packed");
		expect(tight.reason).toContain("does not fit");
		expect(tight.length).toBeLessThan(roomy.length);
		expect(tight.memoryTop).toBeLessThan(roomy.memoryTop);
	});

	it("takes the kernel it is told to, or none", () => {
		const model = randomModel(1, BIG);
		expect(packModel(model, { kernel: "packed", memoryTop: 0xffff }).kernel).toBe("packed");
		const { memoryTop } = packModel(model, { memoryTop: 0xffff, replies: [] });
		expect(() => packModel(model, { kernel: "column", memoryTop: memoryTop - 1, replies: [] })).toThrow(/memory up to/);
	});

	it("refuses what no kernel can hold", () => {
		const huge = randomModel(1, { ...BIG, hidden: [256, 256, 256], density: 0.9 });
		expect(() => packModel(huge)).toThrow(expect.objectContaining({ code: "program-too-large" }));
		const wide = randomModel(1, { ...BIG, hidden: [257] });
		expect(() => packModel(wide)).toThrow(expect.objectContaining({ code: "model-unsupported" }));
		const flat = randomModel(1, { ...BIG, hidden: [] });
		expect(() => packModel(flat)).toThrow(expect.objectContaining({ code: "model-unsupported" }));
		expect(() => packModel(chatterbox(), { name: "NOT A NAME" })).toThrow(
			expect.objectContaining({ code: "name-invalid" }),
		);
	});

	it("puts on the trie what a model without replies of its own says to ordinary questions", () => {
		const model = chatterbox();
		expect(packModel(model, { replies: [] }).trieNodes).toBe(0);
		expect(packModel(model).trieNodes).toBe(countBeginnings(usualReplies(model.network)));
		const said = packModel({ ...model, metadata: { ...model.metadata, replies: ["a"] } });
		expect(said.trieNodes).toBeLessThan(packModel(model).trieNodes);
	});

	it("puts on the trie as many beginnings of replies as memory has room for", () => {
		const model = randomModel(3, { ...BIG, hidden: [120] });
		const replies = repliesOf(model, ["a", "bb", "hello", "what is it", "no"], 1);
		const all = packModel(model, { replies, memoryTop: 0xffff });
		const none = packModel(model, { replies: [], memoryTop: 0xffff });
		expect(none.trieNodes).toBe(0);
		expect(all.trieNodes).toBeGreaterThan(50);
		const middle = (all.memoryTop + none.memoryTop) >> 1;
		const some = packModel(model, { replies, memoryTop: middle });
		expect(some.trieNodes).toBeGreaterThan(0);
		expect(some.trieNodes).toBeLessThan(all.trieNodes);
		expect(some.memoryTop).toBeLessThanOrEqual(middle);
	});

	it("leaves the CCP room to load the program", () => {
		const { length, memoryTop } = packModel(chatterbox());
		expect(memoryTop).toBeLessThanOrEqual(STOCK_MEMORY_TOP);
		expect(0x100 + length).toBeLessThanOrEqual(STOCK_MEMORY_TOP - 0x806);
	});
});
