/** `zulm term`: a plain terminal on the line, for whatever zulm has no command for. */
import type { Command } from "commander";
import type { TermResult } from "../../report/results.js";
import { ByteReader } from "../../transport/byte-reader.js";
import type { Link } from "../../transport/link.js";
import { sendText } from "../../transport/send-text.js";
import { type CommandResult, declare, handle, number, type Run, type Session } from "../command.js";
import { typedLines } from "../keyboard.js";
import { screenText } from "../screen.js";
import { addTargetOptions, describeTarget, openTarget, type TargetOptions } from "../target.js";
import { KEYS_HELP, runTerminal } from "../terminal.js";

interface Options extends TargetOptions {
	readonly json?: boolean;
	readonly raw?: boolean;
	readonly quiet: number;
}

const CR = 0x0d;
/** A machine that prints without end does not keep the next line waiting for ever. */
const ENDLESS_S = 60;

export function declareTerm(program: Command, run: Run): void {
	const command = declare(program, "term", {
		summary: "a plain terminal on the machine's line",
		description:
			`Passes your keys to the machine and shows what it sends. ${KEYS_HELP} Control sequences from the machine are ` +
			"shown, not obeyed, unless --raw is given.\n\n" +
			"Without a terminal, it types the lines of standard input, each when the machine has become quiet, and ends with " +
			"them.",
		examples: [
			"zulm term --port /dev/ttyUSB0 --baud 115200",
			"zulm term --port emulator --log session.jsonl",
			"echo DIR | zulm term --port emulator",
		],
		machine: true,
	})
		.option("--raw", "pass everything from the machine to this terminal, control sequences too")
		.option(
			"--quiet <seconds>",
			"without a terminal: type the next line when the machine has been quiet for so long",
			number(0.05, 600),
			1,
		);
	handle(run, addTargetOptions(command), termCommand);
}

async function termCommand(session: Session, options: Options): Promise<CommandResult> {
	const { io, out } = session;
	const raw = options.raw === true;
	const target = await openTarget(session, options);
	try {
		const { link, counts } = counted(target.link);
		const show = (bytes: Uint8Array): void => {
			if (raw) out.bytes(bytes);
			else out.write(screenText(bytes));
		};
		out.note(describeTarget(target.result));
		if (io.stdin.isTTY === true) {
			out.note(KEYS_HELP);
			await runTerminal(session, link, { show, raw });
			out.note("");
		} else {
			link.onData(show);
			await typeLines(session, link, options.quiet);
		}
		const json: TermResult = { link: target.result.link, ...counts };
		return { json };
	} finally {
		await target.close();
	}
}

/** Types the lines of standard input, each when the machine is quiet, and waits for what the last one brings. */
async function typeLines(session: Session, link: Link, quietS: number): Promise<void> {
	const { io, signal } = session;
	const reader = new ByteReader(link);
	const lost = new AbortController();
	const stopWaiting = link.onClose(() => lost.abort());
	const untilQuiet = async (): Promise<void> => {
		const startS = link.clock.now();
		while (link.clock.now() - startS < ENDLESS_S && (await reader.read(quietS, signal)).length > 0);
	};
	try {
		await untilQuiet();
		for await (const line of typedLines(io, AbortSignal.any([signal, lost.signal]))) {
			await sendText(link, Uint8Array.of(...line, CR), { reader, signal });
			await untilQuiet();
		}
		// Says so when it was Ctrl-C or a lost line that ended the loop.
		await untilQuiet();
	} finally {
		stopWaiting();
		reader.close();
	}
}

/** `link`, and how many bytes have crossed it. */
function counted(link: Link): { readonly link: Link; readonly counts: { sent: number; received: number } } {
	const counts = { sent: 0, received: 0 };
	link.onData((bytes) => {
		counts.received += bytes.length;
	});
	const counting: Link = {
		clock: link.clock,
		controlLines: link.controlLines,
		describe: () => link.describe(),
		write: (bytes) => {
			counts.sent += bytes.length;
			return link.write(bytes);
		},
		drain: () => link.drain(),
		onData: (listener) => link.onData(listener),
		onClose: (listener) => link.onClose(listener),
		close: () => link.close(),
	};
	return { link: counting, counts };
}
