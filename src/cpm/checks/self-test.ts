/**
 * The whole way on an emulated machine: a tiny network packed, sent with XMODEM, verified there, and asked a question.
 * It needs no training, no port and under a second, and tells a broken installation from a broken machine.
 *
 *   seeded network ─pack─► .COM ─XMODEM─► emulated CP/M ─/V─► CRC ─chat─► reply = the integer reference's
 */

import { type Finding, fault, well } from "../../base/finding.js";
import { Random } from "../../base/random.js";
import { CONTEXT_BUCKETS, EOS, type Layer, type Network, Z80AI_FEATURES } from "../../model/network.js";
import { generate } from "../../model/reference.js";
import type { Link } from "../../transport/link.js";
import type { Profile } from "../../transport/profile.js";
import type { CcpOptions } from "../ccp.js";
import { ChatSession } from "../chat.js";
import { packModel } from "../pack.js";
import { upload } from "../upload.js";
import { asFault } from "./as-fault.js";

const NAME = "SELFTEST.COM";
const QUERY = "are you well";
const SEED = 1;
const HIDDEN = 8;
const CHARACTERS = "ABCDEFGHIJKLMNOP";

/** @param link to an emulated machine with our receiver. @throws ZulmError `interrupted` */
export async function checkSelf(link: Link, profile: Profile, options: CcpOptions = {}): Promise<Finding> {
	try {
		const network = seededNetwork();
		const expected = generate(network, QUERY);
		const { image } = packModel({ network, metadata: {} }, { name: "SELFTEST" });
		const { verify } = await upload(link, profile, image, { ...options, name: NAME });
		const chat = await ChatSession.open(link, profile, NAME, options);
		try {
			const { reply } = await chat.ask(QUERY);
			await chat.leave();
			if (reply === expected && verify?.ok === true) {
				return well(
					"self-test",
					`the emulated machine took ${image.length} bytes, verified them and replied as it must`,
				);
			}
			return fault(
				"self-test",
				`the emulated machine replied "${reply}" instead of "${expected}"`,
				"Install zulm again: its files are damaged.",
			);
		} finally {
			chat.close();
		}
	} catch (error) {
		return asFault("self-test", error);
	}
}

/** Weights drawn from a seed: it says nothing sensible, and always the same. */
function seededNetwork(): Network {
	const random = new Random(SEED);
	const widths = [Z80AI_FEATURES.buckets + CONTEXT_BUCKETS, HIDDEN, CHARACTERS.length + 1];
	const layers = widths.slice(1).map((outputs, l): Layer => {
		const inputs = widths[l] as number;
		return {
			inputs,
			outputs,
			weights: Int8Array.from({ length: inputs * outputs }, () => random.int(4) - 2),
			biases: Int16Array.from({ length: outputs }, () => random.int(401) - 200),
		};
	});
	return { features: Z80AI_FEATURES, layers, charset: [...CHARACTERS, EOS] };
}
