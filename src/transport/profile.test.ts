import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ZulmError } from "../base/errors.js";
import { knownReceivers, knownSenders } from "./machine-programs.js";
import { loadProfile, profileNames } from "./profile.js";

const GOOD = `name = "mine"
tpaTop = 0xE000
[line]
baud = 19200
rtscts = false
characterDelayS = 0.002
[console]
prompts = ['A>']
[[receivers]]
use = "xmodem-27"
[[receivers]]
id = "get"
protocol = "xmodem"
command = "GET {name} B"
asksWith = ["NAK"]
failure = [{ text = "No room", code = "disk-full" }]
`;

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "zulm-profile-"));
});
afterEach(() => {
	rmSync(folder, { recursive: true });
});

function file(text: string): string {
	const path = join(folder, "mine.toml");
	writeFileSync(path, text);
	return path;
}

function fault(text: string): ZulmError {
	const path = file(text);
	try {
		loadProfile(path);
	} catch (error) {
		if (error instanceof ZulmError) {
			expect(error.code).toBe("profile-malformed");
			expect(error.message).toContain(path);
			return error;
		}
		throw error;
	}
	throw new Error("should have failed");
}

describe("the built-in profiles", () => {
	it("are these, and each is named as its file", () => {
		const names = profileNames();
		expect(names).toEqual(["emulator", "generic", "pc8801", "rc2014-romwbw", "rc2014-stock"]);
		for (const name of names) expect(loadProfile(name).name).toBe(name);
	});

	it("know the prompts seen on real machines", () => {
		const isPrompt = (text: string) => loadProfile("generic").prompts.some((prompt) => prompt.exec(text)?.[0] === text);
		// CP/M 2.2, CP/M 3 in user area 1, RunCPM, lower case.
		for (const prompt of ["A>", "1A>", "A0>", "b>"]) expect(isPrompt(prompt), prompt).toBe(true);
		for (const other of ["Z>", ">", "A"]) expect(isPrompt(other), other).toBe(false);
	});

	it("drive the RC2014 with RTS/CTS and XM", () => {
		const profile = loadProfile("rc2014-romwbw");
		expect(profile).toMatchObject({ clockHz: 7372800, line: { baud: 115200, rtscts: true, characterDelayS: 0 } });
		expect(profile.receivers[0]).toMatchObject({ id: "xm-crc", command: "XM RX {name}", eraseFirst: true });
	});

	it("leave no receiver without a way to tell success from failure", () => {
		const receivers = [...knownReceivers().values()];
		expect(receivers.map(({ id }) => id).sort()).toEqual([
			"download",
			"pcget",
			"rx",
			"xm-checksum",
			"xm-crc",
			"xmodem-27",
		]);
		for (const { id, success, failure } of receivers) {
			expect(success.length, id).toBeGreaterThan(0);
			expect(failure.length, id).toBeGreaterThan(0);
		}
	});
});

it("reads anyone's profile, with receivers by name and written out", () => {
	const profile = loadProfile(file(GOOD));
	expect(profile).toMatchObject({
		name: "mine",
		clockHz: undefined,
		tpaTop: 0xe000,
		line: { baud: 19200, rtscts: false, characterDelayS: 0.002, lineDelayS: 0 },
	});
	expect(profile.receivers[0]).toEqual(knownReceivers().get("xmodem-27"));
	expect(profile.receivers[1]).toEqual({
		id: "get",
		protocol: "xmodem",
		command: "GET {name} B",
		asksWith: ["NAK"],
		bannerEnd: undefined,
		startTimeoutS: 60,
		eraseFirst: false,
		ignoresCancel: false,
		overwriteQuestion: undefined,
		success: [],
		failure: [{ text: "No room", code: "disk-full" }],
	});
});

it("lists senders by name and written out; all of them where it lists none; names the choices for an unknown one", () => {
	const ids = (name: string) => loadProfile(name).senders.map(({ id }) => id);
	expect([...knownSenders().keys()]).toEqual(["sx", "xm", "xmodem-27"]);
	expect(ids("generic")).toEqual(["sx", "xm", "xmodem-27"]);
	expect(ids("rc2014-romwbw")).toEqual(["xm", "sx"]);
	const own = `${GOOD}\n[[senders]]\nuse = "xm"\n\n[[senders]]\nid = "put"\ncommand = "PCPUT {name}"\n`;
	expect(loadProfile(file(own)).senders).toEqual([
		knownSenders().get("xm"),
		{ id: "put", command: "PCPUT {name}", success: [], failure: [] },
	]);
	const unknown = `${GOOD}\n[[senders]]\nuse = "zm"\n`;
	expect(() => loadProfile(file(unknown))).toThrow('senders.0.use is "zm", which is none of sx, xm, xmodem-27');
});

