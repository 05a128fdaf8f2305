import { describe, expect, it } from "vitest";
import type { Finding } from "../../base/finding.js";
import { BARE, type MachineConfig, RC2014_STOCK } from "../../emu/machine-config.js";
import { toolFiles } from "../../emu/tools/tools.js";
import { loadProfile } from "../../transport/profile.js";
import { EmulatedMachine, type EmulatedOptions } from "../testing/emulated-machine.js";
import { ScriptedMachine } from "../testing/scripted-machine.js";
import { type Tampering, tamper } from "../testing/tampered-link.js";
import { checkMachine, MACHINE_CHECKS } from "./machine.js";
import { parseProbe, probeImage } from "./probe.js";
import { checkSelf } from "./self-test.js";

/** An emulated sibling with the programs its disk comes with, and no receiver of ours. */
function sibling(config: MachineConfig): EmulatedOptions {
	return { ...config, receiver: false, files: toolFiles(config.tools) };
}

interface Examined {
	readonly machine: EmulatedMachine;
	readonly findings: readonly Finding[];
	finding(id: string): Finding | undefined;
}

/** Checks an emulated machine, through a line that may be bad. */
async function examine(
	options: EmulatedOptions = {},
	{ profile = "generic", probe = true, tampering = {} as Tampering } = {},
): Promise<Examined> {
	const machine = new EmulatedMachine(options);
	const reported: Finding[] = [];
	const findings = await checkMachine(tamper(machine.link, tampering), loadProfile(profile), {
		probe,
		onFinding: (finding) => reported.push(finding),
	});
	expect(reported).toEqual(findings);
	expect(findings.map(({ id }) => id)).toEqual([...MACHINE_CHECKS]);
	for (const { ok, remedy } of findings) if (ok === false) expect(remedy).toMatch(/\.$/);
	return { machine, findings, finding: (id) => findings.find((finding) => finding.id === id) };
}

describe("a machine that is well", () => {
	it("passes every check and is left as it was", async () => {
		const { machine, findings } = await examine({}, { profile: "emulator" });
		expect(findings.map(({ ok, remedy }) => [ok, remedy])).toEqual(MACHINE_CHECKS.map(() => [true, null]));
		expect(machine.names).toEqual(["RX.COM"]);
		const ccp = await machine.ccp();
		expect((await ccp.run("DIR")).output).toContain("RX");
		ccp.close();
	});

	it("is not written to without the test program", async () => {
		const { machine, finding } = await examine({}, { probe: false });
		expect(finding("receivers")).toMatchObject({ ok: true, finding: "on the machine: RX" });
		expect(finding("memory")).toMatchObject({ ok: null });
		// CP/M strips bit 7 from its command line; that is no fault of the line's.
		expect(finding("eight-bit")).toMatchObject({ ok: null });
		expect(machine.output).not.toContain("ZULMTMP");
	});

	it("takes the test program as text where DOWNLOAD is all there is", async () => {
		const { finding, machine } = await examine(sibling(RC2014_STOCK), { profile: "rc2014-stock" });
		expect(finding("receivers")?.finding).toMatch(/^download took a test program of \d+ bytes/);
		expect(finding("eight-bit")?.finding).toContain("went as text");
		expect(machine.names).not.toContain("ZULMTMP.COM");
	});
});

describe("receivers", () => {
	it("are not needed where PIP and LOAD are", async () => {
		const { finding } = await examine(sibling(BARE));
		expect(finding("receivers")).toMatchObject({ ok: true, remedy: expect.stringContaining("zulm push types") });
		expect(finding("receivers")?.finding).toContain("PIP and LOAD");
		expect(finding("memory")).toMatchObject({ ok: null });
	});

	it("are not needed where PIP and HEXCOM are system files that DIR does not list", async () => {
		const answer = (line: string) => {
			if (line.startsWith("PIP ")) return "\r\nINVALID FORMAT: ZULMTMP\r\n";
			if (line.startsWith("HEXCOM ")) return "HEXCOM  VERS: 3.00\r\n\r\nERROR: CANNOT OPEN SOURCE FILE\r\n";
			return line.startsWith("DIR") || line.startsWith("ERA") ? "NO FILE" : undefined;
		};
		const { link } = new ScriptedMachine({ prompt: "\r\nA>", answer });
		const findings = await checkMachine(link, loadProfile("generic"), { probe: false });
		expect(findings.find(({ id }) => id === "receivers")).toMatchObject({ ok: true, remedy: expect.any(String) });
		expect(findings.find(({ id }) => id === "receivers")?.finding).toContain("PIP and HEXCOM");
	});

	it("are missed where nothing can stand in for them", async () => {
		const { finding } = await examine({ receiver: false });
		expect(finding("receivers")).toMatchObject({ ok: false, remedy: expect.stringContaining("drive") });
	});

	it("can do nothing on a full disk, which is what is said", async () => {
		const { finding, machine } = await examine({ disk: { readOnly: true } });
		expect(finding("receivers")).toMatchObject({ ok: false });
		expect(finding("receivers")?.finding).toMatch(/read-only/);
		expect(machine.names).toEqual(["RX.COM"]);
	});
});

describe("memory", () => {
	it("is compared with the profile's", async () => {
		const { finding } = await examine({ fbase: 0xc406 });
		expect(finding("memory")).toEqual({
			id: "memory",
			ok: true,
			finding: "programs may use 49,926 bytes, up to C406h; the profile generic reckons with D806h",
			remedy: "For large programs, make a profile of your own with tpaTop = 0xC406.",
		});
	});
});

