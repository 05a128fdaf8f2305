/**
 * The machine as its user sees it: what comes over the line for what is typed.
 */
import { expect, test } from "vitest";
import { openEmulatorLink } from "./emulator-link.js";

test("boots to a prompt", async () => {
	const { link } = openEmulatorLink();
	let output = "";
	link.onData((bytes) => {
		output += String.fromCharCode(...bytes);
	});
	await link.clock.sleep(0.1);
	expect(output).toBe("\r\nZULM 59K CP/M 2.2 (emulated)\r\n\r\nA>");
});
