import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openEmulatorLink } from "../../emu/emulator-link.js";
import type { ControlLines, Link } from "../link.js";
import { checkAccess } from "./access.js";
import { checkControlLines } from "./control-lines.js";
import { checkHolders, holdersOf } from "./holders.js";
import { checkLatencyTimer, latencyTimerMs } from "./latency-timer.js";
import { checkNode, checkPackages } from "./software.js";

/** A folder that stands for "/", with files and links in it. */
function tree(files: Readonly<Record<string, string | { readonly link: string }>>): string {
	const root = mkdtempSync(join(tmpdir(), "zulm-checks-"));
	onTestFinished(() => rmSync(root, { recursive: true, force: true }));
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		if (typeof content === "string") writeFileSync(join(root, path), content);
		else symlinkSync(content.link, join(root, path));
	}
	return root;
}

describe("software", () => {
	it.each(["20.17.0", "20.20.1", "22.0.0", "100.1.0"])("takes Node %s", (version) => {
		expect(checkNode(version)).toEqual({ id: "node", ok: true, finding: `Node ${version}`, remedy: null });
	});

	it.each(["18.20.0", "20.16.9"])("refuses Node %s", (version) => {
		expect(checkNode(version)).toMatchObject({ ok: false, remedy: expect.stringContaining("20.17") });
	});

	it("tells a native part that does not load from an optional one", async () => {
		const load = (name: string) => Promise.reject(new Error(`no native build for ${name}\nsecond line`));
		const [serialport, pty] = await checkPackages(load);
		expect(serialport).toMatchObject({ id: "serialport", ok: false });
		expect(serialport?.finding).toBe("the serialport package does not load: no native build for serialport");
		expect(pty).toMatchObject({ id: "node-pty", ok: true, remedy: expect.stringContaining("--tcp") });
	});

	it("loads the packages that are here", async () => {
		expect((await checkPackages())[0]).toMatchObject({ id: "serialport", ok: true, remedy: null });
	});
});

describe("access", () => {
	const denied = { platform: "linux", exists: () => true, allowed: () => false, group: () => "uucp" } as const;

	it("names the group and the command", () => {
		const finding = checkAccess("/dev/ttyUSB0", { ...denied, members: () => [], user: () => "ann" });
		expect(finding).toMatchObject({ id: "permission", ok: false });
		expect(finding.finding).toContain("group uucp");
		expect(finding.remedy).toContain('sudo usermod -aG uucp "$USER"');
	});

	it("knows when only a new log-in is missing", () => {
		const finding = checkAccess("/dev/ttyUSB0", { ...denied, members: () => ["bob", "ann"], user: () => "ann" });
		expect(finding).toMatchObject({ ok: false, remedy: "Log out and in again." });
	});

	it("says when the port is not there, and skips Windows aloud", () => {
		expect(checkAccess("/dev/zulm-has-no-such-port")).toMatchObject({ ok: false });
		expect(checkAccess("COM3", { platform: "win32" })).toMatchObject({ ok: null });
	});

	it("is content with a port that may be used", () => {
		expect(checkAccess("/dev/null")).toEqual({
			id: "permission",
			ok: true,
			finding: "you may read and write /dev/null",
			remedy: null,
		});
	});
});

