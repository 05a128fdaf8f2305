/**
 * Model files, shared with the z80ai project: a zip of NumPy arrays.
 *
 *   fc1_weight.npy int8 [out, in] · fc1_bias.npy int16 [out] · … · _architecture.npy JSON · _charset.npy UTF-8 + NUL
 *   _zulm.npy JSON {"version":1, "features":…, "replies":…, …}: ours; a file without it has 128 trigram buckets
 *
 * Members in any order, stored or deflated; unknown ones are ignored. Files are hostile until checked: whatever comes
 * out of `decodeModel` is a network the reference can run. The same model always encodes to the same bytes.
 */
import { type Zippable, zipSync } from "fflate";
import * as v from "valibot";
import { ZulmError } from "../base/errors.js";
import { readFileOrExplain, writeFileAtomic } from "../base/files.js";
import { machineByte, nameCharacter } from "./charset.js";
import { malformed, unsupported } from "./model-errors.js";
import {
	CONTEXT_BUCKETS,
	EOS,
	type Layer,
	type Model,
	type ModelMetadata,
	type Network,
	QUERY_BUCKETS,
	QUERY_NGRAMS,
	type QueryFeatures,
	Z80AI_FEATURES,
} from "./network.js";
import {
	byteString,
	decodeNpy,
	encodeNpy,
	int8Matrix,
	int16Vector,
	type NpyArray,
	readInt8,
	readInt16,
} from "./npy.js";
import { readZip } from "./zip.js";

/** The Z80 program indexes neurons with one byte. */
const MAX_WIDTH = 256;
const MAX_LAYERS = 8;
const METADATA_VERSION = 1;

const isAscending = (values: readonly number[]) =>
	values.every((value, i) => i === 0 || value > (values[i - 1] as number));

const architectureSchema = v.object({
	input_size: v.number(),
	hidden_sizes: v.array(v.number()),
	num_classes: v.number(),
});
const metadataSchema = v.object({
	features: v.object({
		queryBuckets: v.picklist(QUERY_BUCKETS),
		queryNgrams: v.pipe(
			v.array(v.picklist(QUERY_NGRAMS)),
			v.minLength(1, "there must be an n-gram length"),
			v.check((lengths) => isAscending(lengths), "n-gram lengths must ascend"),
		),
	}),
	replies: v.optional(v.array(v.string())),
	seed: v.optional(v.number()),
	corpusSha256: v.optional(v.string()),
	holdout: v.optional(v.number()),
	softmaxScale: v.optional(v.pipe(v.number(), v.minValue(1e-6), v.maxValue(1e3))),
	metrics: v.optional(v.record(v.string(), v.unknown())),
});

/** @throws ZulmError `file-unreadable`, `model-malformed`, `model-unsupported`, naming the file */
export function readModel(path: string): Model {
	const bytes = readFileOrExplain(path, "model");
	try {
		return decodeModel(bytes);
	} catch (error) {
		if (!(error instanceof ZulmError)) throw error;
		throw new ZulmError(error.code, `${path}: ${error.message}`, {
			cause: error,
			...(error.hint === undefined ? {} : { hint: error.hint }),
		});
	}
}

/** @throws ZulmError `file-unwritable` */
export function writeModel(path: string, model: Model): void {
	writeFileAtomic(path, encodeModel(model));
}

/** @throws ZulmError `model-malformed`, `model-unsupported` */
export function decodeModel(bytes: Uint8Array): Model {
	const members = readZip(bytes);
	const layers = decodeLayers(members);
	const charset = decodeCharset(readText(members, "_charset"));
	const { features, metadata } = decodeMetadata(members.has("_zulm.npy") ? readText(members, "_zulm") : undefined);
	const network: Network = { features, layers, charset };
	checkShapes(network, readText(members, "_architecture"));
	return { network, metadata };
}

/** A zip with fixed timestamps and member order, so that equal models are equal files. */
export function encodeModel({ network, metadata }: Model): Uint8Array {
	const arrays: [string, NpyArray][] = [];
	for (const [l, layer] of network.layers.entries()) {
		arrays.push([`fc${l + 1}_weight`, int8Matrix(layer.weights, layer.outputs, layer.inputs)]);
		arrays.push([`fc${l + 1}_bias`, int16Vector(layer.biases)]);
	}
	const sizes = network.layers.map((layer) => layer.outputs);
	const architecture = {
		input_size: network.features.buckets + CONTEXT_BUCKETS,
		hidden_sizes: sizes.slice(0, -1),
		num_classes: sizes.at(-1),
	};
	const features = { queryBuckets: network.features.buckets, queryNgrams: network.features.ngrams };
	arrays.push(["_architecture", byteString(JSON.stringify(architecture))]);
	arrays.push(["_charset", byteString(network.charset.join(""))]);
	arrays.push(["_zulm", byteString(JSON.stringify({ version: METADATA_VERSION, features, ...metadata }))]);
	const files: Zippable = Object.fromEntries(arrays.map(([name, array]) => [`${name}.npy`, encodeNpy(array)]));
	// Local time on purpose: fflate writes the local fields of the date, as zip wants them.
	return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}

