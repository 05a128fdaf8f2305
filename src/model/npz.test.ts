import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { ZulmError } from "../base/errors.js";
import { DEFAULT_FEATURES, type Model, Z80AI_FEATURES } from "./network.js";
import { byteString, decodeNpy, encodeNpy } from "./npy.js";
import { decodeModel, encodeModel, readModel, writeModel } from "./npz.js";
import { randomNetwork } from "./testing/networks.js";

const MODEL: Model = {
	network: randomNetwork(1, [5, 3], DEFAULT_FEATURES, " AB7!\uff71"),
	metadata: { replies: ["A", "BA"], seed: 7, corpusSha256: "ab", holdout: 0.1, metrics: { reply: 0.5 } },
};

function refusal(bytes: Uint8Array): ZulmError {
	try {
		decodeModel(bytes);
	} catch (error) {
		if (error instanceof ZulmError) return error;
		throw error;
	}
	throw new Error("the file was accepted");
}

/** MODEL's file with members changed, added, or (undefined) left out. */
function changed(changes: Record<string, Uint8Array | undefined>, level: 0 | 6 = 6): Uint8Array {
	const members: Record<string, Uint8Array | undefined> = { ...unzipSync(encodeModel(MODEL)), ...changes };
	const kept = Object.entries(members).filter(([, data]) => data !== undefined);
	return zipSync(Object.fromEntries(kept) as Zippable, { level });
}

const json = (value: unknown) => encodeNpy(byteString(JSON.stringify(value)));
const ZULM = { version: 1, features: { queryBuckets: 1024, queryNgrams: [2, 3] } };

/** An array with the header given, as a stranger might write it. */
function rawNpy(header: string, data: Uint8Array, version = 1): Uint8Array {
	const prefix = [0x93, ...Buffer.from("NUMPY"), version, 0, header.length & 0xff, header.length >> 8];
	return Uint8Array.from([...prefix, ...Buffer.from(header), ...data]);
}

