/** `zulm doctor`: looks at this computer, the port and the machine, and says what is wrong and what to do about it. */
import type { Command } from "commander";
import { EXIT } from "../../base/errors.js";
import { type Finding, skipped, well } from "../../base/finding.js";
import { asFault } from "../../cpm/checks/as-fault.js";
import { connect } from "../../cpm/checks/connect.js";
import { checkMachine, MACHINE_CHECKS } from "../../cpm/checks/machine.js";
import { checkSelf } from "../../cpm/checks/self-test.js";
import { TEMPORARY_NAME } from "../../cpm/names.js";
import { assembleReceiver, RECEIVER_NAME } from "../../cpm/receiver.js";
import { openEmulatorLink } from "../../emu/emulator-link.js";
import { MemoryDrive } from "../../emu/memory-drive.js";
import type { DoctorResult } from "../../report/results.js";
import { checkAccess } from "../../transport/checks/access.js";
import { checkControlLines } from "../../transport/checks/control-lines.js";
import { checkHolders } from "../../transport/checks/holders.js";
import { checkLatencyTimer } from "../../transport/checks/latency-timer.js";
import { checkChoice, checkPorts } from "../../transport/checks/ports.js";
import { checkNode, checkPackages } from "../../transport/checks/software.js";
import type { Link } from "../../transport/link.js";
import { listPorts, parsePortSpec } from "../../transport/ports.js";
import { loadProfile } from "../../transport/profile.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { narrate } from "../narrate.js";
import { type Output, visible } from "../output.js";
import { findProfile } from "../profiles.js";
import { addTargetOptions, describeTarget, openTarget, type Target, type TargetOptions } from "../target.js";

interface Options extends TargetOptions {
	readonly json?: boolean;
	readonly probe: boolean;
}

export function declareDoctor(program: Command, run: Run): void {
	const command = declare(program, "doctor", {
		summary: "look for what would stop a deploy, and say what to do about it",
		description:
			"Checks this computer (Node, packages, ports, permissions, who has the port open, USB latency timer), itself on " +
			"the emulator, and the machine on the port: speed, prompt, control lines, echo, flow control, receivers, memory, " +
			"8-bit cleanliness. Only the port you name is opened or written to; without --port, only the single USB adapter.\n\n" +
			`At the machine it types at the prompt and erases the line again, and it puts a small program on the current drive, ` +
			`${TEMPORARY_NAME}, runs it and erases it; with --no-probe the disk is only read.\n\n` +
			"✓ is fine, ! works and could be better, ✗ stops a deploy, – was not checked. With --json these are ok true without " +
			"a remedy, ok true with one, ok false, and ok null.",
		examples: ["zulm doctor", "zulm doctor --port /dev/ttyUSB0 --profile rc2014-romwbw", "zulm doctor --port emulator"],
		no: "something was found that stops a deploy",
		machine: true,
	}).option("--no-probe", "write nothing to the machine's disk (memory and bit 7 are then not checked)");
	handle(run, addTargetOptions(command), doctorCommand);
}

async function doctorCommand(session: Session, options: Options): Promise<CommandResult> {
	const spec = parsePortSpec(options.port);
	if (options.profile !== undefined) findProfile(session.io.env, options.profile);
	const report = new Report(session.out);
	report.add(checkNode());
	for (const finding of await checkPackages()) report.add(finding);
	const ports = await listPorts();
	report.add(checkPorts(ports));
	report.add(await selfTest(session));
	const chosen = checkChoice(options.port, spec, ports);
	report.add(chosen.finding);
	if (chosen.path !== undefined) checkDevice(report, chosen.path);
	const usable = chosen.port !== undefined && report.isWell("permission") && report.isWell("busy");
	const reached = usable && (await examine(session, { ...options, port: chosen.port }, report));
	if (!reached) report.skipMissing(["open", "speed", "prompt", ...MACHINE_CHECKS], "no machine was reached");
	const json: DoctorResult = { checks: report.findings };
	return { json, exitCode: reached ? (report.stops ? EXIT.no : EXIT.done) : EXIT.line };
}

