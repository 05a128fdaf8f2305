import { expect, it } from "vitest";
import type { CorpusLintResult } from "../../report/results.js";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";

it("prints figures, then each finding with its line and a remedy; only --strict makes findings a failure", async () => {
	const folder = testFolder();
	const corpus = folder.write("c.txt", "is it big|NO\nIS IT BIG|YES\nis it big|YES\nno bar here\n");
	const ran = await runZulm(["corpus", "lint", corpus]);
	expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
	expect(ran.stdout).toContain("pairs        3, 1 distinct queries\nreplies      2: YES 2, NO 1\n");
	expect(ran.stdout).toContain("ceiling      66.7% of replies");
	expect(ran.stdout).toContain(`${corpus}:1  "is it big" wants NO here and YES on lines 2, 3.`);
	expect(ran.stdout).toContain("→ Keep YES, which 2 of the 3 lines say.");
	expect(ran.stdout).toContain(`${corpus}:4  The line has no "|".`);
	expect(await runZulm(["corpus", "lint", corpus, "--strict"])).toMatchObject({ exitCode: 1, stdout: ran.stdout });
});

it("shows ten findings of a kind, all with --all, and all in --json", async () => {
	const folder = testFolder();
	const corpus = folder.write("c.txt", Array.from({ length: 12 }, (_, i) => `query ${i}|REPLY ${i}\n`).join(""));
	const count = (text: string) => text.match(/has one phrasing/g)?.length;
	const ran = await runZulm(["corpus", "lint", corpus]);
	expect(count(ran.stdout)).toBe(10);
	expect(ran.stdout).toContain("and 2 more; --all shows them");
	expect(count((await runZulm(["corpus", "lint", corpus, "--all"])).stdout)).toBe(12);
	const json = (await runZulm(["corpus", "lint", corpus, "--json"])).json<CorpusLintResult>();
	expect(json.findings.filter(({ rule }) => rule === "rare-reply")).toHaveLength(12);
	expect(json.findings[0]).toMatchObject({ source: corpus, line: expect.any(Number), remedy: expect.any(String) });
});

it("compares with a test file", async () => {
	const folder = testFolder();
	const tests = ["--test", folder.write("t.txt", "A|X\n"), "--test", folder.write("u.txt", "c|Y\n")];
	const args = ["corpus", "lint", ...tests, folder.write("c.txt", "a|X\nb|Y\n")];
	const ran = await runZulm(args);
	expect(ran.stdout).toContain("2 pairs, ceiling 100.0%; 1 of 2 distinct queries are trained on too");
	expect(ran.stdout).toContain('"a" (X) is trained on too, on line 1 of');
});

it("reads standard input and judges for small models; refuses what it cannot read", async () => {
	const ran = await runZulm(["corpus", "lint", "-", "--z80ai", "--json"], { stdin: "ae|X\nei|Y\n" });
	expect(ran.json()).toMatchObject({ ceiling: 1, featureCeiling: 0.5 });
	const missing = await runZulm(["corpus", "lint", "nowhere.txt"]);
	expect(missing).toMatchObject({ exitCode: 2, stdout: "" });
	expect((await runZulm(["corpus", "lint", "-", "--json"])).json()).toMatchObject({ error: { code: "corpus-empty" } });
	expect(await runZulm(["corpus", "lint", "-", "--similarity", "2"])).toMatchObject({ exitCode: 2 });
});

it("says what there is when no tool is named", async () => {
	const ran = await runZulm(["corpus"]);
	expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
	expect(ran.stderr).toMatch(/^zulm: zulm corpus needs the name of a tool: lint.*\n {6}See: zulm corpus --help\n$/);
	expect((await runZulm(["corpus", "mend"])).stderr).toContain('zulm corpus has no tool "mend": lint');
	expect((await runZulm(["corpus", "lint", "--help"])).stdout).toContain(
		"zulm corpus lint fixtures/corpora/smalltalk.txt",
	);
});
