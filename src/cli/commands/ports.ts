/** `zulm ports`: the serial ports of this computer, adapters with a USB identity first. */
import type { Command } from "commander";
import { listPorts } from "../../transport/ports.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { portChoice } from "../target.js";

interface Options {
	readonly json?: boolean;
}

export function declarePorts(program: Command, run: Run): void {
	const command = declare(program, "ports", {
		summary: "list the serial ports of this computer",
		description:
			"Lists serial ports without opening any. `--port auto` takes the only one with a USB identity, and never a " +
			"computer's own port, which may drive anything.",
		examples: ["zulm ports"],
	});
	handle(run, command, portsCommand);
}

async function portsCommand({ out }: Session, _options: Options): Promise<CommandResult> {
	const ports = await listPorts();
	for (const port of ports) out.print(`${port.usb ? out.colors.green("●") : " "} ${portChoice(port).label}`);
	if (ports.length === 0) out.print("No serial ports. Plug an adapter in, or use --port emulator.");
	return { json: { ports } };
}
