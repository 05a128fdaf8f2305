/** What is said while something is typed into a machine, or has to be typed by a person. */
import type { SessionEvent } from "../cpm/session-events.js";
import { formatBar, formatCount, formatShare } from "../report/format.js";
import type { Output } from "./output.js";

export function narrateBootstrap(out: Output, event: SessionEvent): void {
	switch (event.type) {
		case "receiver-refused":
			out.note(`  ${event.reason} Trying the next.`);
			break;
		case "user-area":
			out.note(`  there is nothing of use in the current user area; changed to user area ${event.userArea}`);
			break;
		case "bootstrap": {
			const what = event.what === "receiver" ? "zulm's own receiver" : "the whole program";
			out.note(
				`  nothing there receives files: typing in ${what}, ${formatCount(event.bytes)} bytes, with ${event.tool}`,
			);
			break;
		}
		case "typing": {
			const share = event.characters / event.of;
			const again = event.again === 0 ? "" : ", once more";
			out.progress(
				"typing",
				`${formatBar(share)} ${formatCount(event.characters)} characters (${formatShare(share)})${again}`,
			);
			break;
		}
		case "bootstrapped":
			out.note(`  ${event.name} is on the machine`);
			break;
		case "console-not-8-bit":
			out.note("  no block arrives whole, as on a console of 7 bits: sending the program as text");
			break;
		case "instructions":
			out.note("");
			out.note(event.title.toUpperCase());
			for (const [index, step] of event.steps.entries()) out.note(`  ${index + 1}.  ${step}`);
			out.note("");
			break;
		default:
	}
}
