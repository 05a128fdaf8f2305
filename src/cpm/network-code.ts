/** The generated sources of code: the files of the chosen kernel, and which macros of layers.asm run in which order. */
import { MAX_WIDTH } from "./machine-layer.js";
import type { MachineNetwork } from "./machine-network.js";
import { packedLayerStart, packedStartSource } from "./packed-tables.js";
import type { Kernel } from "./program.js";
import { startSource } from "./start-code.js";

const ENTRY_FILES: Readonly<Record<Kernel, string>> = { column: "column-entry.asm", packed: "packed-entry.asm" };
const KERNEL_FILES: Readonly<Record<Kernel, readonly string[]>> = {
	column: ["scatter.asm", "count.asm", "share.asm", "trie.asm"],
	packed: ["packed.asm", "packed-count.asm", "packed-start.asm", "plain-context.asm"],
};

/** Devices a program can talk over: the machine's console, or RDR: and PUN: where the console is not on the line. */
export type Dialogue = "console" | "aux";
const IO_FILES: Readonly<Record<Dialogue, string>> = { console: "io-console.asm", aux: "io-aux.asm" };

/** What quadgram.asm does around the windows; nothing where a model has none of four. */
const QUADGRAM_MACROS = ["start_quadgrams", "keep_quadgrams", "restore_quadgrams"];

/** `entry.asm`, `io.asm`, `features.asm`, `kernel.asm` and `network.asm` for a network. */
export function generatedSources(network: MachineNetwork, kernel: Kernel, dialogue: Dialogue): Record<string, string> {
	const kernelFiles = [...KERNEL_FILES[kernel], ...(isFull(network.first.width) ? ["first-layer-full.asm"] : [])];
	return {
		"entry.asm": [ENTRY_FILES[kernel], network.mostActive > 0 ? "active.asm" : "active-unknown.asm"]
			.map(include)
			.join("\n"),
		"io.asm": include(IO_FILES[dialogue]),
		"features.asm": featuresSource(network.features.ngrams),
		"kernel.asm": [...kernelFiles.map(include), ...argmaxSource(network)].join("\n"),
		"network.asm": [
			"; Generated: what happens once, when the program starts.",
			"prepare_network:",
			...(network.layers.length > 1 ? ["\tmake_quarters"] : []),
			...(kernel === "packed" ? packedStartSource(network.layers) : ["\tjp start_kernel"]),
			...layersSource(network),
			...network.layers.flatMap((layer, i) => [
				`start_${i + 2}:`,
				...(kernel === "packed" ? packedLayerStart(i + 2) : startSource(`LOW_${i + 2}`, layer.start)),
			]),
			...scansSource(network),
			"",
		].join("\n"),
	};
}

function include(file: string): string {
	return `#include "${file}"`;
}

/** How the highest logit is found. */
function argmaxSource({ layers, mostActive }: MachineNetwork): string[] {
	if (!layers.at(-1)?.hasCommonSum) return [include("argmax.asm")];
	return [mostActive > 0 ? include("argmax-few.asm") : "argmax:", include("argmax-common.asm")];
}

/** Whether all numbers of a page are neurons, so that none is left to end the scan of a layer. */
function isFull(width: number): boolean {
	return width === MAX_WIDTH;
}

/** What query-window.asm does at the end of the windows of four and three characters, and of two. */
function featuresSource(ngrams: readonly number[]): string {
	const [bigrams, trigrams, quadgrams] = [2, 3, 4].map((length) => ngrams.includes(length));
	const macro = (name: string, lines: readonly string[]) => [
		`${name} macro`,
		...lines.map((line) => `\t${line}`),
		"\tendm",
	];
	const long = [
		...(trigrams || quadgrams ? ["add hl,de"] : []),
		...(quadgrams ? ["count_quadgram"] : []),
		...(trigrams && quadgrams ? ["ld hl,(QUERY_THREE)"] : []),
		...(trigrams ? ["count_window"] : []),
	];
	return [
		"; Generated: the windows that this model looks at.",
		...(quadgrams ? [include("quadgram.asm")] : QUADGRAM_MACROS.flatMap((name) => macro(name, []))),
		...macro("count_long", long),
		...macro("count_short", bigrams ? ["count_bigram"] : []),
		"",
	].join("\n");
}

function layersSource({ first, layers }: MachineNetwork): string[] {
	const lines = [
		"; Generated: the layers of this network in order.",
		"run_layers:",
		"\tcall start_2",
		"\tcall context_step",
	];
	lines.push(isFull(first.width) ? "\tcall scan_first_full" : "\tcall scan_first");
	layers.forEach(({ shares }, i) => {
		const layer = i + 2;
		if (shares.length > 0) lines.push(`\tld hl,shares_${layer}`, "\tcall share_sums");
		if (i + 1 < layers.length) lines.push(`\tcall start_${layer + 1}`, "\tcall between_layers", `\tcall scan_${layer}`);
	});
	return [...lines, "\tret"];
}

function scansSource({ layers }: MachineNetwork): string[] {
	return layers.slice(0, -1).flatMap(({ width }, i) => {
		const layer = i + 2;
		const next = layer + 1;
		const scan = isFull(width) ? "scan_full" : "scan_hidden";
		return [`scan_${layer}:`, `\t${scan} LOW_${layer},COLUMNS_${layer},LOW_${next}`];
	});
}
