/** The one generated source of code: which macros of layers.asm run in which order for a network of this depth. */

/** `network.asm` for `layerCount` layers (hidden layers and the output layer). */
export function networkSource(layerCount: number): string {
	const lines = [
		"; Generated: the layers of this network in order.",
		"run_layers:",
		...startLayer(2),
		"\tcall scan_first",
	];
	for (let layer = 2; layer < layerCount; layer++)
		lines.push(
			...startLayer(layer + 1),
			`\tscan_hidden LOW_${layer},WIDTH_${layer}_ROUNDS,WIDTH_${layer}_SKIP,COLUMNS_${layer},LOW_${layer + 1}`,
		);
	lines.push("\tret", "");
	return lines.join("\n");
}

function startLayer(layer: number): string[] {
	return [`\tstart_layer LOW_${layer},WIDTH_${layer},WIDTH_${layer}_LDI,biases_${layer}`];
}
