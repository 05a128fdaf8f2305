/** `zulm corpus balance` and `split`: the files they write, and what they refuse. */
import { readFileSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCorpora } from "../../model/corpus.js";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";

const CORPUS = "n1|NO\nn2|NO\nn3|NO\n# a comment\ny1|YES\n";

describe("balance", () => {
	it("writes the same balanced corpus each time and says what changed", async () => {
		const folder = testFolder();
		const args = ["corpus", "balance", folder.write("c.txt", CORPUS), "-o", folder.at("even.txt"), "--to", "2"];
		const ran = await runZulm(args);
		expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
		expect(ran.stdout).toContain("4 pairs became 4");
		expect(ran.stdout).toContain("NO  3 → 2");
		const text = readFileSync(folder.at("even.txt"), "utf8");
		const { pairs } = await readCorpora([folder.at("even.txt")]);
		expect(pairs.map(({ reply }) => reply)).toEqual(["NO", "NO", "YES", "YES"]);
		expect((await runZulm([...args, "--json"])).json()).toMatchObject({ target: 2, before: 4, after: 4 });
		expect(readFileSync(folder.at("even.txt"), "utf8")).toBe(text);
		expect((await runZulm([...args, "--no-over", "--no-under", "--json"])).json()).toMatchObject({ after: 4 });
	});

	it("takes the median by default and refuses other words", async () => {
		const folder = testFolder();
		const args = ["corpus", "balance", "-", "-o", folder.at("even.txt"), "--json"];
		expect((await runZulm(args, { stdin: CORPUS })).json()).toMatchObject({ target: 2 });
		expect(await runZulm([...args, "--to", "mean"])).toMatchObject({ exitCode: 2 });
	});
});

describe("split", () => {
	it("writes two files that share no query", async () => {
		const folder = testFolder();
		const corpus = folder.write("c.txt", CORPUS);
		const args = ["corpus", "split", corpus, "--train", folder.at("a.txt"), "--test", folder.at("b.txt")];
		const ran = await runZulm([...args, "--share", "0.25"]);
		expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
		const both = await readCorpora([folder.at("a.txt"), folder.at("b.txt")]);
		expect(both.pairs.map(({ query }) => query).sort()).toEqual(["n1", "n2", "n3", "y1"]);
		expect((await runZulm([...args, "--json"])).json()).toEqual({
			train: { path: folder.at("a.txt"), pairs: 3 },
			test: { path: folder.at("b.txt"), pairs: 1 },
		});
	});

	it("never writes over what it reads, or one file twice", async () => {
		const folder = testFolder();
		const corpus = folder.write("c.txt", CORPUS);
		symlinkSync(corpus, folder.at("link.txt"));
		for (const [train, test] of [
			[corpus, "b.txt"],
			["b.txt", "link.txt"],
			["b.txt", "b.txt"],
		] as const) {
			const args = ["--train", train === corpus ? corpus : folder.at(train), "--test", folder.at(test), "--json"];
			const ran = await runZulm(["corpus", "split", corpus, ...args]);
			expect(ran.json()).toMatchObject({ error: { code: "usage" } });
		}
		expect(readFileSync(corpus, "utf8")).toBe(CORPUS);
		const over = await runZulm(["corpus", "balance", corpus, "-o", folder.at("link.txt")]);
		expect(over).toMatchObject({ exitCode: 2 });
	});
});