describe("round trip", () => {
	test("gives the same model and, again, the same bytes", () => {
		const bytes = encodeModel(MODEL);
		expect(decodeModel(bytes)).toEqual(MODEL);
		expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
	});

	test("through a file", () => {
		const folder = mkdtempSync(join(tmpdir(), "zulm-"));
		try {
			const path = join(folder, "m.npz");
			writeModel(path, MODEL);
			expect(readModel(path)).toEqual(MODEL);
			writeFileSync(path, "not a zip");
			expect(() => readModel(path)).toThrow(`${path}: This is not a usable model file: it is not a zip archive`);
			expect(() => readModel(join(folder, "none.npz"))).toThrow(/does not exist/);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	test("members stored, in another order, with strangers among them", () => {
		const members = Object.entries(unzipSync(encodeModel(MODEL))).reverse();
		const bytes = zipSync({ "readme.txt": Buffer.from("hello"), ...Object.fromEntries(members) }, { level: 0 });
		expect(decodeModel(bytes)).toEqual(MODEL);
	});

	test("a file without _zulm has 128 trigram buckets, like z80ai's", () => {
		const network = randomNetwork(2, [9], Z80AI_FEATURES);
		const members = unzipSync(encodeModel({ network, metadata: {} }));
		delete members["_zulm.npy"];
		expect(decodeModel(zipSync(members))).toEqual({ network, metadata: {} });
	});

	test("layers sort by number", () => {
		const network = randomNetwork(3, [2, 3, 4, 5, 6, 7, 8], Z80AI_FEATURES);
		const members = Object.entries(unzipSync(encodeModel({ network, metadata: {} })));
		const sorted = members.sort(([a], [b]) => (a < b ? 1 : -1));
		expect(decodeModel(zipSync(Object.fromEntries(sorted))).network).toEqual(network);
	});
});

describe("damaged and hostile archives", () => {
	const bytes = encodeModel(MODEL);

	test("cut anywhere", () => {
		for (let length = 0; length < bytes.length; length += 97) {
			expect(refusal(bytes.subarray(0, length)).code).toBe("model-malformed");
		}
	});

	test("one byte changed anywhere is refused or makes no difference", () => {
		for (let at = 0; at < bytes.length; at += 13) {
			const copy = bytes.slice();
			copy[at] = (copy[at] as number) ^ 0x55;
			try {
				expect(decodeModel(copy).network).toEqual(MODEL.network);
			} catch (error) {
				expect(error).toBeInstanceOf(ZulmError);
			}
		}
	});

	test("a directory that claims gigabytes", () => {
		const copy = bytes.slice();
		const directory = Buffer.from(copy.buffer).readUInt32LE(copy.length - 22 + 16);
		new DataView(copy.buffer).setUint32(directory + 24, 0x7fffffff, true);
		expect(refusal(copy)).toMatchObject({ code: "model-unsupported" });
	});

	test("a member that inflates to more than it claims", () => {
		const copy = changed({ "bomb.npy": new Uint8Array(4_000_000) }).slice();
		const view = new DataView(copy.buffer);
		let at = view.getUint32(copy.length - 22 + 16, true);
		while (!Buffer.from(copy.buffer, at + 46, 8).equals(Buffer.from("bomb.npy"))) {
			at += 46 + view.getUint16(at + 28, true);
		}
		view.setUint32(at + 24, 1000, true);
		expect(refusal(copy).message).toContain("bomb.npy inflates to more than it says");
	});

	test("encryption and unknown compression", () => {
		const directory = new DataView(bytes.buffer).getUint32(bytes.length - 22 + 16, true);
		const encrypted = bytes.slice();
		encrypted[directory + 8] = 1;
		expect(refusal(encrypted)).toMatchObject({ code: "model-unsupported" });
		const lzma = bytes.slice();
		lzma[directory + 10] = 14;
		expect(refusal(lzma).message).toContain("compression method 14");
	});
});

describe("arrays that are not a model", () => {
	const weight = (shape: string, dtype = "|i1", order = "False") =>
		rawNpy(`{'descr': '${dtype}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`, new Uint8Array(5 * 1152));

	test.each<[string, Record<string, Uint8Array | undefined>, string, string]>([
		[
			"no layers",
			{ "fc1_weight.npy": undefined, "fc2_weight.npy": undefined, "fc3_weight.npy": undefined },
			"model-malformed",
			"no layers",
		],
		["a layer missing", { "fc2_weight.npy": undefined }, "model-malformed", "fc2_weight.npy is missing"],
		["a bias missing", { "fc1_bias.npy": undefined }, "model-malformed", "fc1_bias.npy is missing"],
		["no charset", { "_charset.npy": undefined }, "model-malformed", "_charset.npy is missing"],
		["no architecture", { "_architecture.npy": undefined }, "model-malformed", "_architecture.npy is missing"],
		["not NumPy", { "fc1_weight.npy": Buffer.from("hello world") }, "model-malformed", "not a NumPy array"],
		["float weights", { "fc1_weight.npy": weight("(5, 288)", "<f4") }, "model-unsupported", "<f4"],
		[
			"big-endian biases",
			{ "fc1_bias.npy": rawNpy("{'descr': '>i2', 'fortran_order': False, 'shape': (5,), }", new Uint8Array(10)) },
			"model-unsupported",
			">i2",
		],
		["pickled objects", { "fc1_weight.npy": weight("(5, 1152)", "|O") }, "model-unsupported", "|O"],
		["Fortran order", { "fc1_weight.npy": weight("(5, 1152)", "|i1", "True") }, "model-unsupported", "Fortran"],
		["a huge shape", { "fc1_weight.npy": weight("(99999999, 99999999)") }, "model-unsupported", "far too large"],
		[
			"an infinite shape",
			{ "fc1_weight.npy": weight(`(${"9".repeat(400)}, 2)`) },
			"model-unsupported",
			"far too large",
		],
		["a NaN shape", { "fc1_weight.npy": weight("(nan, 1152)") }, "model-malformed", "does not state"],
		["a negative shape", { "fc1_weight.npy": weight("(-5, 1152)") }, "model-malformed", "does not state"],
		["more shape than data", { "fc1_weight.npy": weight("(6, 1152)") }, "model-malformed", "as much data"],
		["one dimension", { "fc1_weight.npy": weight("(5760,)") }, "model-malformed", "dimensions"],
		["an old NumPy", { "fc1_weight.npy": rawNpy("{}", new Uint8Array(0), 9) }, "model-unsupported", "format 9"],
		[
			"a header that runs past the end",
			{ "fc1_weight.npy": weight("(5, 1152)").subarray(0, 40) },
			"model-malformed",
			"cut short",
		],
		[
			"other inputs than the features",
			{ "_zulm.npy": json({ ...ZULM, features: { queryBuckets: 512, queryNgrams: [3] } }) },
			"model-malformed",
			"fc1 has 1152 inputs where 640",
		],
		[
			"fewer characters than outputs",
			{ "_charset.npy": encodeNpy(byteString("AB\0")) },
			"model-malformed",
			"7 outputs for 3",
		],
		[
			"a charset without EOS",
			{ "_charset.npy": encodeNpy(byteString("ABCDEFG")) },
			"model-malformed",
			"does not end with EOS",
		],
		["EOS in the middle", { "_charset.npy": encodeNpy(byteString("AB\0CDE\0")) }, "model-malformed", "before the end"],
		[
			"a charset that is not UTF-8",
			{ "_charset.npy": rawNpy("{'descr': '|S2', 'fortran_order': False, 'shape': (), }", Uint8Array.of(0xff, 0)) },
			"model-malformed",
			"not UTF-8",
		],
		[
			"a character without a byte",
			{ "_charset.npy": encodeNpy(byteString("AB\u00e9DEF\0")) },
			"model-unsupported",
			'"\u00e9" (U+00E9)',
		],
		[
			"another architecture",
			{ "_architecture.npy": json({ input_size: 1152, hidden_sizes: [5, 4], num_classes: 7 }) },
			"model-malformed",
			"1152-5-4-7 but the layers are 1152-5-3-7",
		],
		[
			"an architecture that is no JSON",
			{ "_architecture.npy": encodeNpy(byteString("{")) },
			"model-malformed",
			"not JSON",
		],
		["metadata of the future", { "_zulm.npy": json({ ...ZULM, version: 2 }) }, "model-unsupported", "version 2"],
		["metadata that is a list", { "_zulm.npy": json([]) }, "model-unsupported", "version undefined"],
		["metadata that is null", { "_zulm.npy": json(null) }, "model-unsupported", "version undefined"],
		[
			"other n-grams",
			{ "_zulm.npy": json({ ...ZULM, features: { queryBuckets: 1024, queryNgrams: [3, 2] } }) },
			"model-malformed",
			"features.queryNgrams",
		],
		[
			"no n-grams",
			{ "_zulm.npy": json({ ...ZULM, features: { queryBuckets: 1024, queryNgrams: [] } }) },
			"model-malformed",
			"there must be an n-gram length",
		],
		[
			"n-grams of five",
			{ "_zulm.npy": json({ ...ZULM, features: { queryBuckets: 1024, queryNgrams: [2, 5] } }) },
			"model-malformed",
			"features.queryNgrams.1",
		],
		["replies that are numbers", { "_zulm.npy": json({ ...ZULM, replies: [1] }) }, "model-malformed", "replies.0"],
	])("%s", (_, changes, code, message) => {
		const error = refusal(changed(changes));
		expect(error.message).toContain(message);
		expect(error).toMatchObject({ code, exitCode: 2 });
	});

	test("weights out of range", () => {
		const fc1 = (unzipSync(encodeModel(MODEL))["fc1_weight.npy"] as Uint8Array).slice();
		fc1[fc1.length - 1] = 2;
		expect(refusal(changed({ "fc1_weight.npy": fc1 })).message).toContain("fc1_weight.npy holds 2");
	});

	test("biases that do not match", () => {
		const bias = encodeNpy({ dtype: "<i2", shape: [4], data: new Uint8Array(8) });
		expect(refusal(changed({ "fc1_bias.npy": bias })).message).toContain("fc1 has 5 neurons but 4 biases");
	});

	test("layers wider than one byte can index", () => {
		const network = randomNetwork(1, [257], Z80AI_FEATURES);
		expect(refusal(encodeModel({ network, metadata: {} })).code).toBe("model-unsupported");
	});
});

test("arrays are aligned and readable as NumPy writes them", () => {
	const bytes = encodeNpy(byteString("hi"));
	expect([...bytes.subarray(0, 10)]).toEqual([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]);
	const header = Buffer.from(bytes.subarray(10, 128)).toString("latin1");
	expect(header.trimEnd()).toBe("{'descr': '|S2', 'fortran_order': False, 'shape': (), }");
	expect(header.endsWith(" \n")).toBe(true);
	expect(Buffer.from(bytes.subarray(128)).toString()).toBe("hi");
	expect(decodeNpy("x", bytes)).toMatchObject({ dtype: "|S2", shape: [] });
});
