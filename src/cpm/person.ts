/**
 * Programs on a machine whose console is not on the line, and which talk over it all the same (`zulm pack --console aux`):
 * a person starts them, and the line shows that they run.
 */
import { ZulmError } from "../base/errors.js";
import type { CcpOptions } from "./ccp.js";
import type { MachineConsole } from "./console.js";

/** To walk over and type a line. */
const PATIENCE_S = 600;

/**
 * Asks a person to type `command` at the machine, and waits until `sign` comes over the line.
 * @returns what came
 * @throws ZulmError `no-answer` after ten minutes without a sign, `line-lost`, `interrupted`
 */
export async function startedByPerson(
	console: MachineConsole,
	command: string,
	sign: RegExp,
	{ onEvent }: CcpOptions,
): Promise<string> {
	onEvent?.({
		type: "instructions",
		title: "Start the program at the machine",
		steps: [`At the machine, type:  ${command}  and press RETURN.`],
	});
	const heard = await console.untilMatch(sign, PATIENCE_S);
	if (sign.test(heard)) return heard;
	throw new ZulmError("no-answer", `Nothing of ${command} came over the line.`, {
		hint: "Only a program packed with --console aux talks over it; check that it runs.",
	});
}
