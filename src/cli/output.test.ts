import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { CliIo } from "./io.js";
import { Output } from "./output.js";

function capture(settings: { tty?: boolean; env?: Record<string, string>; json?: boolean } = {}) {
	const text = { stdout: "", stderr: "" };
	const sink = (name: "stdout" | "stderr") =>
		Object.assign(
			new Writable({
				write(chunk, _, done) {
					text[name] += String(chunk);
					done();
				},
			}),
			{ isTTY: settings.tty === true, columns: 40 },
		);
	const io = { stdout: sink("stdout"), stderr: sink("stderr"), env: settings.env ?? {} } as unknown as CliIo;
	const clock = { nowS: 100, now: () => clock.nowS };
	return { text, clock, out: new Output(io, settings.json === true, clock) };
}

describe("Output", () => {
	it("puts results on stdout and notes on stderr", () => {
		const { text, out } = capture();
		out.print("a result");
		out.note("a note");
		expect(text).toEqual({ stdout: "a result\n", stderr: "a note\n" });
	});

	it("leaves stdout to the object with --json", () => {
		const { text, out } = capture({ json: true });
		out.print("a result");
		out.done("a step", "with detail");
		out.note("a note");
		out.object({ one: 1 });
		expect(text.stdout).toBe('{"one":1}\n');
		expect(text.stderr).toBe("a result\n✓ a step     with detail\na note\n");
	});

	it("colours a terminal, unless NO_COLOR or a dumb one", () => {
		const coloured = (settings: Parameters<typeof capture>[0]) => {
			const { text, out } = capture(settings);
			out.done("x");
			return text.stdout.includes("\u001b[32m");
		};
		expect(coloured({ tty: true })).toBe(true);
		expect(coloured({})).toBe(false);
		expect(coloured({ tty: true, env: { NO_COLOR: "1" } })).toBe(false);
		expect(coloured({ tty: true, env: { TERM: "dumb" } })).toBe(false);
		expect(coloured({ env: { FORCE_COLOR: "1" } })).toBe(true);
		expect(coloured({ tty: true, env: { FORCE_COLOR: "0" } })).toBe(false);
	});

	it("rewrites one line of a terminal, within its width, and clears it before the next word", () => {
		const { text, out } = capture({ tty: true, env: { NO_COLOR: "1" } });
		out.progress("sending", "x".repeat(100));
		out.progress("sending", "too soon to be drawn");
		expect(text.stderr).toBe(`\r\u001b[K… sending ${"x".repeat(29)}`);
		out.print("done");
		expect(text.stderr.endsWith("\r\u001b[K")).toBe(true);
		expect(text.stdout).toBe("done\n");
	});

	it("draws at once what another step says first, however short the one before was", () => {
		const { text, out } = capture({ tty: true, env: { NO_COLOR: "1" } });
		out.progress("typing", "RX");
		out.progress("sending", "1 block");
		out.progress("sending", "2 blocks");
		expect(text.stderr).toBe("\r\u001b[K… typing RX\r\u001b[K… sending 1 block");
	});

	it("redraws nothing on a dumb terminal", () => {
		const { text, out, clock } = capture({ tty: true, env: { TERM: "dumb" } });
		clock.nowS += 10;
		out.progress("sending", "half of it");
		out.clearProgress();
		expect(text.stderr).toBe("sending half of it\n");
	});

	it("writes a plain progress line where there is no terminal, when nothing was said for three seconds", () => {
		const { text, out, clock } = capture();
		for (; clock.nowS < 110; clock.nowS++) {
			if (clock.nowS === 104) out.print("a step");
			else out.progress(clock.nowS < 106 ? "sending" : "asked", `at ${clock.nowS}`);
		}
		expect(text.stderr).toBe("sending at 103\nasked at 107\n");
	});
});
