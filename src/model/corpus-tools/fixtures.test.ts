/** Our own corpora keep what docs/training.md asks of yours. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scanCorpora } from "../corpus.js";
import { lintCorpus } from "./lint.js";

const corpus = (name: string) =>
	scanCorpora([fileURLToPath(new URL(`../../../fixtures/corpora/${name}.txt`, import.meta.url))]);

test.each(["smalltalk", "guess"])("%s has no findings, and no query of its test is trained on", async (name) => {
	const { findings, test: figures } = lintCorpus(await corpus(name), { test: await corpus(`${name}-test`) });
	expect(findings.map(({ source, line, message }) => `${source}:${line} ${message}`)).toEqual([]);
	expect(figures?.leaked).toBe(0);
});
