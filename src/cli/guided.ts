/**
 * Bare `zulm` on a terminal: asks what, where and under which name, and turns the answers into the `zulm deploy`
 * command line that does the same, so that the next time nobody has to be asked.
 */
import { readdirSync } from "node:fs";
import { createPromptModule } from "inquirer";
import type { CliIo } from "./io.js";
import { shippedFile, stemOf } from "./locations.js";

/** A port as the list shows it. */
export interface PortChoice {
	/** What `--port` takes. */
	readonly port: string;
	readonly label: string;
}

export interface Answers {
	/** Path of a model or corpus; empty for the bundled smalltalk. */
	readonly what: string;
	readonly port: string;
	readonly profile: string;
	readonly name: string;
}

const OTHER = "\0other";

/** Asks on the terminal. @throws inquirer's ExitPromptError on Ctrl-C */
export async function ask(io: CliIo, ports: readonly PortChoice[], profiles: readonly string[]): Promise<Answers> {
	const prompt = createPromptModule({ input: io.stdin, output: io.stderr as NodeJS.WriteStream });
	const { what } = await prompt([
		{ type: "select", name: "what", message: "What shall the machine learn?", choices: whatChoices(process.cwd()) },
	]);
	const path =
		what === OTHER
			? (await prompt([{ type: "input", name: "path", message: "Path of a corpus or model:", required: true }])).path
			: what;
	const { port } = await prompt([
		{
			type: "select",
			name: "port",
			message: "Which machine?",
			choices: [
				...ports.map(({ port: value, label }) => ({ name: label, value })),
				{ name: "the bundled emulator (RC2014-like)", value: "emulator" },
			],
		},
	]);
	const { profile, name } = await prompt([
		{
			type: "select",
			name: "profile",
			message: "Which machine profile?",
			choices: profiles.map((value) => ({ name: value, value })),
			default: port === "emulator" ? "emulator" : "generic",
		},
		{ type: "input", name: "name", message: "Name of the program on the machine:", default: "CHAT.COM" },
	]);
	return { what: path, port, profile, name };
}

/** Waits for Enter. @throws inquirer's ExitPromptError on Ctrl-C */
export async function pressEnter(io: CliIo, message: string): Promise<void> {
	const prompt = createPromptModule({ input: io.stdin, output: io.stderr as NodeJS.WriteStream });
	await prompt([{ type: "input", name: "enter", message }]);
}

/** Asks which of several ports is meant. */
export async function choose(io: CliIo, message: string, ports: readonly PortChoice[]): Promise<string> {
	const prompt = createPromptModule({ input: io.stdin, output: io.stderr as NodeJS.WriteStream });
	const choices = ports.map(({ port: value, label: name }) => ({ name, value }));
	return (await prompt([{ type: "select", name: "port", message, choices }])).port;
}

/** The arguments of the `zulm` that does the same without asking. */
export function deployArgs({ what, port, profile, name }: Answers): string[] {
	return ["deploy", ...(what === "" ? [] : [what]), "--port", port, "--profile", profile, "--as", name];
}

function whatChoices(folder: string): { name: string; value: string }[] {
	const here = readdirSync(folder)
		.filter((file) => /\.npz$/i.test(file))
		.sort();
	return [
		{ name: "small talk (bundled corpus, trained now)", value: "" },
		{ name: "guess the secret (bundled corpus, trained now)", value: shippedFile("fixtures/corpora/guess.txt") },
		...here.map((file) => ({ name: `${stemOf(file)} (model ${file})`, value: file })),
		{ name: "another corpus or model …", value: OTHER },
	];
}
