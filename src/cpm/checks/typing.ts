/**
 * What becomes of characters that are typed at the prompt: one by one (echo), with bit 7 set, and as fast as the line
 * carries them (flow control under load). The line is erased with ^X each time and never entered.
 *
 *   ; ! " # … } ~   ◄► the same     C1h ◄► C1h, or 41h (CP/M 2.2 strips bit 7)     ; 120 characters in one go ◄► how many?
 */
import { advice, type Finding, fault, skipped, well } from "../../base/finding.js";
import { printable } from "../../transport/printable.js";
import type { Ccp } from "../ccp.js";
import { withoutEscapes } from "../console.js";
import { HANDSHAKE } from "../wake.js";

/** To a command processor that knows comments it is one, to others an unknown command, should ^X be unknown. */
const COMMENT = ";";
/** CP/M 2.2's line editor takes 127 and then runs what it has. */
const BURST = 120;
/** Longest pause in an echo: the machine may scroll its own screen. */
const ECHO_S = 2;
const QUIET_S = 0.5;
/** For a second copy of a character: more than USB adapters hold bytes back (16 ms). */
const ECHO_QUIET_S = 0.03;
/** The slowest usual console, 300 baud, takes 4 s for the burst. */
const BURST_S = 30;
const HIGH_BIT = 0x80;

interface Echo {
	readonly typed: string;
	readonly echo: string;
}

/** Every printable character, each after the echo of the one before. @throws ZulmError `line-lost`, `interrupted` */
export async function checkEcho(ccp: Ccp): Promise<Finding> {
	const wanted = COMMENT + range(0x21, 0x7e).replace(COMMENT, "");
	const echoes: Echo[] = [];
	for (const typed of wanted) {
		await ccp.console.type(typed);
		const first = await ccp.console.read(ECHO_S);
		const echo = first === "" ? "" : first + (await ccp.console.listen(ECHO_QUIET_S, ECHO_S));
		echoes.push({ typed, echo });
		if (echo === "") break;
	}
	const erased = await erase(ccp);
	const changed = echoes.filter(({ typed, echo }) => echo.toUpperCase() !== typed.toUpperCase());
	if (changed.at(-1)?.echo === "") {
		const after = echoes.length === 1 ? "" : ` after ${echoes.length - 1} characters`;
		return fault(
			"echo",
			`the machine stops echoing what is typed${after}`,
			"Switch the machine to full duplex, and check the wire from the adapter's TX.",
		);
	}
	if (changed.length > 0 && changed.every(({ typed, echo }) => echo === typed + typed)) {
		return fault("echo", "characters come back twice", "Switch local echo (half duplex) off.");
	}
	if (changed.length > 0) {
		const some = changed.slice(0, 3).map(({ typed, echo }) => `${typed} as "${printable(echo)}"`);
		return fault(
			"echo",
			`${changed.length} of ${wanted.length} characters come back changed: ${some.join(", ")}`,
			"Check speed and parity (8N1), and that no other program has the port open.",
		);
	}
	if (!erased) {
		return advice(
			"echo",
			"^X does not erase a typed line",
			"Check that the prompt is that of CP/M's command processor.",
		);
	}
	const folded = echoes.some(({ typed, echo }) => echo !== typed);
	return well("echo", `all ${wanted.length} printable characters come back${folded ? ", some in the other case" : ""}`);
}

/** Whether bit 7 survives, as far as a prompt can tell. @throws ZulmError `line-lost`, `interrupted` */
export async function checkHighBit(ccp: Ccp): Promise<Finding> {
	await ccp.console.type(COMMENT);
	await ccp.console.read(ECHO_S);
	await ccp.console.type(String.fromCharCode(0x41 | HIGH_BIT));
	const echo = withoutEscapes(await ccp.console.read(ECHO_S));
	await ccp.console.listen(QUIET_S, ECHO_S);
	await erase(ccp);
	if (echo === String.fromCharCode(0x41 | HIGH_BIT)) return well("eight-bit", "bit 7 survives both ways at the prompt");
	return skipped(
		"eight-bit",
		echo === "A"
			? "CP/M strips bit 7 from what is typed, so only the test program could tell"
			: `a character with bit 7 came back as "${printable(echo)}"; only the test program could tell more`,
	);
}

/** A long line in one go, as fast as the line carries it. @throws ZulmError `line-lost`, `interrupted` */
export async function checkFlow(ccp: Ccp, rtscts: boolean): Promise<Finding> {
	const letters = range(0x61, 0x7a);
	const line = COMMENT + letters.repeat(Math.ceil(BURST / letters.length)).slice(0, BURST - 1);
	await ccp.console.type(line);
	const heard = withoutEscapes(await ccp.console.listen(QUIET_S, BURST_S))
		.replace(/\s/g, "")
		.toLowerCase();
	await erase(ccp);
	if (heard.includes(line)) {
		const how = rtscts ? "with RTS/CTS" : "without flow control";
		return well("flow", `${BURST} characters in one go arrive whole, ${how}`);
	}
	// The same number, but others: at least one was replaced.
	const lost = Math.max(1, line.length - heard.length);
	const finding = `of ${BURST} characters in one go ${lost} are lost`;
	return rtscts
		? fault(
				"flow",
				`${finding}, although RTS/CTS is on`,
				"Check that the cable carries RTS and CTS, or use a lower --baud.",
			)
		: advice(
				"flow",
				`${finding}: there is no flow control, so zulm waits for each character's echo`,
				"Use a cable and a profile with RTS/CTS, which is faster.",
			);
}

/** Erases the line typed so far and asks for the prompt. @returns whether it came back by itself */
async function erase(ccp: Ccp): Promise<boolean> {
	await ccp.console.type(HANDSHAKE);
	const { text, waiting } = await ccp.untilAnyWaiting(ECHO_S);
	if (waiting !== "prompt") await ccp.find();
	return waiting === "prompt" && !text.includes("?");
}

function range(first: number, last: number): string {
	return String.fromCharCode(...Array.from({ length: last - first + 1 }, (_, i) => first + i));
}
