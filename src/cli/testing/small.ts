/** A corpus small enough to train in a moment, and models of it: real ones, from the real trainer. */
import { parseCorpus } from "../../model/corpus.js";
import { DEFAULT_FEATURES } from "../../model/network.js";
import { encodeModel } from "../../model/npz.js";
import { train } from "../../model/train/train.js";

export const SMALL_CORPUS = `hello|HI THERE
hi|HI THERE
good bye|SEE YA
bye now|SEE YA
thank you|NO PROB
thanks|NO PROB
who are you|I AM ZULM
what is your name|I AM ZULM
`;

/** The bytes of a model that answers every query of SMALL_CORPUS exactly. */
export async function smallModel(hidden: readonly number[] = [16]): Promise<Uint8Array> {
	const corpus = parseCorpus(Buffer.from(SMALL_CORPUS), "small");
	const { model, train: trained } = await train(corpus, {
		features: DEFAULT_FEATURES,
		hidden,
		// Deep ones serve only as something large: they need not learn anything.
		...(hidden.length > 1 ? { epochs: 20 } : {}),
		seed: 1,
		holdout: 0,
	});
	if (hidden.length === 1 && trained.reply < 1) throw new Error("the small corpus was not learnt");
	return encodeModel(model);
}