function checkDevice(report: Report, path: string): void {
	report.add(checkAccess(path));
	if (!report.isWell("permission")) return;
	report.add(checkHolders(path));
	report.add(checkLatencyTimer(path));
}

/** @returns whether there was a machine to look at */
async function examine(session: Session, options: Options, report: Report): Promise<boolean> {
	const { out, signal } = session;
	const line = new Line(session, options);
	try {
		const target = await line.open().catch((error) => void report.add(asFault("open", error)));
		if (target === undefined) return false;
		report.add(well("open", describeTarget(target.result)));
		const { profile, result } = target;
		if (!profile.consoleOnLine) {
			report.add(await checkControlLines(target.link, profile.line.rtscts, signal));
			const why = `the console of a ${profile.name} is not on the line`;
			report.skipMissing(["speed", "prompt", ...MACHINE_CHECKS], why);
			return true;
		}
		const connection = await connect(target.link, profile, {
			reopen: async (baud) => (await line.open(baud)).link,
			baud: result.link.baud ?? profile.line.baud,
			fixedRate: FIXED_RATES[result.link.kind],
			signal,
			onEvent: narrate(out),
			onRate: (baud) => out.progress("asking", `for a prompt at ${baud} baud`),
		});
		for (const finding of connection.findings) report.add(finding);
		const { link, atPrompt } = connection;
		if (link === undefined || !atPrompt) return false;
		if (options.probe) out.note(`  (${TEMPORARY_NAME} is put on the machine's current drive, run, and erased)`);
		await checkMachine(link, profile, {
			probe: options.probe,
			signal,
			onEvent: narrate(out),
			onFinding: (finding) => report.add(finding),
		});
		return true;
	} finally {
		await line.close();
	}
}

const FIXED_RATES: Readonly<Record<ReturnType<Link["describe"]>["kind"], string | undefined>> = {
	serial: undefined,
	tcp: "the far side of a TCP port sets its rate",
	emulator: "an emulated machine keeps to its own rate",
};

/** The one port, opened again for each rate. */
class Line {
	#target: Target | undefined;

	constructor(
		private readonly session: Session,
		private readonly options: Options,
	) {}

	/** Opens it at a rate, or at that of the options or the profile; what was open before is closed. */
	async open(baud?: number): Promise<Target> {
		await this.close();
		this.#target = await openTarget(this.session, baud === undefined ? this.options : { ...this.options, baud });
		return this.#target;
	}

	async close(): Promise<void> {
		await this.#target?.close();
		this.#target = undefined;
	}
}

/** The findings so far, each printed when it is made. */
class Report {
	readonly findings: Finding[] = [];

	constructor(private readonly out: Output) {}

	get stops(): boolean {
		return this.findings.some(({ ok }) => ok === false);
	}

	add(finding: Finding): void {
		this.findings.push(finding);
		const { id, ok, remedy } = finding;
		const { green, red, yellow, dim } = this.out.colors;
		const mark = ok === false ? red("✗") : ok === null ? dim("–") : remedy === null ? green("✓") : yellow("!");
		const advice = remedy === null ? "" : ` → ${remedy}`;
		this.out.print(`${mark} ${id.padEnd(13)} ${visible(`${finding.finding}${advice}`)}`);
	}

	/** Not found wanting. */
	isWell(id: string): boolean {
		return !this.findings.some((finding) => finding.id === id && finding.ok === false);
	}

	/** Checks that were not made are named, too. */
	skipMissing(ids: readonly string[], why: string): void {
		for (const id of ids) if (!this.findings.some((finding) => finding.id === id)) this.add(skipped(id, why));
	}
}

async function selfTest({ signal }: Session): Promise<Finding> {
	const drive = new MemoryDrive({ files: new Map([[RECEIVER_NAME, assembleReceiver("68b50")]]) });
	const { link } = openEmulatorLink({ drive });
	try {
		return await checkSelf(link, loadProfile("emulator"), { signal });
	} finally {
		await link.close();
	}
}
