/**
 * Packs a model into a .COM: assembles the chat program, lays its tables out in memory and writes the weights as column
 * streams. The assembly sources say what each table means; names here are the names there.
 *
 * The code is assembled twice: once to learn its length and labels (no length depends on an address), and once with
 * the addresses of the tables that follow it.
 */
import { createHash } from "node:crypto";
import { ZulmError } from "../base/errors.js";
import { toMachineBytes } from "../model/charset.js";
import {
	CONTEXT_BUCKETS,
	CONTEXT_LENGTH,
	type Layer,
	type Model,
	type Network,
	nonzeroWeights,
} from "../model/network.js";
import { type Assembled, assemble } from "./assembler.js";
import { ColumnCode, countStream, scatterStream } from "./columns.js";
import { MemoryMap } from "./memory-map.js";
import { networkSource } from "./network-code.js";
import { type Kernel, kernelLetter, PROGRAM_ORIGIN, type Program, sealImage } from "./program.js";
import { shippedSources } from "./sources.js";

export interface PackOptions {
	/** Shown by `/V`: up to eight letters and digits. */
	readonly name?: string;
	/** First address the program must leave alone (the word at 0006h on the target). */
	readonly memoryTop?: number;
	readonly kernel?: Kernel | "auto";
}

/** BDOS of a stock RC2014 CP/M 2.2 (facts: serial machines in the field start it near D806h). */
export const STOCK_MEMORY_TOP = 0xd806;
const RECORD = 128;
const MAX_WIDTH = 256;
const STACK_BYTES = 160;
const LINE_SIZE = 126;

/**
 * @throws ZulmError `model-unsupported` for shapes the program cannot hold, `program-too-large` when it does not fit
 * below `memoryTop`.
 */
export function packModel(model: Model, options: PackOptions = {}): Program {
	const { network } = model;
	checkShape(network);
	const name = (options.name ?? "CHAT").toUpperCase().slice(0, 8);
	const draft = assembleChat(network, draftConstants(network));
	const builder = new ImageBuilder(network, draft);
	const final = assembleChat(network, builder.constants);
	const image = builder.image(final);
	sealImage(image, name);
	const memoryTop = builder.constants.get("MEMORY_TOP") as number;
	const limit = options.memoryTop ?? STOCK_MEMORY_TOP;
	if (memoryTop > limit)
		throw new ZulmError(
			"program-too-large",
			`The program needs memory up to ${hex(memoryTop)}, and the machine's ends at ${hex(limit)}.`,
			{ hint: "Train a smaller or sparser model (zulm train --hidden 64), or use a machine with more memory." },
		);
	return {
		name,
		image,
		buildId: Buffer.from(image.subarray(9, 13)).toString("hex").toUpperCase(),
		length: image.length,
		crc16: (image[15] as number) | ((image[16] as number) << 8),
		sha256: createHash("sha256").update(image).digest("hex"),
		kernel: "column",
		nonzeroWeights: nonzeroWeights(network),
		memoryTop,
		symbols: final.symbols,
	};
}

function checkShape(network: Network): void {
	const unsupported = (message: string) =>
		new ZulmError("model-unsupported", message, {
			hint: "The Z80 program takes 1 or more hidden layers of up to 256.",
		});
	if (network.layers.length < 2) throw unsupported("The network has no hidden layer.");
	network.layers.forEach((layer, i) => {
		if (layer.outputs > MAX_WIDTH)
			throw unsupported(`Layer ${i + 1} is ${layer.outputs} wide; the most is ${MAX_WIDTH}.`);
	});
}

function hex(address: number): string {
	return `${address.toString(16).toUpperCase().padStart(4, "0")}h`;
}

type Constants = Map<string, number>;

function assembleChat(network: Network, constants: Constants): Assembled {
	const layout = [...constants].map(([name, value]) => `${name} equ ${value}`).join("\n");
	return assemble(
		"chat.asm",
		shippedSources({ "layout.asm": layout, "network.asm": networkSource(network.layers.length) }),
	);
}

/** Constants that do not depend on where things are, with every address set to a placeholder. */
function draftConstants(network: Network): Constants {
	const constants = networkConstants(network);
	for (const name of [...pageNames(network), ...addressNames(network)]) constants.set(name, 0x80);
	return constants;
}