/** fc1 … fcN by number (fc10 after fc9), each weight with its bias. */
function decodeLayers(members: Map<string, Uint8Array>): Layer[] {
	const numbers = [...members.keys()]
		.map((name) => /^fc([1-9]\d{0,3})_weight\.npy$/.exec(name)?.[1])
		.filter((number) => number !== undefined)
		.map(Number)
		.sort((a, b) => a - b);
	if (numbers.length === 0) throw malformed("it has no layers (fc1_weight.npy is missing)");
	if (numbers.length > MAX_LAYERS) throw unsupported(`has ${numbers.length} layers, more than ${MAX_LAYERS}`);
	return numbers.map((number, l) => {
		if (number !== l + 1) throw malformed(`fc${l + 1}_weight.npy is missing`);
		return decodeLayer(members, number);
	});
}

function decodeLayer(members: Map<string, Uint8Array>, number: number): Layer {
	const weight = readArray(members, `fc${number}_weight`, "|i1", 2);
	const bias = readArray(members, `fc${number}_bias`, "<i2", 1);
	const [outputs = 0, inputs = 0] = weight.shape;
	if (bias.shape[0] !== outputs) {
		throw malformed(`fc${number} has ${outputs} neurons but ${bias.shape[0]} biases`);
	}
	if (outputs < 1 || outputs > MAX_WIDTH)
		throw unsupported(`has ${outputs} neurons in fc${number}; 1 to ${MAX_WIDTH} fit`);
	const weights = readInt8(weight);
	const wrong = weights.find((w) => w < -2 || w > 1);
	if (wrong !== undefined) throw malformed(`fc${number}_weight.npy holds ${wrong}; weights are -2, -1, 0 or 1`);
	return { inputs, outputs, weights, biases: readInt16(bias) };
}

function decodeCharset(text: string): string[] {
	const charset = Array.from(text);
	if (charset.pop() !== EOS) throw malformed("its charset does not end with EOS (a NUL byte)");
	for (const character of charset) {
		if (character === EOS) throw malformed("its charset has EOS (a NUL byte) before the end");
		if (machineByte(character) === undefined) {
			throw unsupported(`has ${nameCharacter(character)} in its charset, which the machine cannot print`);
		}
	}
	return [...charset, EOS];
}

function decodeMetadata(text: string | undefined): { features: QueryFeatures; metadata: ModelMetadata } {
	if (text === undefined) return { features: Z80AI_FEATURES, metadata: {} };
	const json = parseJson("_zulm", text);
	const version = (json as { version?: unknown } | null)?.version;
	if (version !== METADATA_VERSION) throw unsupported(`has metadata of version ${String(version)}; this zulm knows 1`);
	const { features, ...rest } = check("_zulm", metadataSchema, json);
	const metadata = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
	return { features: { buckets: features.queryBuckets, ngrams: features.queryNgrams }, metadata };
}

/** Layers must fit the features, each other, the charset, and what `_architecture` says of them. */
function checkShapes({ features, layers, charset }: Network, architectureText: string): void {
	let inputs = features.buckets + CONTEXT_BUCKETS;
	for (const [l, layer] of layers.entries()) {
		if (layer.inputs !== inputs) throw malformed(`fc${l + 1} has ${layer.inputs} inputs where ${inputs} are needed`);
		inputs = layer.outputs;
	}
	if (inputs !== charset.length) throw malformed(`it has ${inputs} outputs for ${charset.length} characters`);

	const architecture = check("_architecture", architectureSchema, parseJson("_architecture", architectureText));
	const stated = [architecture.input_size, ...architecture.hidden_sizes, architecture.num_classes];
	const found = [features.buckets + CONTEXT_BUCKETS, ...layers.map((layer) => layer.outputs)];
	if (stated.join() !== found.join()) {
		throw malformed(`_architecture.npy says ${stated.join("-")} but the layers are ${found.join("-")}`);
	}
}

function readArray(members: Map<string, Uint8Array>, member: string, dtype: string, dimensions: number): NpyArray {
	const name = `${member}.npy`;
	const bytes = members.get(name);
	if (bytes === undefined) throw malformed(`${name} is missing`);
	const array = decodeNpy(name, bytes);
	if (dtype === "|S" ? !array.dtype.startsWith("|S") : array.dtype !== dtype) {
		throw unsupported(`has ${name} of type ${array.dtype} where ${dtype} is expected`);
	}
	if (array.shape.length !== dimensions)
		throw malformed(`${name} has ${array.shape.length} dimensions, not ${dimensions}`);
	return array;
}

function readText(members: Map<string, Uint8Array>, member: string): string {
	const { data } = readArray(members, member, "|S", 0);
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
	} catch (cause) {
		throw malformed(`${member}.npy is not UTF-8`, cause);
	}
}

function parseJson(member: string, text: string): unknown {
	try {
		return JSON.parse(text.replace(/\0+$/, ""));
	} catch (cause) {
		throw malformed(`${member}.npy is not JSON`, cause);
	}
}

function check<T extends v.GenericSchema>(member: string, schema: T, value: unknown): v.InferOutput<T> {
	const result = v.safeParse(schema, value);
	if (result.success) return result.output;
	const issue = result.issues[0];
	const path = v.getDotPath(issue);
	throw malformed(`${member}.npy: ${path === null ? "" : `${path}: `}${issue.message}`);
}
