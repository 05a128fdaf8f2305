/** `zulm emulate`: the emulated machine in real time behind a pseudo-terminal or a TCP port, until Ctrl-C. */
import type { Command } from "commander";
import { EXIT, ZulmError } from "../../base/errors.js";
import { RC2014 } from "../../emu/machine-config.js";
import { serve } from "../../emu/serve.js";
import { formatClock, formatCount } from "../../report/format.js";
import { type CommandResult, declare, handle, integer, type Run, type Session } from "../command.js";
import { keptDrive } from "../locations.js";
import { openDriveA } from "../target.js";

interface Options {
	readonly json?: never;
	readonly pty?: boolean;
	readonly tcp?: number;
	readonly drive?: string;
	readonly clock: number;
	readonly baud: number;
}

export function declareEmulate(program: Command, run: Run): void {
	const command = declare(program, "emulate", {
		summary: "serve the emulated machine in real time",
		description:
			"An RC2014-like machine (Z80, 68B50 ACIA, CP/M 2.2) that other programs, zulm in another window among them, can " +
			"use as if it were plugged in. The first line on stdout is what to give to --port. Ctrl-C ends it.",
		examples: ["zulm emulate --pty", "zulm emulate --tcp 2323 --drive ./disk"],
		json: false,
	})
		.option("--pty", "serve on a pseudo-terminal (not on Windows)")
		.option("--tcp <port>", "serve on a TCP port of this computer; 0 takes any free one", integer(0, 65535))
		.option("--drive <folder>", "folder to use as drive A: (default: the one that is kept between runs)")
		.option("--clock <hz>", "clock of the Z80", integer(100_000, 100_000_000), RC2014.clockHz)
		.option("--baud <rate>", "line speed", integer(300, 921_600), RC2014.baud);
	handle(run, command, emulateCommand);
}

async function emulateCommand({ io, out, signal }: Session, options: Options): Promise<CommandResult> {
	if ((options.pty === true) === (options.tcp !== undefined)) {
		throw new ZulmError("usage", "Say where to serve the machine: either --pty or --tcp PORT.", {
			hint: "See: zulm emulate --help",
		});
	}
	await serve({
		on: options.tcp === undefined ? { kind: "pty" } : { kind: "tcp", port: options.tcp },
		drive: openDriveA(io.env, options.drive),
		clockHz: options.clock,
		baud: options.baud,
		signal,
		onReady: (address, { config }) => {
			out.print(address);
			out.note(
				`${config.name}: Z80 at ${formatClock(config.clockHz)}, ${formatCount(config.baud)} baud, drive A: is ${options.drive ?? keptDrive(io.env)}`,
			);
			out.note(`In another window: zulm deploy --port ${address} --profile emulator`);
		},
	});
	return { json: null, exitCode: EXIT.interrupted };
}
