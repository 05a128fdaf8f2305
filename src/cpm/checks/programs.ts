/**
 * Which programs that a deploy can use are on the machine's drives. Reads only.
 *
 *   RX XM XMODEM PCGET DOWNLOAD: receive a file       PIP with LOAD or HEXCOM, DDT or SID: take one that is typed in
 *
 * DIR does not list system files. A receiver among them is found when it is used; the tools are asked for by name. Asked
 * one by one, because a whole directory may stop after a page (CP/M 3).
 */
import { ZulmError } from "../../base/errors.js";
import { advice, type Finding, fault, skipped, well } from "../../base/finding.js";
import type { Profile } from "../../transport/profile.js";
import type { Ccp } from "../ccp.js";
import { stemOf, TEMPORARY_NAME } from "../names.js";

/** A program may load from floppy before it refuses. */
const REFUSAL_S = 20;
const LOADERS = ["LOAD", "HEXCOM"] as const;
const DEBUGGERS = ["DDT", "SID"] as const;

/**
 * The profile's receiving programs that DIR lists, on the current drive or else on one that the profile names.
 * @returns such as `["RX"]` or `["B:XM"]`
 * @throws ZulmError as `Ccp.directory` for the current drive
 */
export async function findReceivers(ccp: Ccp, profile: Profile): Promise<string[]> {
	const verbs = [...new Set(profile.receivers.map(({ command }) => command.split(" ")[0] as string))];
	return listed(ccp, profile, verbs);
}

/**
 * How a receiver can be typed in: "PIP and LOAD", "DDT"; undefined when it cannot.
 * @throws ZulmError as `Ccp.directory` for the current drive
 */
export async function findBootstrap(ccp: Ccp, profile: Profile): Promise<string | undefined> {
	if (await has(ccp, profile, "PIP")) {
		for (const loader of LOADERS) if (await has(ccp, profile, loader)) return `PIP and ${loader}`;
	}
	const [debug] = await listed(ccp, profile, DEBUGGERS);
	return debug;
}

/** What the directories alone say about receiving. `bootstrap`: where there is no receiver. */
export function listedReceivers(receivers: readonly string[], bootstrap: string | undefined): Finding {
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

/** On many disks of CP/M 3 the tools are system files: what is not listed is asked for. */
async function has(ccp: Ccp, profile: Profile, verb: string): Promise<boolean> {
	return (await listed(ccp, profile, [verb])).length > 0 || (await answers(ccp, verb));
}

/** PIP says INVALID FORMAT to a lone name, LOAD and HEXCOM CANNOT OPEN SOURCE; none of them does anything. */
async function answers(ccp: Ccp, verb: string): Promise<boolean> {
	return !(await ccp.run(`${verb} ${stemOf(TEMPORARY_NAME)}`, REFUSAL_S)).unknown;
}

/** Which of the programs DIR lists, on the first drive that has any. */
async function listed(ccp: Ccp, profile: Profile, verbs: readonly string[]): Promise<string[]> {
	for (const prefix of ["", ...profile.toolDrives.map((drive) => `${drive}:`)]) {
		const found: string[] = [];
		try {
			for (const verb of verbs) {
				if ((await ccp.directory(`${prefix}${verb}.COM`)).length > 0) found.push(`${prefix}${verb}`);
			}
		} catch (error) {
			// A drive that is not there has no programs.
			if (prefix === "" || !(error instanceof ZulmError) || error.code !== "machine-refused") throw error;
		}
		if (found.length > 0) return found;
	}
	return [];
}