function networkConstants({ features, layers, charset }: Network): Constants {
	const mask = features.buckets - 1;
	const constants: Constants = new Map([
		["KERNEL", kernelLetter("column").charCodeAt(0)],
		["CLASSES", charset.length],
		["QUERY_MASK_LOW", mask & 255],
		["QUERY_MASK_HIGH", mask >> 8],
		["QUERY_BIGRAMS", features.ngrams.includes(2) ? 1 : 0],
		["QUERY_TRIGRAMS", features.ngrams.includes(3) ? 1 : 0],
		["LINE_SIZE", LINE_SIZE],
	]);
	layers.forEach(({ outputs }, i) => {
		constants.set(`WIDTH_${i + 1}`, outputs);
		constants.set(`WIDTH_${i + 1}_LOOP`, outputs & 255);
		constants.set(`WIDTH_${i + 1}_ROUNDS`, Math.ceil(outputs / 8));
		constants.set(`WIDTH_${i + 1}_SKIP`, (8 - (outputs % 8)) % 8);
		constants.set(`WIDTH_${i + 1}_LDI`, ((outputs - 1) % 16) + 1);
	});
	return constants;
}

function pageNames({ layers }: Network): string[] {
	const names = ["OFFSETS", "CONTEXT_COLUMNS", "BASE", "SUMS", "SUM_LOW", "SUM_HIGH", "LOGITS"];
	for (let layer = 1; layer < layers.length; layer++) names.push(`COLUMNS_${layer}`, `LOW_${layer + 1}`);
	return names;
}

function addressNames({ layers }: Network): string[] {
	const names = [
		"sum_start_low",
		"sum_start_high",
		"query_columns",
		"space_windows",
		"charset",
		"IMAGE_LENGTH",
		"MEMORY_TOP",
		"STACK",
	];
	names.push("LINE", "LINE_COUNT", "LINE_TEXT", "QUERY", "CONTEXT", "REPLY_LEFT", "SPACES", "EMITTED", "WIDE");
	names.push("WIDE_PAGE", "WIDE_COLUMN", "BREATHE_SP", "DOUBLE_LIST", "DOUBLE_NEXT", "DOUBLE_X", "DOUBLE_PAGE");
	for (let layer = 2; layer <= layers.length; layer++) names.push(`biases_${layer}`);
	return names;
}

/** Lays out tables and work memory behind the code and collects the bytes that are loaded. */
class ImageBuilder {
	readonly constants: Constants;
	readonly #blocks: { address: number; bytes: ArrayLike<number> }[] = [];
	#length = 0;

