/** `zulm chat`: talk to the program on the machine, or have a script talk to it and compare the replies. */
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { EXIT } from "../../base/errors.js";
import { type ChatReply, ChatSession } from "../../cpm/chat.js";
import { readModel } from "../../model/npz.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { chatLine, countDiffering, printReply, referenceOf } from "../conversation.js";
import { canAsk } from "../io.js";
import { narrate } from "../narrate.js";
import { visible } from "../output.js";
import { readScript } from "../script.js";
import { addTargetOptions, describeTarget, openTarget, type Target, type TargetOptions } from "../target.js";

interface Options extends TargetOptions {
	readonly json?: boolean;
	readonly as: string;
	readonly script?: string;
	readonly model?: string;
}

export function declareChat(program: Command, run: Run): void {
	const command = declare(program, "chat", {
		summary: "chat with the program on the machine",
		description:
			"Starts the program on the machine and passes on what you type; an empty line or Ctrl-D ends it. With --script, or " +
			"with lines on standard input, it asks those queries instead. With --model every reply is compared with what the " +
			"integer reference says.",
		examples: [
			"zulm chat --port /dev/ttyUSB0",
			"zulm chat --port emulator --script fixtures/chats/smalltalk.txt --model smalltalk.npz",
		],
		no: "a reply differs from the reference (with --model)",
		machine: true,
	})
		.option("--as <name>", "name of the program on the machine", "CHAT.COM")
		.option("--script <file>", "queries to ask, one a line")
		.option("--model <file>", "the model the program was packed from (.npz)");
	handle(run, addTargetOptions(command), chatCommand);
}

async function chatCommand(session: Session, options: Options): Promise<CommandResult> {
	const { out } = session;
	const script = options.script === undefined ? undefined : readScript(options.script);
	const expect = options.model === undefined ? undefined : referenceOf(readModel(options.model).network);
	const target = await openTarget(session, options);
	try {
		out.note(describeTarget(target.result));
		const interactive = script === undefined && canAsk(session.io);
		const { replies, interrupted = false } = interactive
			? await talk(session, target, options.as, expect)
			: { replies: await askAll(session, target, options.as, script ?? linesOf(session), expect) };
		const chat = replies.map(chatLine);
		const differing = countDiffering(chat);
		if (differing > 0) out.note(`zulm: ${differing} of ${chat.length} replies differ from the reference.`);
		return { json: { chat }, exitCode: interrupted ? EXIT.interrupted : differing > 0 ? EXIT.no : EXIT.done };
	} finally {
		await target.close();
	}
}

type Expect = ((query: string) => string) | undefined;

async function askAll(
	{ out, signal }: Session,
	target: Target,
	name: string,
	queries: Iterable<string> | AsyncIterable<string>,
	expect: Expect,
): Promise<ChatReply[]> {
	const chat = await ChatSession.open(target.link, target.profile, name, { signal, onEvent: narrate(out), expect });
	try {
		const replies: ChatReply[] = [];
		for await (const query of queries) {
			const reply = await chat.ask(query);
			replies.push(reply);
			printReply(out, reply);
		}
		await chat.leave();
		return replies;
	} finally {
		chat.close();
	}
}

/** Queries on standard input; blank lines are passed over. */
async function* linesOf({ io }: Session): AsyncGenerator<string> {
	for await (const line of createInterface({ input: io.stdin })) if (line.trim() !== "") yield line;
}

interface Talk {
	readonly replies: ChatReply[];
	/** It was Ctrl-C that ended it. */
	readonly interrupted?: boolean;
}

/** A person types, the machine's characters appear as they arrive. */
async function talk(session: Session, target: Target, name: string, expect: Expect): Promise<Talk> {
	const { io, out, signal } = session;
	const chat = await ChatSession.open(target.link, target.profile, name, {
		signal,
		onEvent: narrate(out),
		expect,
		onText: (text) => out.write(out.colors.green(visible(text))),
	});
	const lines = createInterface({ input: io.stdin, output: io.stderr, prompt: "you> " });
	let interrupted = false;
	const stop = () => {
		interrupted = true;
		lines.close();
	};
	signal.addEventListener("abort", stop, { once: true });
	lines.on("SIGINT", stop);
	const replies: ChatReply[] = [];
	try {
		out.note("Type something; an empty line ends the chat.");
		lines.prompt();
		let left = false;
		for await (const line of lines) {
			left = line.trim() === "";
			if (left) break;
			const reply = await chat.ask(line);
			out.print(reply.ok ? "" : out.colors.red(`  (the reference says ${visible(reply.expected ?? "")})`));
			replies.push(reply);
			lines.prompt();
		}
		// After Ctrl-C and Ctrl-D the cursor still stands behind the prompt.
		if (!left) out.note("");
		await chat.leave();
		return { replies, interrupted };
	} finally {
		signal.removeEventListener("abort", stop);
		lines.close();
		chat.close();
	}
}
