/** `zulm emulate`: the emulated machine in real time behind a pseudo-terminal or a TCP port, until Ctrl-C. */
import { type Command, Option } from "commander";
import { EXIT, ZulmError } from "../../base/errors.js";
import { MACHINES, type MachineName } from "../../emu/machine-config.js";
import { serve } from "../../emu/serve.js";
import { UART_NAMES, type UartName } from "../../emu/uart.js";
import { formatClock, formatCount } from "../../report/format.js";
import type { EmulateResult } from "../../report/results.js";
import { type CommandResult, declare, handle, integer, number, type Run, type Session } from "../command.js";
import { commandLine } from "../command-line.js";
import { attachScreen, SCREEN_HELP } from "../machine-screen.js";
import { DEFAULT_MACHINE, keptFolder, machineOption, openDriveA, PROFILES } from "../target.js";

interface Options {
	readonly json?: boolean;
	readonly pty?: boolean;
	readonly tcp?: number;
	readonly drive?: string;
	readonly machine?: MachineName;
	readonly clock?: number;
	readonly baud?: number;
	readonly diskStall?: number;
	readonly bootLoader?: boolean;
	readonly stripBit7?: boolean;
	readonly uart?: UartName;
}

export function declareEmulate(program: Command, run: Run): void {
	const command = declare(program, "emulate", {
		summary: "serve the emulated machine in real time",
		description:
			"An RC2014-like machine (Z80, 68B50 ACIA, CP/M 2.2), or another one, that other programs, zulm in another window " +
			"among them, can use as if it were plugged in. The first line on stdout is what to give to --port; " +
			"with --json an object with it is printed once the machine can be reached. Ctrl-C ends it.",
		examples: ["zulm emulate --pty", "zulm emulate --tcp 2323 --drive ./disk", "zulm emulate --pty --machine bare"],
	})
		.option("--pty", "serve on a pseudo-terminal (not on Windows)")
		.option("--tcp <port>", "serve on a TCP port of this computer; 0 takes any free one", integer(0, 65535))
		.option("--drive <folder>", "folder to use as drive A: (default: the one that is kept between runs)")
		.addOption(machineOption())
		.option("--clock <hz>", "clock of the Z80 (default: the machine's)", integer(100_000, 100_000_000))
		.option("--baud <rate>", "line speed (default: the machine's)", integer(300, 921_600))
		.option("--disk-stall <seconds>", "how long one flush of the disk takes (default: the machine's)", number(0, 60))
		.addOption(new Option("--uart <chip>", "serial chip (default: the machine's)").choices(UART_NAMES))
		.option("--boot-loader", "stop in the machine's boot loader, where it has one, instead of going on to CP/M")
		.option("--strip-bit7", "the machine's BIOS clears bit 7 of what is typed");
	handle(run, command, emulateCommand);
}

async function emulateCommand(session: Session, options: Options): Promise<CommandResult> {
	const { io, out } = session;
	if ((options.pty === true) === (options.tcp !== undefined)) {
		throw new ZulmError("usage", "Say where to serve the machine: either --pty or --tcp PORT.", {
			hint: "See: zulm emulate --help",
		});
	}
	const { machine: name = DEFAULT_MACHINE } = options;
	const machine = MACHINES[name];
	const leaving = new AbortController();
	let detach = (): void => {};
	const serving = serve({
		...machine,
		on: options.tcp === undefined ? { kind: "pty" } : { kind: "tcp", port: options.tcp },
		drive: openDriveA(io.env, options.drive, name),
		clockHz: options.clock ?? machine.clockHz,
		baud: options.baud ?? machine.baud,
		diskStallS: options.diskStall ?? machine.diskStallS,
		stopInLoader: options.bootLoader ?? machine.stopInLoader,
		stripBit7: options.stripBit7 ?? machine.stripBit7,
		uart: options.uart ?? machine.uart,
		signal: AbortSignal.any([session.signal, leaving.signal]),
		onReady: (address, { config, screen }) => {
			const drive = options.drive ?? keptFolder(io.env, name);
			const result: EmulateResult = {
				port: address,
				machine: config.name,
				clockHz: config.clockHz,
				baud: config.baud,
				drive,
			};
			if (out.json) out.object(result);
			else out.print(address);
			out.note(
				`${config.name}: Z80 at ${formatClock(config.clockHz)}, ${formatCount(config.baud)} baud, drive A: is ${drive}`,
			);
			const deploy = ["deploy", "--port", address, "--profile", PROFILES[name]];
			out.note(`In another window: ${commandLine(io.env, deploy)}`);
			if (screen === undefined) return;
			out.note(SCREEN_HELP);
			detach = attachScreen(session, screen, () => leaving.abort());
		},
	});
	await serving.finally(() => detach());
	return { exitCode: EXIT.interrupted };
}
