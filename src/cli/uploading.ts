/** Putting a program on the target as `push`, `bench` and `deploy` share it: sent, verified, installed, and said so. */
import type { Command } from "commander";
import { type ResumedUpload, uploadResuming } from "../cpm/resume.js";
import type { VerifyResult } from "../report/results.js";
import { integer, type Session } from "./command.js";
import { pressEnter } from "./guided.js";
import { canAsk } from "./io.js";
import { describeTransfer, narrate } from "./narrate.js";
import type { Target } from "./target.js";

const DEFAULT_RESTARTS = 2;

export interface UploadingOptions {
	/** Send it even when the machine has it already. */
	readonly force?: boolean;
	/** How often to begin again after the line failed. */
	readonly retries?: number;
	/** How a person at a machine whose console is not on the line receives. */
	readonly way?: string;
}

export function addUploadingOptions(command: Command): Command {
	return command
		.option("--force", "send the program even when the machine has the same one already")
		.option(
			"--retries <n>",
			"begin again this often when the line fails or comes back",
			integer(0, 100),
			DEFAULT_RESTARTS,
		)
		.option(
			"--way <way>",
			"where a person types at the machine: which way of the profile (pc8801: xmodem-27, rx, pip)",
		);
}

export async function uploadProgram(
	{ io, out, signal }: Session,
	target: Target,
	image: Uint8Array,
	name: string,
	{ force, retries = DEFAULT_RESTARTS, way }: UploadingOptions = {},
): Promise<ResumedUpload> {
	const result = await uploadResuming(target.link, target.profile, image, {
		name,
		signal,
		force,
		way,
		ready: canAsk(io) ? () => pressEnter(io, "Press Enter when the machine waits.") : undefined,
		restarts: retries,
		reopen: target.reopen,
		onEvent: narrate(out),
		onRestart: (restart, because) => out.note(`  ${because.message} Starting again (${restart} of ${retries})`),
	});
	out.done(result.transfer.skipped ? "skipped" : "sent", `${result.name}: ${describeTransfer(result.transfer)}`);
	if (result.verify !== null) out.done("verified", describeVerification(result.verify));
	else out.note("  not verified: only programs packed by zulm can check themselves");
	return result;
}

export function describeVerification({ ok, expectedCrc16, deviceCrc16 }: VerifyResult): string {
	if (ok) return `the machine counts CRC ${expectedCrc16}, as packed`;
	return deviceCrc16 === null
		? `the machine gave no CRC; ${expectedCrc16} was expected`
		: `the machine counts CRC ${deviceCrc16}; ${expectedCrc16} was expected`;
}
