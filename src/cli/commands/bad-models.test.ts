/** Model files that are damaged, renamed or hostile, through every command that reads one. */
import { unzipSync, type Zippable, zipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";
import { SMALL_CORPUS, smallModel } from "../testing/small.js";

let model: Uint8Array;
/** Larger than any model, and small as a file. */
let bomb: Uint8Array;
beforeAll(async () => {
	model = await smallModel();
	bomb = withMember("fc1_weight.npy", new Uint8Array(40e6));
});

/** A member of type `descr` and shape `shape`, with `data` behind its header. */
function npy(descr: string, shape: string, data: Uint8Array): Uint8Array {
	const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
	const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]);
	return Buffer.concat([start, Buffer.from(`${header}\n`), data]);
}

/** The good model with one member replaced. */
function withMember(name: string, member: Uint8Array): Uint8Array {
	const members: Zippable = { ...unzipSync(model), [name]: member };
	return zipSync(members, { level: 1 });
}

describe.each<[string, () => Uint8Array, RegExp]>([
	["cut off", () => model.subarray(0, model.length >> 1), /its end is missing/],
	["a corpus renamed", () => Buffer.from(SMALL_CORPUS), /not a zip archive/],
	[
		"of a huge shape",
		() => withMember("fc1_weight.npy", npy("|i1", "(1000000000, 1000000000)", new Uint8Array(9))),
		/\(1000000000, 1000000000\), which is far too large/,
	],
	["of floats", () => withMember("fc1_weight.npy", npy("<f8", "(16, 1152)", new Uint8Array(64))), /of type <f8/],
	["a zip bomb", () => bomb, /larger than any model can be/],
])("a model file that is %s", (_, bytes, sentence) => {
	it.each<[string, string[]]>([
		["eval", ["CORPUS"]],
		["pack", ["-o", "M.COM"]],
		["bench", ["--port", "emulator"]],
		["deploy", ["--port", "emulator", "--report", "r.html"]],
		["train", ["CORPUS", "-o", "new.npz", "--resume", "MODEL"]],
	])("is refused by %s with one sentence and exit 2", async (command, args) => {
		const folder = testFolder();
		const path = folder.write("bad.npz", bytes());
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const inFolder = args.map((arg) => (/\./.test(arg) ? folder.at(arg) : arg));
		const rest = inFolder.map((arg) => (arg === "CORPUS" ? corpus : arg === "MODEL" ? path : arg));
		const ran = await runZulm([command, ...(command === "train" ? [] : [path]), ...rest, "--json"]);
		expect(ran.exitCode).toBe(2);
		expect(ran.json()).toMatchObject({ error: { message: expect.stringMatching(sentence) } });
		expect(ran.stderr.trimEnd().split("\n")).toHaveLength(2);
	});
});
