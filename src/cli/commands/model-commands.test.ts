import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { crc16 } from "../../base/crc16.js";
import { parseIntelHex } from "../../cpm/hex.js";
import { measureProgram } from "../../emu/measure.js";
import type { Baselines } from "../../model/baselines.js";
import { decodeModel } from "../../model/npz.js";
import type { EvaluationResult, PackResult, ProgramResult, TrainedResult } from "../../report/results.js";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";
import { SMALL_CORPUS, smallModel } from "../testing/small.js";

describe("train", () => {
	it("writes a model that knows its corpus, and says so as people and as JSON", async () => {
		const folder = testFolder();
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const args = ["train", corpus, "-o", folder.at("m.npz"), "--hidden", "16", "--holdout", "0"];
		const ran = await runZulm(args);
		expect(ran).toMatchObject({ exitCode: 0 });
		expect(ran.stdout).toContain("trained on  100.0% of replies");
		const json = (await runZulm([...args, "--json"])).json<TrainedResult>();
		expect(json).toMatchObject({ path: folder.at("m.npz"), pairs: 8, seed: 1, train: { char: 1, reply: 1 } });
		expect(Object.keys(json)).toEqual(
			expect.arrayContaining(["path", "pairs", "examples", "epochs", "seconds", "seed", "train", "holdout"]),
		);
		expect(json.nonzeroWeights).toBeGreaterThan(0);
	});

	it("learns what it has held out and measured on, unless told not to, and says so", async () => {
		const folder = testFolder();
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const args = ["train", corpus, "-o", folder.at("m.npz"), "--hidden", "16", "--holdout", "0.25"];
		const refit = await runZulm([...args, "--report", folder.at("r.html")]);
		expect(refit.stdout).toMatch(/8 pairs in .*of held-out replies exact, then learnt too\n/);
		expect(refit.stdout).toMatch(/held out {4}.*, seed 1, before it learnt them too\n/);
		expect(readFileSync(folder.at("r.html"), "utf8")).toMatch(/macro, before they were learnt too/);
		expect((await runZulm(["eval", folder.at("m.npz"), corpus, "--min-reply", "1"])).exitCode).toBe(0);

		const measured = await runZulm([...args, "--no-refit"]);
		expect(measured.stdout).toMatch(/6 pairs in .*of held-out replies exact\n/);
		expect(measured.stdout).toMatch(/held out {4}.*, seed 1\n/);
		const json = (await runZulm([...args, "--no-refit", "--json"])).json<TrainedResult>();
		expect(json).toMatchObject({ pairs: 6, refit: false });
		expect((await runZulm([...args, "--json"])).json()).toMatchObject({ pairs: 8, refit: true, holdout: json.holdout });
	});

	it("keeps to a budget of T-states a character, and shows the networks it weighed", async () => {
		const folder = testFolder();
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const args = (budget: string) => ["train", corpus, "-o", folder.at("m.npz"), "--hidden", "16", "--budget", budget];
		const ran = await runZulm([...args("30000"), "--holdout", "0", "--json", "--report", folder.at("r.html")]);
		expect(ran.exitCode).toBe(0);
		expect(ran.stderr).toMatch(
			/16 neurons, pressure 1\.00 {3}\d+,\d+ T-states a character {3}[\d,]+ weights {3}100\.0% of what it learnt from {3}fits/,
		);
		const { tradeOff, nonzeroWeights } = ran.json<TrainedResult>();
		const points = tradeOff?.points ?? [];
		expect(points.length).toBeGreaterThan(0);
		expect(points.length).toBe(ran.stderr.split("T-states a character").length - 1);
		const [chosen, ...others] = points.filter((point) => point.chosen);
		expect(others).toEqual([]);
		expect(chosen).toMatchObject({ hidden: [16], nonzeroWeights, holdout: null, train: { reply: 1 } });
		expect(chosen?.tStatesPerChar).toBeLessThanOrEqual(30_000);
		expect(readFileSync(folder.at("r.html"), "utf8")).toContain("Networks weighed for 30,000 T-states a character");
		const impossible = await runZulm([...args("10"), "--epochs", "2", "--json"]);
		expect(impossible.exitCode).toBe(2);
		expect(impossible.json()).toMatchObject({ error: { message: expect.stringContaining("the least was") } });
	});

	it("hashes queries as asked, and as z80ai does", async () => {
		const folder = testFolder();
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const args = ["train", corpus, "-o", folder.at("m.npz"), "--hidden", "8", "--epochs", "1", "--json"];
		const features = async (...given: string[]) => {
			expect((await runZulm([...args, ...given])).exitCode).toBe(0);
			return decodeModel(readFileSync(folder.at("m.npz"))).network.features;
		};
		expect(await features("--query-buckets", "512", "--query-ngrams", "3,2")).toEqual({ buckets: 512, ngrams: [2, 3] });
		expect(await features("--query-ngrams", "2")).toEqual({ buckets: 1024, ngrams: [2] });
		expect(await features("--query-buckets", "2048", "--query-ngrams", "2,4")).toEqual({
			buckets: 2048,
			ngrams: [2, 4],
		});
		expect(await features("--z80ai")).toEqual({ buckets: 128, ngrams: [3] });
		for (const wrong of [
			["--query-buckets", "100"],
			["--query-ngrams", "5"],
			["--query-ngrams", "2,2"],
			["--z80ai", "--query-buckets", "512"],
		])
			expect((await runZulm([...args, ...wrong])).exitCode).toBe(2);
	});

	it("tells more of a query apart where replies are many", async () => {
		const folder = testFolder();
		const pairs = Array.from({ length: 100 }, (_, i) => `what is ${i}|it is ${i}`);
		const corpus = folder.write("many.txt", pairs.join("\n"));
		const args = ["train", corpus, "-o", folder.at("m.npz"), "--epochs", "1", "--json"];
		expect((await runZulm(args)).json()).toMatchObject({ widths: [2048 + 128, 192, 15] });
		expect(decodeModel(readFileSync(folder.at("m.npz"))).network.features).toEqual({ buckets: 2048, ngrams: [2, 4] });
	});

	it("goes on from a model of the same shape", async () => {
		const folder = testFolder();
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const resume = folder.write("old.npz", await smallModel([12]));
		const args = ["train", corpus, "-o", folder.at("new.npz"), "--resume", resume, "--epochs", "1", "--holdout", "0"];
		expect((await runZulm([...args, "--json"])).json()).toMatchObject({ widths: [1152, 12, 18] });
		const other = await runZulm([...args, "--hidden", "13", "--json"]);
		expect(other.json()).toMatchObject({ error: { code: "model-unsupported" } });
	});

	it("joins corpora, gzip and standard input among them", async () => {
		const folder = testFolder();
		const gz = folder.write("a.txt.gz", gzipSync("hello|HI\n"));
		const plain = folder.write("b.txt", "bye|SEE YA\n");
		const args = ["train", gz, plain, "-", "-o", folder.at("m.npz"), "--epochs", "1", "--holdout", "0", "--json"];
		expect((await runZulm(args, { stdin: "thanks|NO PROB\n" })).json()).toMatchObject({ pairs: 3 });
	});

	it("keeps the best so far on Ctrl-C and ends with 130", async () => {
		const folder = testFolder();
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const controller = new AbortController();
		const args = ["train", corpus, "-o", folder.at("m.npz"), "--hidden", "16", "--epochs", "1000000", "--json"];
		const ran = await runZulm(args, {
			signal: controller.signal,
			onStderr: (text) => text.includes("training") && controller.abort(),
		});
		expect(ran.exitCode).toBe(130);
		expect(ran.json()).toMatchObject({ interrupted: true });
		expect(ran.stderr).toContain(`interrupted; the best model so far is in ${folder.at("m.npz")}`);
		expect((await runZulm(["eval", folder.at("m.npz"), corpus])).exitCode).toBe(0);
	});

	it.each([
		["an empty corpus", "# nothing here\n", "corpus-empty", /There are no pairs/],
		["a reply the machine cannot print", "hello|HÉLLO\n", "charset-unprintable", /corpus.txt:1 .*É/],
		["a malformed line", "hello|HI\nno bar here\n", "corpus-malformed", /corpus.txt:2 has no "\|"/],
	])("refuses %s with one sentence and exit 2, and writes nothing", async (_, text, code, sentence) => {
		const folder = testFolder();
		const ran = await runZulm(["train", folder.write("corpus.txt", text), "-o", folder.at("m.npz"), "--json"]);
		expect(ran.exitCode).toBe(2);
		expect(ran.json()).toMatchObject({ error: { code } });
		expect(ran.stderr).toMatch(sentence);
		expect(ran.stderr.trimEnd().split("\n")).toHaveLength(2);
		expect(() => readFileSync(folder.at("m.npz"))).toThrow("ENOENT");
	});
});

