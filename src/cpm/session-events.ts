/**
 * What happens during a session with a machine, as it happens, for whoever shows or logs it. Results are returned, not
 * reported here; failures are thrown.
 */
import type { TransferProgress } from "../transport/xmodem/send-xmodem.js";

export type SessionEvent =
	/** The machine waits for a command. */
	| { readonly type: "prompt"; readonly prompt: string }
	/** This is being typed at the prompt. */
	| { readonly type: "command"; readonly command: string }
	/** A receiving program of the profile was tried and is not on the machine. */
	| { readonly type: "receiver-missing"; readonly receiver: string }
	/** This receiving program answered and takes the file. */
	| { readonly type: "receiver"; readonly receiver: string }
	| { readonly type: "progress"; readonly progress: TransferProgress }
	/** An earlier session was cut short; this file was brought back under its name. */
	| { readonly type: "recovered"; readonly name: string }
	/** The program on the machine answered for itself. */
	| { readonly type: "verified"; readonly ok: boolean }
	/** The new file has its name; `old`: there was one before. */
	| { readonly type: "installed"; readonly name: string; readonly old: boolean };

export type OnSessionEvent = (event: SessionEvent) => void;
