/** `zulm pull NAME.EXT`: a file from the machine, whole or not at all. */
import type { Command } from "commander";
import { crc16 } from "../../base/crc16.js";
import { checkWritable, writeFileAtomic } from "../../base/files.js";
import { cpmName } from "../../cpm/names.js";
import { pull } from "../../cpm/pull.js";
import { hexWord } from "../../cpm/verify.js";
import { formatCount } from "../../report/format.js";
import type { PullResult } from "../../report/results.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { describeTransfer, narrate } from "../narrate.js";
import { addTargetOptions, describeTarget, openTarget, type TargetOptions } from "../target.js";

interface Options extends TargetOptions {
	readonly json?: boolean;
	readonly output?: string;
}

export function declarePull(program: Command, run: Run): void {
	const command = declare(program, "pull", {
		summary: "fetch a file from the machine",
		description:
			"Starts a sending program on the machine (SX, XM or XMODEM) and takes the file with XMODEM, each block's CRC " +
			"checked. The file on this side appears only when all of it has come. It has whole records of 128 bytes, as CP/M " +
			"keeps them.",
		examples: ["zulm pull CHAT.COM --port /dev/ttyUSB0", "zulm pull NOTES.TXT -o notes.txt"],
		machine: true,
	})
		.argument("<name>", "file on the machine's current drive")
		.option("-o, --output <file>", "file to write (default: the name, here)");
	handle(run, addTargetOptions(command), pullCommand);
}

async function pullCommand(session: Session, options: Options, given: string): Promise<CommandResult> {
	const { out, signal } = session;
	const name = cpmName(given);
	const path = options.output ?? name;
	checkWritable(path);
	const target = await openTarget(session, options);
	try {
		out.done("connected", describeTarget(target.result));
		const { received, sender } = await pull(target.link, target.profile, name, { signal, onEvent: narrate(out) });
		writeFileAtomic(path, received.data);
		const { protocol, blockSize, bytes, seconds, bytesPerSecond, retries } = received;
		const transfer = { protocol, blockSize, bytes, seconds, bytesPerSecond, retries };
		const json: PullResult = {
			target: target.result,
			name,
			path,
			sender,
			crc16: hexWord(crc16(received.data)),
			transfer,
		};
		out.done(
			"fetched",
			`${path}: ${describeTransfer({ ...transfer, restarts: 0, skipped: false, bootstrapped: false })}`,
		);
		out.note(`  ${formatCount(bytes)} bytes, CRC ${json.crc16}`);
		return { json };
	} finally {
		await target.close();
	}
}
