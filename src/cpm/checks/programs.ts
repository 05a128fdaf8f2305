/**
 * Which programs that a deploy can use are on the machine's drives, as DIR lists them. Reads only.
 *
 *   RX XM XMODEM PCGET DOWNLOAD: receive a file       PIP with LOAD or HEXCOM, DDT or SID: take one that is typed in
 *
 * DIR does not list system files, so what is not listed may be there all the same.
 */

import { ZulmError } from "../../base/errors.js";
import { advice, type Finding, fault, skipped, well } from "../../base/finding.js";
import type { Profile } from "../../transport/profile.js";
import type { Ccp } from "../ccp.js";

export interface Programs {
	/** Of the profile's receiving programs, such as "RX" or "B:XM". */
	readonly receivers: readonly string[];
	/** How a receiver can be typed in: "PIP and LOAD", "DDT"; undefined when it cannot. */
	readonly bootstrap: string | undefined;
}

/** Lists the current drive and those the profile names. @throws ZulmError as `Ccp.directory` for the current drive */
export async function findPrograms(ccp: Ccp, profile: Profile): Promise<Programs> {
	const verbs = new Set(profile.receivers.map(({ command }) => command.split(" ")[0] as string));
	const found: string[] = await stems(ccp, "");
	for (const drive of profile.toolDrives) {
		if (found.some((stem) => verbs.has(stem))) break;
		try {
			found.push(...(await stems(ccp, `${drive}:`)));
		} catch (error) {
			// A drive that is not there has no programs.
			if (!(error instanceof ZulmError) || error.code !== "machine-refused") throw error;
		}
	}
	const has = (verb: string) => found.some((stem) => stem.replace(/^[A-P]:/, "") === verb);
	const loader = ["LOAD", "HEXCOM"].find(has);
	const debuggers = ["DDT", "SID"].find(has);
	return {
		receivers: [...verbs].flatMap((verb) => found.filter((stem) => stem.replace(/^[A-P]:/, "") === verb)),
		bootstrap: loader !== undefined && has("PIP") ? `PIP and ${loader}` : debuggers,
	};
}

/** What the directories alone say about receiving. */
export function listedReceivers({ receivers, bootstrap }: Programs): Finding {
	if (receivers.length > 0) return well("receivers", `on the machine: ${receivers.join(", ")}`);
	return withoutReceiver(bootstrap);
}

/** There is no receiving program. */
export function withoutReceiver(bootstrap: string | undefined): Finding {
	if (bootstrap === undefined) {
		return fault(
			"receivers",
			"the machine has no receiving program, and neither PIP and LOAD nor DDT to type one in",
			"Change to the drive that holds one of them, or choose another --profile.",
		);
	}
	return advice(
		"receivers",
		`no receiving program on the machine, but ${bootstrap}`,
		"Nothing to do: zulm push types its own receiver in first, which takes a minute or two.",
	);
}

/** Why no program was sent to look further. */
export function notProbed(id: string): Finding {
	return skipped(id, "no test program was run on the machine");
}

async function stems(ccp: Ccp, prefix: string): Promise<string[]> {
	const names = await ccp.directory(`${prefix}*.COM`);
	return names.map((name) => `${prefix}${name.replace(/\.COM$/, "")}`);
}