describe("holders", () => {
	const PROCESSES = {
		"proc/100/comm": "minicom\n",
		"proc/100/fd/3": { link: "/dev/ttyUSB7" },
		"proc/200/comm": "cpmsim\n",
		"proc/200/fd/4": { link: "/dev/pts/77" },
		"proc/200/fd/5": { link: "/dev/ptmx" },
		"proc/300/comm": "bash\n",
		"proc/300/fd/0": { link: "/dev/pts/77" },
		"proc/uptime": "1 1",
	} as const;

	it("finds the process that has the port open, but not ourselves", () => {
		const root = tree(PROCESSES);
		const minicom = { pid: 100, name: "minicom", servesPtys: false };
		expect(holdersOf("/dev/ttyUSB7", root, 1)).toEqual({ holders: [minicom], partial: false });
		expect(holdersOf("/dev/ttyUSB7", root, 100)).toEqual({ holders: [], partial: false });
		expect(checkHolders("/dev/ttyUSB7", (path) => holdersOf(path, root, 1))).toEqual({
			id: "busy",
			ok: false,
			finding: "/dev/ttyUSB7 is open in minicom (process 100)",
			remedy: "Close that program, then try again.",
		});
	});

	it("does not take what serves a pseudo-terminal for a rival", () => {
		const root = tree(PROCESSES);
		const finding = checkHolders("/dev/pts/77", (path) => holdersOf(path, root, 1));
		expect(finding).toMatchObject({ ok: true, finding: "/dev/pts/77 is open in bash (process 300)" });
		expect(finding.remedy).not.toBeNull();
		expect(checkHolders("/dev/pts/77", (path) => holdersOf(path, root, 300)).remedy).toBeNull();
	});

	it.runIf(process.platform === "linux")("sees an open file of our own through the real /proc", () => {
		const path = join(tree({ file: "" }), "file");
		const file = openSync(path, "r");
		onTestFinished(() => closeSync(file));
		expect(holdersOf(path, "/", 1)?.holders.map(({ pid }) => pid)).toEqual([process.pid]);
	});

	it("skips aloud where there is no /proc", () => {
		expect(checkHolders("/dev/ttyUSB0", () => undefined)).toMatchObject({ ok: null });
		expect(holdersOf("/dev/ttyUSB0", tree({}))).toBeUndefined();
	});

	it("says when it cannot look into every process", () => {
		const finding = checkHolders("/dev/ttyUSB0", () => ({ holders: [], partial: true }));
		expect(finding).toMatchObject({ ok: true, finding: "no process of yours has /dev/ttyUSB0 open" });
	});
});

describe("latency timer", () => {
	const timer = (ms: string) => tree({ "sys/bus/usb-serial/devices/ttyUSB7/latency_timer": `${ms}\n` });

	it("advises against FTDI's default", () => {
		const root = timer("16");
		const finding = checkLatencyTimer("/dev/ttyUSB7", (path) => latencyTimerMs(path, root));
		expect(finding).toMatchObject({ id: "latency", ok: true });
		expect(finding.finding).toContain("16 ms");
		expect(finding.remedy).toContain("echo 1 | sudo tee /sys/bus/usb-serial/devices/ttyUSB7/latency_timer");
	});

	it("is content with 1 ms, and skips adapters without one", () => {
		expect(checkLatencyTimer("/dev/ttyUSB7", () => 1)).toMatchObject({ ok: true, remedy: null });
		expect(latencyTimerMs("/dev/ttyUSB8", timer("16"))).toBeUndefined();
		expect(checkLatencyTimer("/dev/ttyUSB8", () => undefined)).toMatchObject({ ok: null });
	});
});

describe("control lines", () => {
	const withLines = (lines: ControlLines | undefined): Link => {
		const { link } = openEmulatorLink();
		return {
			clock: link.clock,
			controlLines: lines,
			describe: () => link.describe(),
			write: (bytes) => link.write(bytes),
			drain: () => link.drain(),
			onData: (listener) => link.onData(listener),
			onClose: (listener) => link.onClose(listener),
			close: () => link.close(),
		};
	};

	it("skips lines that have none aloud", async () => {
		expect(await checkControlLines(withLines(undefined), true)).toMatchObject({ id: "control-lines", ok: null });
	});

	it("says that a machine with CTS low takes nothing, where that matters", async () => {
		const lines: ControlLines = { set: async () => {}, get: async () => ({ cts: false, dsr: false, dcd: false }) };
		expect(await checkControlLines(withLines(lines), true)).toMatchObject({ ok: false });
		expect(await checkControlLines(withLines(lines), false)).toMatchObject({ ok: true, remedy: null });
	});

	it("finds a cable that loops RTS to CTS, and leaves RTS high", async () => {
		let rts = true;
		const lines: ControlLines = {
			set: async (wanted) => {
				rts = wanted.rts ?? rts;
			},
			get: async () => ({ cts: rts, dsr: true, dcd: true }),
		};
		const finding = await checkControlLines(withLines(lines), true);
		expect(finding).toMatchObject({ ok: true, remedy: expect.stringContaining("RTS and CTS") });
		expect(rts).toBe(true);
	});

	it("is content with a machine that carries both", async () => {
		const { link } = openEmulatorLink();
		// The machine raises RTS when its BIOS has set up the UART.
		await link.clock.sleep(0.1);
		expect(await checkControlLines(link, true)).toMatchObject({ ok: true, remedy: null });
	});
});
