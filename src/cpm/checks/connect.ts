/**
 * From a port to a prompt: opened at the profile's rate, then, if nothing readable comes, at the others.
 *
 *   profile's rate: prompt ─► done │ readable ─► wake it │ silence, garbage ─► scan ─► nothing ─► wake it all the same
 *
 * Only the port that was asked for is opened, whatever comes back.
 */
import { type Finding, fault, skipped, well } from "../../base/finding.js";
import type { Link } from "../../transport/link.js";
import { printable } from "../../transport/printable.js";
import type { Profile } from "../../transport/profile.js";
import { Ccp, type CcpOptions } from "../ccp.js";
import { asFault } from "./as-fault.js";
import { knock, scanRates, USUAL_RATES } from "./speed.js";

export interface ConnectOptions extends CcpOptions {
	/** Closes the port and opens it at another rate. */
	readonly reopen: (baud: number) => Promise<Link>;
	/** The rate it is open at. */
	readonly baud: number;
	/** Why the rate cannot be varied (an emulated machine, a TCP server); undefined where it can. */
	readonly fixedRate?: string | undefined;
	/** Called before each rate is tried. */
	readonly onRate?: (baud: number) => void;
}

export interface Connection {
	/** Open at `baud`; undefined when the line was lost. */
	readonly link: Link | undefined;
	/** There is a prompt. */
	readonly atPrompt: boolean;
	readonly baud: number;
	readonly findings: readonly Finding[];
}

/** @param link the port, open. @throws ZulmError `interrupted`; closing the port is up to the caller */
export async function connect(link: Link, profile: Profile, options: ConnectOptions): Promise<Connection> {
	const { baud } = options;
	try {
		return await reach(link, profile, options);
	} catch (error) {
		return { link: undefined, atPrompt: false, baud, findings: [asFault("prompt", error)] };
	}
}

async function reach(link: Link, profile: Profile, options: ConnectOptions): Promise<Connection> {
	const { baud, reopen, fixedRate, signal, onRate } = options;
	const readable = well("speed", `${rate(baud)}: what comes back can be read`);
	if (fixedRate !== undefined) return { ...(await wake(link, profile, skipped("speed", fixedRate), options)), baud };
	onRate?.(baud);
	const answer = await knock(link, profile.prompts, signal);
	if (answer.kind === "prompt" || answer.kind === "readable") {
		return { ...(await wake(link, profile, readable, options)), baud };
	}
	const rates = USUAL_RATES.filter((other) => other !== baud);
	const found = await scanRates(profile.prompts, { open: reopen, rates, signal, onRate });
	if (found !== undefined) {
		const other = fault(
			"speed",
			`the prompt comes at ${rate(found.baud)}, not at ${rate(baud)}`,
			`Add --baud ${found.baud}, or set it in the profile.`,
		);
		return { ...(await wake(found.link, profile, other, options)), baud: found.baud };
	}
	const came = answer.text === "" ? "nothing" : `"${printable(answer.text.slice(0, 20))}"`;
	const none = fault(
		"speed",
		`no prompt at any of ${1 + rates.length} rates; at ${rate(baud)} came ${came}`,
		"Check power, cable (TX to RX) and that the machine's console is on this line.",
	);
	// A program that waits for something may be silent at the right rate.
	return { ...(await wake(await reopen(baud), profile, readable, options, none)), baud };
}

/** Wakes the machine, whatever it waits for. `silent`: what there is to say of the speed when it does not answer. */
async function wake(
	link: Link,
	profile: Profile,
	speed: Finding,
	options: CcpOptions,
	silent: Finding = speed,
): Promise<Omit<Connection, "baud">> {
	const ccp = new Ccp(link, profile, options);
	try {
		const prompt = well("prompt", `the machine shows its prompt, ${printable(await ccp.find())}`);
		return { link, atPrompt: true, findings: [speed, prompt] };
	} catch (error) {
		return { link, atPrompt: false, findings: [silent, asFault("prompt", error)] };
	} finally {
		ccp.close();
	}
}

function rate(baud: number): string {
	return `${baud.toLocaleString("en-US")} baud`;
}