it("names the choices when there is no such profile", () => {
	try {
		loadProfile("zx81");
		expect.unreachable();
	} catch (error) {
		expect(error).toMatchObject({ code: "profile-unknown", exitCode: 2 });
		expect((error as ZulmError).hint).toContain("emulator, generic, pc8801, rc2014-romwbw, rc2014-stock");
	}
	expect(() => loadProfile(join(folder, "none.toml"))).toThrow("it does not exist");
});

describe("profiles in folders of one's own", () => {
	it("come before the built-in ones, the first folder first", () => {
		file(GOOD.replace('name = "mine"', 'name = "mine"\ndescription = "here"'));
		expect(loadProfile("mine", ["/no-such-folder", folder]).description).toBe("here");
		expect(loadProfile("emulator", [folder]).name).toBe("emulator");
		expect(profileNames([folder])).toContain("mine");
		writeFileSync(join(folder, "emulator.toml"), GOOD.replace('name = "mine"', 'name = "emulator"'));
		expect(loadProfile("emulator", [folder]).tpaTop).toBe(0xe000);
	});

	it("are listed where a name is unknown", () => {
		file(GOOD);
		expect(() => loadProfile("other", [folder])).toThrow('There is no machine profile "other".');
		try {
			loadProfile("receivers", [folder]);
			expect.unreachable();
		} catch (error) {
			expect((error as ZulmError).hint).toContain("generic, mine, pc8801");
		}
	});
});

describe("where the console is not on the line", () => {
	it("the PC-8801 says what a person does, and needs neither prompts nor receivers", () => {
		const profile = loadProfile("pc8801");
		expect(profile).toMatchObject({ consoleOnLine: false, uart: "8251", prompts: [], receivers: [] });
		expect(profile.line).toMatchObject({ baud: 9600, rtscts: false });
		expect(profile.byHand.map(({ sends }) => sends)).toEqual(["xmodem", "xmodem", "hex"]);
		expect(profile.byHand[0]?.steps[0]).toContain("XMODEM {name} /R /X1 /Q");
	});

	it("a profile without a way for a person is refused", () => {
		const text = GOOD.replace("[console]\nprompts = ['A>']", "[console]\nonLine = false");
		expect(fault(text).message).toContain("byHand must give at least one way");
	});
});

it("knows how boot loaders are left", () => {
	const [step] = loadProfile("rc2014-romwbw").wake;
	expect(step?.prompt.test("\r\nBoot [H=Help]: ")).toBe(true);
	expect(step?.type).toBe("C\r");
	const scm = loadProfile("rc2014-stock").wake[0];
	expect(scm?.prompt.test("\r\n*")).toBe(true);
	expect(scm?.prompt.test("2 * 3 *")).toBe(false);
});

describe("a faulty profile", () => {
	it.each([
		["a field of the wrong type", GOOD.replace("19200", '"fast"'), 'line.baud must be number, not "fast"'],
		["a missing field", GOOD.replace("tpaTop = 0xE000", ""), "tpaTop is missing"],
		["a misspelt field", GOOD.replace("rtscts", "rtsCts"), "line.rtsCts is not a field of a profile"],
		["a bad pattern", GOOD.replace("'A>'", "'A('"), "console.prompts.0 is not a regular expression"],
		["an unknown receiver", GOOD.replace('"xmodem-27"', '"kermit"'), 'receivers.0.use is "kermit", which is none of'],
		["no receivers", GOOD.slice(0, GOOD.indexOf("[[")), "receivers"],
		["an impossible rate", GOOD.replace("19200", "0"), "line.baud"],
	])("with %s names it", (_, text, expected) => {
		expect(fault(text).message).toContain(expected);
	});

	it.each([
		["a value", GOOD.replace("19200", '"fast"'), 4],
		["a field of the second receiver", GOOD.replace('"GET {name} B"', '"GET B"'), 14],
		["an unknown receiver", GOOD.replace('"xmodem-27"', '"kermit"'), 10],
		["prompts of the wrong kind", GOOD.replace("['A>']", "'A>'"), 8],
	])("names the line of %s", (_, text, line) => {
		expect(fault(text).message).toContain(`line ${line}: `);
	});

	it("that is not TOML names line and column", () => {
		expect(fault('name = "mine"\ntpaTop = = 3\n').message).toMatch(/line 2, column \d+: /);
	});

	it("with a receiver of its own names that receiver's field", () => {
		const message = fault(GOOD.replace('"disk-full"', '"no-such-code"')).message;
		expect(message).toContain("receivers.1");
		expect(message).toContain("error codes");
		expect(fault(GOOD.replace("GET {name} B", "GET B")).message).toContain("must contain {name}");
	});
});
