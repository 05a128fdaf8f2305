/**
 * A file from the machine: a sending program is started there, XMODEM brings the bytes, each block's CRC checked.
 *
 *   "SX NOTE.TXT"  ►  "SX?" → not there, try the next       ►  C … blocks … EOT  ►  "SX OK"
 *
 * Senders are data (profiles/senders.toml). The bytes are whole records, as CP/M keeps them; a text ends at its ^Z.
 * Nothing is changed on the machine.
 */
import { ZulmError } from "../base/errors.js";
import { bytesToText } from "../transport/byte-reader.js";
import type { Link } from "../transport/link.js";
import type { SenderProfile } from "../transport/machine-programs.js";
import { printable } from "../transport/printable.js";
import type { Profile } from "../transport/profile.js";
import { type Received, receiveXmodem } from "../transport/xmodem/receive-xmodem.js";
import { Ccp, type CcpOptions } from "./ccp.js";
import { listedFault, withLastWords } from "./last-words.js";
import { isUnknownCommand, saysNoFile } from "./messages.js";
import { cpmName } from "./names.js";

export interface Pull {
	readonly name: string;
	/** Which sending program gave it. */
	readonly sender: string;
	readonly received: Received;
}

/** Programs load from floppy, then say something or wait in silence for our C. */
const BANNER_QUIET_S = 1;
const BANNER_S = 20;

/**
 * Fetches `name` from the machine's current drive.
 * @throws ZulmError `name-invalid`, `no-receiver` (no sending program), `machine-refused` (no such file), `no-answer`,
 * `no-prompt`, `transfer-cancelled`, `transfer-failed`, `line-lost`, `interrupted`
 */
export async function pull(link: Link, profile: Profile, fileName: string, options: CcpOptions = {}): Promise<Pull> {
	const name = cpmName(fileName);
	const ccp = new Ccp(link, profile, options);
	try {
		for (const sender of profile.senders) {
			await ccp.find();
			const received = await pullWith(ccp, sender, name, options);
			if (received) return { name, sender: sender.id, received };
		}
	} finally {
		ccp.close();
	}
	const tried = profile.senders.map(({ command }) => command.split(" ")[0]).join(", ");
	throw new ZulmError("no-receiver", `The machine has no sending program: none of ${tried} is on its drive.`, {
		hint: "Change to the drive that holds one.",
	});
}

/** @returns undefined when the machine does not have this program */
async function pullWith(
	ccp: Ccp,
	sender: SenderProfile,
	name: string,
	options: CcpOptions,
): Promise<Received | undefined> {
	const { link, reader } = ccp.console;
	const command = sender.command.replace("{name}", name);
	await ccp.enter(command);
	const { bytes } = await reader.readQuiet(BANNER_QUIET_S, BANNER_S, options.signal);
	const banner = bytesToText(bytes);
	if (isUnknownCommand(banner, command)) return undefined;
	const check = (heard: string): void => {
		if (saysNoFile(heard) || /not found|can't open/i.test(heard)) throw noFile(name);
		const fault = listedFault(sender.failure, heard);
		if (fault) throw fault;
		if (ccp.waitingIn(heard) === "prompt") throw refused(command, heard);
	};
	check(banner);
	let received: Received;
	try {
		received = await receiveXmodem(link, {
			reader,
			signal: options.signal,
			onText: (text) => check(banner + text),
		});
	} catch (error) {
		throw await withLastWords(ccp, sender.failure, error);
	}
	const said = await ccp.untilPrompt();
	const praised = sender.success.some((success) => said.toLowerCase().includes(success.toLowerCase()));
	if (sender.success.length > 0 && !praised) throw refused(command, said);
	return received;
}

function noFile(name: string): ZulmError {
	return new ZulmError("machine-refused", `There is no ${name} on the machine's current drive.`, {
		hint: "Look with DIR at the machine's prompt; a system file is not listed, but can be sent.",
	});
}

function refused(command: string, said: string): ZulmError {
	return new ZulmError(
		"machine-refused",
		`"${command}" did not send: it said "${printable(said.trim().slice(-80))}".`,
		{
			hint: "Try the command at the machine's own prompt.",
		},
	);
}
