/**
 * The screen and keyboard of an emulated machine whose console is not on the line, on a person's terminal.
 *
 *   keys ─► Ctrl-] leaves │ everything else, Ctrl-C too ─► machine's keyboard          machine's screen ─► stdout
 */
import type { ScreenConsole } from "../emu/screen-console.js";
import type { Session } from "./command.js";
import { listenToKeys } from "./keyboard.js";
import { screenText } from "./screen.js";

const LEAVE = 0x1d;
const LF = 0x0a;
const CR = 0x0d;

/** What a person is told. */
export const SCREEN_HELP = "This window is its screen and keyboard; Ctrl-] ends it.";

/**
 * Shows the screen and passes keys on until the person leaves.
 * @returns gives the terminal back.
 */
export function attachScreen({ io, out }: Session, screen: ScreenConsole, onLeave: () => void): () => void {
	screen.onOutput = (byte) => out.write(screenText(Uint8Array.of(byte)));
	// From a pipe lines end in LF; the machine's RETURN is CR.
	const typed = (key: number) => (key === LF && io.stdin.isTTY !== true ? CR : key);
	const release = listenToKeys(
		io,
		false,
		(keys) => {
			if (keys.includes(LEAVE)) onLeave();
			else screen.type(keys.map(typed));
		},
		() => {},
	);
	return () => {
		screen.onOutput = () => {};
		release();
	};
}