	constructor(network: Network, draft: Assembled) {
		this.constants = networkConstants(network);
		const code = new ColumnCode(draft.symbols);
		const memory = new MemoryMap(PROGRAM_ORIGIN + draft.bytes.length);
		this.#tables(network, code, memory);
		// Two free bytes at the end make the CRC come out (sealImage).
		this.#length = Math.ceil((memory.end + 2 - PROGRAM_ORIGIN) / RECORD) * RECORD;
		this.constants.set("IMAGE_LENGTH", this.#length);
		this.#work(network, new MemoryMap(PROGRAM_ORIGIN + this.#length));
	}

	image(code: Assembled): Uint8Array {
		const image = new Uint8Array(this.#length);
		image.set(code.bytes);
		for (const { address, bytes } of this.#blocks) image.set(bytes, address - PROGRAM_ORIGIN);
		return image;
	}

	#tables(network: Network, code: ColumnCode, memory: MemoryMap): void {
		const { layers, features, charset } = network;
		const [first, ...others] = layers as [Layer, ...Layer[]];
		const pages = new Map<string, number>();
		const page = (name: string, ...lengths: number[]) => {
			const number = memory.pages(...lengths);
			pages.set(name, number * 256);
			this.constants.set(name, number);
		};
		page("CONTEXT_COLUMNS", 2 * CONTEXT_BUCKETS);
		page("OFFSETS", first.outputs);
		for (let i = 0; i < others.length; i++) {
			const { outputs } = layers[i] as Layer;
			page(`COLUMNS_${i + 1}`, outputs, outputs);
		}
		const place = (bytes: ArrayLike<number>): number => {
			const address = memory.bytes(bytes.length);
			this.#blocks.push({ address, bytes });
			return address;
		};
		const put = (name: string, bytes: ArrayLike<number>) => this.constants.set(name, place(bytes));

		const { thresholds, offsets } = firstLayerForm(first);
		const spaces = spaceWindows(first, features.buckets);
		const sumStart = thresholds.map((threshold, j) =>
			spaces.reduce((sum, windows) => sum + (windows[j] as number), -threshold),
		);
		put(
			"sum_start_low",
			sumStart.map((v) => v & 255),
		);
		put(
			"sum_start_high",
			sumStart.map((v) => (v >> 8) & 255),
		);
		this.#blocks.push({ address: pages.get("OFFSETS") as number, bytes: offsets });
		put(
			"charset",
			charset.slice(0, -1).flatMap((char) => [...toMachineBytes(char)]),
		);
		others.forEach((layer, i) => {
			const hidden = i < others.length - 1;
			const biases = [...layer.biases].map((b) => (hidden ? b - 4 : b));
			put(`biases_${i + 2}`, [...biases.map((b) => b & 255), ...biases.map((b) => (b >> 8) & 255)]);
		});

		const seen = new Map<string, number>();
		const placeStream = (stream: Uint8Array): number => {
			const key = Buffer.from(stream).toString("latin1");
			let address = seen.get(key);
			if (address === undefined) {
				address = place(stream);
				seen.set(key, address);
			}
			return address;
		};
		const columnAddresses = (layer: Layer, inputs: number[]): number[] =>
			inputs.map((input) => placeStream(scatterStream(columnOf(layer, input), code)));
		const words = (values: number[]) => values.flatMap((v) => [v & 255, v >> 8]);
		const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

		put(
			"space_windows",
			words(
				spaces.map((windows) =>
					placeStream(
						countStream(
							windows.map((w) => -w),
							code,
						),
					),
				),
			),
		);
		const context = range(features.buckets, CONTEXT_BUCKETS).map((input) =>
			placeStream(countStream(columnOf(first, input), code)),
		);
		this.#blocks.push({ address: pages.get("CONTEXT_COLUMNS") as number, bytes: words(context) });
		others.forEach((layer, i) => {
			const addresses = columnAddresses(layer, range(0, layer.inputs));
			const address = pages.get(`COLUMNS_${i + 1}`) as number;
			this.#blocks.push({ address, bytes: addresses.map((a) => a & 255) });
			this.#blocks.push({ address: address + 256, bytes: addresses.map((a) => a >> 8) });
		});
		put("query_columns", words(columnAddresses(first, range(0, features.buckets))));
	}

	#work({ layers }: Network, memory: MemoryMap): void {
		const width1 = (layers[0] as Layer).outputs;
		const set = (name: string, value: number) => this.constants.set(name, value);
		set("BASE", memory.pages(width1));
		set("SUMS", memory.pages(width1));
		set("SUM_LOW", memory.pages(width1, width1));
		set("SUM_HIGH", (this.constants.get("SUM_LOW") as number) + 1);
		// In order of the layers: a carry out of a high page falls into the low page of the next layer, which is set anew
		// before it is used (wide_column in scatter.asm); behind the last there is a page for nothing else.
		for (let i = 1; i < layers.length; i++) {
			const { outputs } = layers[i] as Layer;
			const last = i === layers.length - 1;
			set(`LOW_${i + 1}`, last ? memory.pages(outputs, outputs, outputs) : memory.pages(outputs, outputs));
		}
		set("LOGITS", this.constants.get(`LOW_${layers.length}`) as number);
		const line = memory.bytes(LINE_SIZE + 3);
		set("LINE", line);
		set("LINE_COUNT", line + 1);
		set("LINE_TEXT", line + 2);
		set("QUERY", memory.bytes(66));
		set("CONTEXT", memory.bytes(8));
		for (const name of ["REPLY_LEFT", "SPACES", "EMITTED", "WIDE", "WIDE_PAGE", "DOUBLE_X", "DOUBLE_PAGE"])
			set(name, memory.bytes(1));
		for (const name of ["WIDE_COLUMN", "BREATHE_SP", "DOUBLE_LIST", "DOUBLE_NEXT"]) set(name, memory.bytes(2));
		set("STACK", memory.bytes(STACK_BYTES) + STACK_BYTES);
		set("MEMORY_TOP", Math.max(memory.end, this.constants.get("STACK") as number));
	}
}

/** Layer 1 as first-layer.asm wants it: (32*S + bias) >> 2 = 8*(S - threshold) + offset, offset in 1..8. */
function firstLayerForm(layer: Layer): { thresholds: number[]; offsets: number[] } {
	const thresholds = [...layer.biases].map((bias) => Math.ceil((1 - (bias >> 2)) / 8));
	const offsets = thresholds.map((threshold, i) => 8 * threshold + ((layer.biases[i] as number) >> 2));
	return { thresholds, offsets };
}

/**
 * What windows of spaces add to layer 1, [spaces left, 0 to 7][neuron]: entry s is the sum over the windows that lie
 * within the first s + 1 characters of the context but not within the first s, so those that the next character ends.
 */
function spaceWindows(layer: Layer, queryBuckets: number): number[][] {
	return Array.from({ length: CONTEXT_LENGTH }, (_, left) => {
		const sums = new Array<number>(layer.outputs).fill(0);
		for (let n = 1; n <= Math.min(3, left + 1); n++) {
			const start = left + 1 - n;
			let hash = 7 * start;
			for (let i = 0; i < n; i++) hash = hash * 31 + 0x20;
			columnOf(layer, queryBuckets + (hash % CONTEXT_BUCKETS)).forEach((w, j) => {
				sums[j] = (sums[j] as number) + w;
			});
		}
		return sums;
	});
}

/** Weights that leave one input of a layer, to outputs 0…n−1. */
function columnOf(layer: Layer, input: number): Int8Array {
	return Int8Array.from(
		{ length: layer.outputs },
		(_, output) => layer.weights[output * layer.inputs + input] as number,
	);
}
