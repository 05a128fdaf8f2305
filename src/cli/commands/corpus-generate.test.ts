import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { stubServer } from "../../model/corpus-tools/testing/stub-server.js";
import type { CorpusGenerateResult, CorpusPromptsResult } from "../../report/results.js";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";

const CORPUS = "hello|HI\nhi there|HI\nbye|SEE YA\nwhat is it|IDK\n";
const MARK = "# zulm corpus generate paraphrases\n";

function setting() {
	const folder = testFolder();
	const corpus = folder.write("c.txt", CORPUS);
	const output = folder.at("more.txt");
	return { folder, corpus, output, args: ["corpus", "generate", corpus, "-o", output, "--model", "m"] };
}

it("appends what the model gives, reply by reply, and says what was left out", async () => {
	const { address, requests } = await stubServer(["hey\nhello\nyo", "later\ncheerio"]);
	const { args, output } = setting();
	const all = [...args, "--endpoint", address, "--reply", "HI", "--reply", "SEE YA", "--count", "2"];
	const ran = await runZulm([...all, "--temperature", "0.7"]);
	expect(ran).toMatchObject({ exitCode: 0 });
	expect(ran.stdout).toContain("4 new pairs, 2 requests, 0 of them again");
	expect(ran.stdout).toContain("left out  1 known");
	expect(readFileSync(output, "utf8")).toBe(`${MARK}hey|HI\nyo|HI\nlater|SEE YA\ncheerio|SEE YA\n`);
	expect(requests[0]?.body).toMatchObject({ model: "m", temperature: 0.7 });
	const again = await runZulm([...all, "--json"]);
	expect(again.stderr).toContain(`going on with ${output}: 4 pairs so far`);
	expect(again.json<CorpusGenerateResult>()).toMatchObject({
		path: output,
		kind: "paraphrases",
		added: 0,
		requests: 0,
	});
});

it("exits 1 when the model gives fewer than asked for", async () => {
	const { address } = await stubServer(["hey", "hey", "hello", ""].map((whole) => ({ whole })));
	const { args } = setting();
	const ran = await runZulm([...args, "--endpoint", address, "--reply", "HI", "--count", "3"]);
	expect(ran.exitCode).toBe(1);
	expect(ran.stderr).toContain("nothing new any more for HI: 1 of 3");
	expect(ran.stderr).toContain("fewer than asked for");
});

it("keeps what came when it is interrupted, and ends with 130", async () => {
	const { address } = await stubServer([{ silent: "hey\nyo\nhalf" }]);
	const { args, output } = setting();
	const controller = new AbortController();
	const ran = runZulm([...args, "--endpoint", address, "--reply", "HI", "--json"], {
		signal: controller.signal,
		tty: true,
		onStderr: (text) => {
			if (text.includes("1 of 30: hey")) controller.abort();
		},
	});
	expect((await ran).exitCode).toBe(130);
	expect((await ran).stderr).toContain("the same command goes on from here");
	expect((await ran).json()).toMatchObject({ interrupted: true, added: 2 });
	expect(readFileSync(output, "utf8")).toBe(`${MARK}hey|HI\nyo|HI\n`);
});

it("explains a server that fails, and exits 3", async () => {
	const { address } = await stubServer([{ raw: "out of memory", status: 503 }]);
	const { args } = setting();
	const ran = await runZulm([...args, "--endpoint", address, "--retries", "0"]);
	expect(ran).toMatchObject({ exitCode: 3, stdout: "" });
	expect(ran.stderr).toContain(`zulm: No answer from ${address}: it answered 503, out of memory.`);
	expect(ran.stderr).toContain("goes on where it stopped");
});

it("sends ZULM_API_KEY and nobody else's, and never shows it", async () => {
	const { address, requests } = await stubServer([
		{ raw: '{"error":"not with test-key-1"}', status: 401 },
		{ raw: "", status: 401 },
	]);
	const { args } = setting();
	const env = { ZULM_API_KEY: "test-key-1", OPENAI_API_KEY: "test-key-2", ANTHROPIC_API_KEY: "test-key-3" };
	const ran = await runZulm([...args, "--endpoint", address, "--json"], { env });
	expect(ran.exitCode).toBe(2);
	expect(requests[0]?.headers.authorization).toBe("Bearer test-key-1");
	await runZulm([...args, "--endpoint", address], { env: { ...env, ZULM_API_KEY: "" } });
	expect(JSON.stringify(requests)).not.toMatch(/test-key-[23]/);
	expect(requests[1]?.headers).not.toHaveProperty("authorization");
	expect(ran.stdout + ran.stderr).toContain("not with …");
	expect(ran.stdout + ran.stderr).not.toContain("test-key");
	const broken = await runZulm([...args, "--endpoint", address], { env: { ZULM_API_KEY: "test-key\nx" } });
	expect(broken.stderr).toContain("ZULM_API_KEY holds characters that no key has");
	expect(broken.stderr).not.toContain("test-key");
});

it("prints the prompts with --dry-run and asks nobody, writes nothing, needs no model", async () => {
	const { corpus, output } = setting();
	const ran = await runZulm([
		"corpus",
		"generate",
		corpus,
		"-o",
		output,
		"--dry-run",
		"--endpoint",
		"http://127.0.0.1:9",
	]);
	expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
	expect(ran.stdout).toContain('Write 20 more lines that all deserve the answer "HI"');
	expect(ran.stdout).toContain("── for IDK");
	expect(existsSync(output)).toBe(false);
	const json = await runZulm([
		"corpus",
		"generate",
		corpus,
		"--dry-run",
		"--kind",
		"nonsense",
		"--reply",
		"IDK",
		"--json",
	]);
	expect(json.json<CorpusPromptsResult>().prompts).toMatchObject([{ reply: "IDK", user: expect.any(String) }]);
});

it.each([
	[["--dry-run", "--reply", "HELLO"], 'No pair of the corpus has the reply "HELLO"'],
	[["--dry-run", "--kind", "distractors"], "needs --reply TEXT with --kind distractors"],
	[["--dry-run", "--kind", "guesses", "--reply", "HI"], "needs --secret TEXT"],
	[["--model", "m"], "needs -o FILE"],
	[["-o", "x.txt"], "needs --model NAME"],
	[["-o", "x.txt", "--model", "m", "--endpoint", "localhost"], '"localhost" is no address'],
	[["--kind", "poems"], "Allowed choices are paraphrases"],
])("refuses %j", async (options, words) => {
	const { corpus } = setting();
	const ran = await runZulm(["corpus", "generate", corpus, ...options]);
	expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
	expect(ran.stderr).toContain(words);
});

it("never writes into what it reads, or into what it did not write", async () => {
	const { folder, corpus } = setting();
	const own = await runZulm(["corpus", "generate", corpus, "-o", corpus, "--model", "m"]);
	expect(own.stderr).toContain("is named twice");
	const other = folder.write("notes.txt", "mine|HI\n");
	const ran = await runZulm(["corpus", "generate", corpus, "-o", other, "--model", "m"]);
	expect(ran.exitCode).toBe(2);
	expect(readFileSync(other, "utf8")).toBe("mine|HI\n");
	expect(readFileSync(corpus, "utf8")).toBe(CORPUS);
});
