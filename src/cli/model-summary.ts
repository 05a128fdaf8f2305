/** What zulm says about a model, the same wherever one turns up. */
import { type Network, nonzeroWeights } from "../model/network.js";
import { formatCount } from "../report/format.js";
import type { ModelResult } from "../report/results.js";

export function modelResult(path: string, network: Network): ModelResult {
	return { path, nonzeroWeights: nonzeroWeights(network), widths: widthsOf(network) };
}

/** [inputs, outputs of layer 1, …, charset]. */
export function widthsOf({ layers }: Network): number[] {
	return [layers[0]?.inputs ?? 0, ...layers.map(({ outputs }) => outputs)];
}

/** "1152 → 64 → 31, 20,123 non-zero weights" */
export function describeModel({ widths, nonzeroWeights: count }: ModelResult): string {
	return `${widths.join(" → ")}, ${formatCount(count)} non-zero weights`;
}