describe("a bad line", () => {
	it("that shows what is typed by itself doubles the echo", async () => {
		const { finding } = await examine({}, { tampering: { localEcho: true }, probe: false });
		expect(finding("echo")).toMatchObject({ ok: false, finding: "characters come back twice" });
	});

	it("that changes characters is noticed, with examples", async () => {
		const toHost = (byte: number) => [byte === 0x23 ? 0xa3 : byte];
		const { finding } = await examine({}, { tampering: { toHost }, probe: false });
		expect(finding("echo")).toMatchObject({ ok: false });
		expect(finding("echo")?.finding).toBe('1 of 94 characters come back changed: # as "\\xa3"');
	});

	it("that sends capitals only is good enough", async () => {
		const toHost = (byte: number) => [byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte];
		const { finding } = await examine({}, { tampering: { toHost }, probe: false });
		expect(finding("echo")).toMatchObject({ ok: true, finding: expect.stringContaining("other case") });
		expect(finding("flow")).toMatchObject({ ok: true });
	});

	it("that clears bit 7 on its way back costs the katakana", async () => {
		const toHost = (byte: number) => [byte & 0x7f];
		const { finding } = await examine({}, { tampering: { toHost } });
		expect(finding("receivers")).toMatchObject({ ok: true });
		expect(finding("eight-bit")).toMatchObject({ ok: true, remedy: expect.stringContaining("8 data bits") });
		expect(finding("eight-bit")?.finding).toMatch(/128 of 128 bytes .* katakana/);
	});

	it("that clears bit 7 on its way to the machine lets no program through, and nothing of it stays", async () => {
		const toMachine = (byte: number) => [byte & 0x7f];
		const { finding, machine } = await examine({}, { tampering: { toMachine } });
		expect(finding("receivers")).toMatchObject({ ok: false });
		expect(machine.names).toEqual(["RX.COM"]);
	});

	it("that clears bit 7 leaves typing, where there are the tools for it", async () => {
		const toMachine = (byte: number) => [byte & 0x7f];
		const files = toolFiles(["PIP", "LOAD"]);
		const { finding } = await examine({ files }, { tampering: { toMachine } });
		expect(finding("receivers")).toMatchObject({ ok: true, remedy: expect.stringContaining("8 data bits") });
		expect(finding("receivers")?.finding).toContain("type programs in with PIP and LOAD");
	});

	it("that is cut in the middle ends the checks, and says which were not made", async () => {
		const machine = new EmulatedMachine();
		const findings = await checkMachine(machine.link, machine.profile, {
			probe: true,
			onFinding: ({ id }) => {
				if (id === "echo") machine.unplug();
			},
		});
		expect(findings.map(({ id, ok }) => [id, ok])).toEqual([
			["control-lines", true],
			["echo", true],
			["flow", false],
			["receivers", null],
			["memory", null],
			["eight-bit", null],
		]);
	});
});

it("leaves the prompt without a half-typed line after Ctrl-C", async () => {
	const machine = new EmulatedMachine();
	const controller = new AbortController();
	machine.link.onData(() => {
		if (machine.output.endsWith(';!"#$%')) controller.abort();
	});
	const checked = checkMachine(machine.link, machine.profile, { probe: true, signal: controller.signal });
	await expect(checked).rejects.toMatchObject({ code: "interrupted" });
	const before = machine.output.length;
	await machine.link.write(Uint8Array.of(0x0d));
	await machine.link.clock.sleep(1);
	// CP/M 2.2 backs over the line with backspaces, and runs nothing.
	expect(machine.output.slice(before)).toMatch(/^[\b ]*[\r\n]+A>$/);
});

it("erases the test program after Ctrl-C in the middle of its transfer", async () => {
	const machine = new EmulatedMachine();
	const controller = new AbortController();
	const checked = checkMachine(machine.link, machine.profile, {
		probe: true,
		signal: controller.signal,
		onEvent: ({ type }) => {
			if (type === "progress") controller.abort();
		},
	});
	await expect(checked).rejects.toMatchObject({ code: "interrupted" });
	expect(machine.names).toEqual(["RX.COM"]);
});

describe("the test program", () => {
	it("holds every byte value", () => {
		expect(new Set(probeImage()).size).toBe(256);
	});

	it("is believed only when it says what it should", () => {
		expect(parseProbe("ZULM PROBE EC06 \x80\x81 END")).toMatchObject({ memoryTop: 0xec06 });
		expect(parseProbe("ZULM PROBE EC06 \x80\x81 END").lostBytes).toHaveLength(126);
		expect(() => parseProbe("ZULM PROBE EC")).toThrow(expect.objectContaining({ code: "machine-refused" }));
	});
});

describe("the self-test", () => {
	it("passes on a sound machine", async () => {
		const machine = new EmulatedMachine();
		expect(await checkSelf(machine.link, machine.profile)).toMatchObject({ id: "self-test", ok: true, remedy: null });
		expect(machine.names).toEqual(["RX.COM", "SELFTEST.COM"]);
		// It said something: an empty reply would prove little.
		expect(machine.output).toMatch(/> are you well\r\n[A-P]{2,}/i);
	});

	it("fails where the program cannot be received", async () => {
		const machine = new EmulatedMachine({ receiver: false });
		expect(await checkSelf(machine.link, machine.profile)).toMatchObject({ ok: false });
	});
});
