/** The generated sources of code: the files of the chosen kernel, and which macros of layers.asm run in which order. */
import type { MachineNetwork } from "./machine-network.js";
import { packedStartSource } from "./packed-tables.js";
import type { Kernel } from "./program.js";

const ENTRY_FILES: Readonly<Record<Kernel, string>> = { column: "column-entry.asm", packed: "packed-entry.asm" };
const KERNEL_FILES: Readonly<Record<Kernel, readonly string[]>> = {
	column: ["scatter.asm", "count.asm", "share.asm", "trie.asm"],
	packed: ["packed.asm", "packed-count.asm", "packed-start.asm", "plain-context.asm"],
};

/** Devices a program can talk over: the machine's console, or RDR: and PUN: where the console is not on the line. */
export type Dialogue = "console" | "aux";
const IO_FILES: Readonly<Record<Dialogue, string>> = { console: "io-console.asm", aux: "io-aux.asm" };

/** `entry.asm`, `io.asm`, `features.asm`, `kernel.asm` and `network.asm` for a network. */
export function generatedSources(network: MachineNetwork, kernel: Kernel, dialogue: Dialogue): Record<string, string> {
	const start = kernel === "packed" ? packedStartSource(network.layers) : "";
	return {
		"entry.asm": include(ENTRY_FILES[kernel]),
		"io.asm": include(IO_FILES[dialogue]),
		"features.asm": featuresSource(network.features.ngrams),
		"kernel.asm": KERNEL_FILES[kernel].map(include).join("\n"),
		"network.asm": `${start}${layersSource(network)}`,
	};
}

function include(file: string): string {
	return `#include "${file}"`;
}

/** What query-window.asm does at the end of each window of three and of two characters. */
function featuresSource(ngrams: readonly number[]): string {
	const trigram = ngrams.includes(3) ? "\tcount_trigram" : "\tld de,(QUERY_CHARACTER)";
	const bigram = ngrams.includes(2) ? ["\tcount_bigram"] : [];
	const macro = (name: string, lines: readonly string[]) => [`${name} macro`, ...lines, "\tendm"];
	return [
		"; Generated: the windows that this model looks at.",
		...macro("end_trigram", [trigram]),
		...macro("end_bigram", bigram),
		"",
	].join("\n");
}

function layersSource({ layers }: MachineNetwork): string {
	const lines = ["; Generated: the layers of this network in order.", "run_layers:"];
	const spills = layers.slice(1).some(({ shares }) => shares.length > 0);
	if (spills) lines.push("\txor a", "\tld (SPILLED),a");
	lines.push(startLayer(2), "\tcall scan_first_layer");
	layers.forEach(({ shares }, i) => {
		const layer = i + 2;
		if (shares.length > 0) lines.push(`\tld hl,shares_${layer}`, "\tcall share_sums");
		const behind = layers[i + 1];
		if (behind === undefined) return;
		const next = layer + 1;
		lines.push(startLayer(next));
		if (behind.shares.length > 0)
			lines.push(`\tld hl,LOW_${next}*256+WIDTH_${next}`, `\tld b,${behind.shares.length}`, "\tcall clear_spilled");
		const scan = [`LOW_${layer}`, `WIDTH_${layer}_ROUNDS`, `WIDTH_${layer}_SKIP`, `COLUMNS_${layer}`];
		lines.push("\tcall between_layers", `\tscan_hidden ${[...scan, `LOW_${next}`, `BYTES_${next}`].join()}`);
	});
	return [...lines, "\tret", ""].join("\n");
}

function startLayer(layer: number): string {
	return `\tstart_layer LOW_${layer},SUMS_${layer},SUMS_${layer}_LDI,biases_${layer}`;
}
