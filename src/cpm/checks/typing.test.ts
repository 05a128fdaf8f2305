import { expect, it } from "vitest";
import { loadProfile } from "../../transport/profile.js";
import { Ccp } from "../ccp.js";
import { ScriptedMachine, type ScriptedMachineOptions } from "../testing/scripted-machine.js";
import { checkEcho, checkFlow, checkHighBit } from "./typing.js";

async function prompted(options: Omit<ScriptedMachineOptions, "prompt"> = {}) {
	const machine = new ScriptedMachine({ prompt: "\r\nA>", ...options });
	const ccp = new Ccp(machine.link, loadProfile("generic"));
	await ccp.find();
	machine.lines.length = 0;
	return { machine, ccp };
}

/** ^X CR that finds the prompt are two keys; the burst comes after them. */
const IN_THE_BURST = (index: number) => index > 20 && index <= 100 && index % 10 === 0;

it("counts the characters that a burst loses; without flow control that is to be expected", async () => {
	const { ccp, machine } = await prompted({ loses: IN_THE_BURST });
	expect(await checkFlow(ccp, false)).toEqual({
		id: "flow",
		ok: true,
		finding:
			"of 120 characters in one go 8 are lost: there is no flow control, so zulm waits for each character's echo",
		remedy: "Use a cable and a profile with RTS/CTS, which is faster.",
	});
	expect(machine.lines).toEqual([]);
});

it("takes the same for a fault where RTS/CTS should have held the line", async () => {
	const { ccp } = await prompted({ loses: IN_THE_BURST });
	expect(await checkFlow(ccp, true)).toMatchObject({
		ok: false,
		remedy: expect.stringContaining("carries RTS and CTS"),
	});
});

it("is content with a burst that comes back whole", async () => {
	const { ccp } = await prompted();
	expect(await checkFlow(ccp, false)).toMatchObject({ ok: true, remedy: null });
});

it("sees bit 7 come back where the command line keeps it", async () => {
	const { ccp, machine } = await prompted();
	expect(await checkHighBit(ccp)).toMatchObject({ id: "eight-bit", ok: true });
	expect(machine.lines).toEqual([]);
});

it("notices a machine that stops echoing", async () => {
	const { ccp } = await prompted({ loses: (index) => index === 12 });
	expect(await checkEcho(ccp)).toMatchObject({ ok: false });
});

it("enters nothing but empty lines", async () => {
	const { ccp, machine } = await prompted();
	expect(await checkEcho(ccp)).toMatchObject({ ok: true, remedy: null });
	expect(machine.lines).toEqual([]);
});