describe("eval and pack", () => {
	let model: Uint8Array;
	beforeAll(async () => {
		model = await smallModel();
	});

	it("eval counts replies and characters, and holds a bound when asked", async () => {
		const folder = testFolder();
		const path = folder.write("m.npz", model);
		const corpus = folder.write("test.txt", `${SMALL_CORPUS}hello|WRONG\n`);
		const ran = await runZulm(["eval", path, corpus, "--json"]);
		expect(ran.exitCode).toBe(0);
		const result = ran.json<EvaluationResult>();
		expect(result.pairs).toBe(9);
		expect(result.reply.overall).toBeCloseTo(8 / 9);
		expect(Object.keys(result)).toEqual(["pairs", "char", "reply", "macsPerChar"]);
		expect((await runZulm(["eval", path, corpus, "--min-reply", "0.88"])).exitCode).toBe(0);
		const below = await runZulm(["eval", path, corpus, "--min-reply", "0.9"]);
		expect(below.exitCode).toBe(1);
		expect(below.stderr).toContain("below the bound asked for");
	});

	it("eval --baselines measures what needs no network on the same pairs", async () => {
		const folder = testFolder();
		const known = folder.write("known.txt", SMALL_CORPUS);
		const corpus = folder.write("test.txt", `${SMALL_CORPUS}hello|WRONG\n`);
		const args = ["eval", folder.write("m.npz", model), corpus, "--baselines", known];
		const { baselines } = (await runZulm([...args, "--json"])).json<{ baselines: Baselines }>();
		expect(baselines.ceiling).toBeCloseTo(8 / 9);
		expect(baselines.nearest.overall).toBeCloseTo(8 / 9);
		expect(baselines.majority.overall).toBeLessThan(0.5);
		expect((await runZulm(args)).stdout).toMatch(/nearest query {2}88\.9% overall/);
	});

	it("pack writes the same image as .COM and as Intel HEX, with its CRC and SHA-256", async () => {
		const folder = testFolder();
		const path = folder.write("m.npz", model);
		const com = await runZulm(["pack", path, "-o", folder.at("M.COM"), "--json"]);
		const result = com.json<ProgramResult>();
		const bytes = readFileSync(folder.at("M.COM"));
		expect(result).toMatchObject({ path: folder.at("M.COM"), bytes: bytes.length, kernel: "column" });
		expect(Number.parseInt(result.crc16, 16)).toBe(crc16(bytes));
		expect(result.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
		await runZulm(["pack", path, "-o", folder.at("M.HEX"), "--format", "hex"]);
		expect(Buffer.from(parseIntelHex(readFileSync(folder.at("M.HEX"), "latin1")).bytes)).toEqual(bytes);
	});

	it("pack predicts the program's speed, and takes replies and queries from a corpus", async () => {
		const folder = testFolder();
		const path = folder.write("m.npz", model);
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const ran = await runZulm(["pack", path, "-o", folder.at("M.COM"), "--corpus", corpus, "--json"]);
		const { predicted } = ran.json<PackResult>();
		const queries = SMALL_CORPUS.trim()
			.split("\n")
			.map((line) => line.replace(/\|.*/, ""));
		const measured = measureProgram(readFileSync(folder.at("M.COM")), queries);
		const times = measured.flatMap(({ perCharTStates }) => perCharTStates);
		const mean = times.reduce((sum, t) => sum + t, 0) / times.length;
		expect(Math.abs(predicted.perChar / mean - 1)).toBeLessThan(0.05);
		expect(predicted.firstChar).toBeGreaterThan(predicted.perChar);
	});

	it("pack makes a smaller and slower program of packed weights when asked, and says why it chose", async () => {
		const folder = testFolder();
		const path = folder.write("m.npz", await smallModel([64, 64]));
		const pack = async (...more: string[]) => {
			const ran = await runZulm(["pack", path, "-o", folder.at("M.COM"), "--json", ...more]);
			expect(ran.stderr).toContain("kernel");
			return ran.json<PackResult>();
		};
		const auto = await pack();
		const packed = await pack("--kernel", "packed");
		expect([auto.kernel, packed.kernel]).toEqual(["column", "packed"]);
		expect(packed.predicted.perChar).toBeGreaterThan(auto.predicted.perChar);
	});

	it.each<[string, (model: Uint8Array) => Uint8Array]>([
		["truncated", (bytes) => bytes.subarray(0, bytes.length / 2)],
		["empty", () => new Uint8Array(0)],
		["something else renamed", () => Buffer.from("hello|HI THERE\n".repeat(50))],
	])("refuses a model file that is %s", async (_, spoil) => {
		const folder = testFolder();
		const path = folder.write("m.npz", spoil(model));
		const ran = await runZulm(["pack", path, "-o", folder.at("M.COM"), "--json"]);
		expect(ran.exitCode).toBe(2);
		expect(ran.json()).toMatchObject({ error: { code: "model-malformed" } });
		expect(ran.stderr).toContain(path);
		expect(() => readFileSync(folder.at("M.COM"))).toThrow("ENOENT");
	});

	it("refuses a model that is too large for the machine's memory, and keeps the old program", async () => {
		const folder = testFolder();
		const path = folder.write("m.npz", await smallModel([256, 256, 256]));
		const com = folder.write("M.COM", "old");
		const ran = await runZulm(["pack", path, "-o", com, "--json"]);
		expect(ran.exitCode).toBe(2);
		expect(ran.json()).toMatchObject({ error: { code: "program-too-large" } });
		expect(readFileSync(com, "latin1")).toBe("old");
	});

	it("refuses an unknown kernel, format, profile and an output that cannot be", async () => {
		const folder = testFolder();
		const path = folder.write("m.npz", model);
		const pack = (...more: string[]) => runZulm(["pack", path, ...more]);
		expect((await pack("-o", folder.at("M.COM"), "--kernel", "magic")).exitCode).toBe(2);
		expect((await pack("-o", folder.at("M.COM"), "--format", "elf")).exitCode).toBe(2);
		expect((await pack("-o", folder.at("M.COM"), "--name", "TOO LONG A NAME")).exitCode).toBe(2);
		const profile = await pack("-o", folder.at("M.COM"), "--profile", "zx81");
		expect(profile).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no machine profile "zx81"') });
		const output = await pack("-o", folder.path);
		expect(output).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Cannot write") });
	});
});
