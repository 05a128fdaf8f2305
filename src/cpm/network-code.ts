/** The one generated source of code: which macros of layers.asm run in which order for a network of this depth. */

/**
 * `network.asm`.
 * @param shares whether each layer has shared sums, [layer − 1]; layer 1 never has
 */
export function networkSource(shares: readonly boolean[]): string {
	const lines = ["; Generated: the layers of this network in order.", "run_layers:"];
	shares.forEach((shared, i) => {
		const layer = i + 1;
		if (shared) lines.push(`\tld hl,shares_${layer}`, "\tcall share_sums");
		if (layer === shares.length) return;
		const next = layer + 1;
		if (shares[i + 1])
			lines.push(`\tld hl,LOW_${next}*256+WIDTH_${next}`, `\tld b,SHARED_${next}`, "\tcall clear_spilled");
		lines.push(`\tstart_layer LOW_${next},SUMS_${next},SUMS_${next}_LDI,biases_${next}`);
		if (layer === 1) lines.push("\tcall scan_first");
		else
			lines.push(`\tscan_hidden LOW_${layer},WIDTH_${layer}_ROUNDS,WIDTH_${layer}_SKIP,COLUMNS_${layer},LOW_${next}`);
	});
	lines.push("\tret", "");
	return lines.join("\n");
}
