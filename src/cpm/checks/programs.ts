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

/** Tools that make a program of what is typed. */
const TOOLS = ["PIP", "LOAD", "HEXCOM", "DDT", "SID"] as const;

/**
 * Asks for each program by name, because a whole directory may stop after a page (CP/M 3). The current drive first; those
 * that the profile names while no receiver was found.
 * @throws ZulmError as `Ccp.directory` for the current drive
 */
export async function findPrograms(ccp: Ccp, profile: Profile): Promise<Programs> {
	const verbs = [...new Set(profile.receivers.map(({ command }) => command.split(" ")[0] as string))];
	const receivers = await listed(ccp, "", verbs);
	const tools = await listed(ccp, "", TOOLS);
	for (const drive of profile.toolDrives) {
		if (receivers.length > 0) break;
		try {
			receivers.push(...(await listed(ccp, `${drive}:`, verbs)));
			tools.push(...(await listed(ccp, `${drive}:`, TOOLS)));
		} catch (error) {
			// A drive that is not there has no programs.
			if (!(error instanceof ZulmError) || error.code !== "machine-refused") throw error;
		}
	}
	const has = (verb: string) => tools.some((tool) => tool.replace(/^[A-P]:/, "") === verb);
	const loader = ["LOAD", "HEXCOM"].find(has);
	const bootstrap = loader !== undefined && has("PIP") ? `PIP and ${loader}` : ["DDT", "SID"].find(has);
	return { receivers, bootstrap };
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

/** Which of the programs DIR lists on a drive ("" or "B:"). */
async function listed(ccp: Ccp, prefix: string, verbs: readonly string[]): Promise<string[]> {
	const found: string[] = [];
	for (const verb of verbs) {
		if ((await ccp.directory(`${prefix}${verb}.COM`)).length > 0) found.push(`${prefix}${verb}`);
	}
	return found;
}
