import { describe, expect, it } from "vitest";
import type { Link } from "../../transport/link.js";
import { loadProfile } from "../../transport/profile.js";
import { loopback } from "../../transport/simulation/loopback.js";
import { SimulatedClock } from "../../transport/simulation/simulated-clock.js";
import { EmulatedMachine } from "../testing/emulated-machine.js";
import { ScriptedMachine } from "../testing/scripted-machine.js";
import { garble, tamper } from "../testing/tampered-link.js";
import { connect } from "./connect.js";
import { answerOf } from "./speed.js";

const generic = loadProfile("generic");

/** A port into `machine` that is right at one rate only. */
function portOf(machine: EmulatedMachine, rightBaud: number) {
	const opened: number[] = [];
	const closed: Link[] = [];
	const open = async (baud: number): Promise<Link> => {
		opened.push(baud);
		machine.replug();
		const link = baud === rightBaud ? machine.link : tamper(machine.link, { toMachine: garble, toHost: garble });
		link.onClose(() => closed.push(link));
		return link;
	};
	return { open, opened, closed };
}

describe("answerOf", () => {
	it.each([
		["", "silence"],
		["\r\nA>", "prompt"],
		["\x08 \x08\r\n1A>", "prompt"],
		["\r\nWhat is your name? ", "readable"],
		["\x80\xf8\x80\xfe", "garbage"],
		["\x00\x00x\x00", "garbage"],
	])("takes %j for %s", (text, kind) => {
		expect(answerOf(text, generic.prompts).kind).toBe(kind);
	});
});

describe("connect", () => {
	it("stays at the profile's rate when the prompt comes there", async () => {
		const machine = new EmulatedMachine();
		const port = portOf(machine, 115_200);
		const link = await port.open(115_200);
		const { atPrompt, baud, findings } = await connect(link, generic, { reopen: port.open, baud: 115_200 });
		expect({ atPrompt, baud, opened: port.opened }).toEqual({ atPrompt: true, baud: 115_200, opened: [115_200] });
		expect(findings.map(({ id, ok }) => [id, ok])).toEqual([
			["speed", true],
			["prompt", true],
		]);
	});

	it("finds the machine's rate, says how to set it, and leaves no other link open", async () => {
		const machine = new EmulatedMachine();
		const port = portOf(machine, 19_200);
		const tried: number[] = [];
		const first = await port.open(9600);
		const options = { reopen: port.open, baud: 9600, onRate: (baud: number) => void tried.push(baud) };
		const { link, atPrompt, baud, findings } = await connect(first, generic, options);
		expect(baud).toBe(19_200);
		expect(atPrompt).toBe(true);
		expect(findings[0]).toEqual({
			id: "speed",
			ok: false,
			finding: "the prompt comes at 19,200 baud, not at 9,600 baud",
			remedy: "Add --baud 19200, or set it in the profile.",
		});
		expect(tried).toEqual([9600, 115_200, 19_200]);
		expect(port.closed).not.toContain(link);
		// Nothing that was typed at wrong rates is left on the machine's line, or was run as a command.
		expect(machine.output).not.toContain("?");
	});

	it("says that no rate gave a prompt", async () => {
		const machine = new EmulatedMachine();
		const port = portOf(machine, 31_250);
		const { atPrompt, findings } = await connect(await port.open(9600), generic, { reopen: port.open, baud: 9600 });
		expect(atPrompt).toBe(false);
		expect(findings.map(({ id, ok }) => [id, ok])).toEqual([
			["speed", false],
			["prompt", false],
		]);
		expect(findings[0]?.finding).toMatch(/^no prompt at any of 9 rates; at 9,600 baud came "\\x/);
		expect(port.opened).toHaveLength(10);
	});

	it("gives up on a silent line in about a minute, the profile's rate tried first and last", async () => {
		const clock = new SimulatedClock();
		const rates: number[] = [];
		const reopen = async (baud: number) => {
			rates.push(baud);
			return loopback({ clock, baud }).near;
		};
		const { atPrompt, findings } = await connect(await reopen(9600), generic, { reopen, baud: 9600 });
		expect(atPrompt).toBe(false);
		expect(findings[0]?.finding).toBe("no prompt at any of 9 rates; at 9,600 baud came nothing");
		expect(findings[1]?.finding).toContain("does not answer");
		expect(rates.at(-1)).toBe(9600);
		expect(clock.now()).toBeLessThan(75);
	});

	it("does not try other rates on a program that says readable things", async () => {
		const machine = new ScriptedMachine({ prompt: "Name, please: " });
		const reopen = () => Promise.reject(new Error("opened again"));
		const { atPrompt, findings } = await connect(machine.link, generic, { reopen, baud: 9600 });
		expect(atPrompt).toBe(false);
		expect(findings[0]).toMatchObject({ id: "speed", ok: true });
		expect(findings[1]).toMatchObject({ id: "prompt", ok: false });
		expect(findings[1]?.finding).toContain("Name, please:");
	});

	it("leaves the rate alone where it is fixed, and says so", async () => {
		const machine = new EmulatedMachine();
		const reopen = () => Promise.reject(new Error("opened again"));
		const options = { reopen, baud: 115_200, fixedRate: "it is emulated" };
		const { findings } = await connect(machine.link, generic, options);
		expect(findings[0]).toEqual({ id: "speed", ok: null, finding: "skipped: it is emulated", remedy: null });
		expect(findings[1]).toMatchObject({ id: "prompt", ok: true });
	});

	it("reports a line that is lost, and passes Ctrl-C on", async () => {
		const machine = new EmulatedMachine();
		machine.unplug();
		const options = { reopen: async () => machine.link, baud: 115_200 };
		const { link, findings } = await connect(machine.link, generic, options);
		expect(link).toBeUndefined();
		expect(findings).toMatchObject([{ id: "prompt", ok: false }]);
		const other = new EmulatedMachine();
		const aborted = connect(other.link, generic, { ...options, signal: AbortSignal.abort() });
		await expect(aborted).rejects.toMatchObject({ code: "interrupted" });
	});
});
