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
	/** A program of its name is on the machine but did not start to receive; the next one is tried. */
	| { readonly type: "receiver-refused"; readonly receiver: string; readonly reason: string }
	/** Nothing was found in the user area the machine was in; this one is tried, and stays the current one. */
	| { readonly type: "user-area"; readonly userArea: number }
	/** Nothing on the machine receives files: this is put there by typing it at the console, with this program's help. */
	| { readonly type: "bootstrap"; readonly what: "receiver" | "program"; readonly bytes: number; readonly tool: string }
	/** Characters typed so far, each confirmed by its echo; `again`: how often it was begun anew. */
	| { readonly type: "typing"; readonly characters: number; readonly of: number; readonly again: number }
	/** It is on the machine, and the figures of LOAD, or the bytes DDT shows, are right. */
	| { readonly type: "bootstrapped"; readonly name: string }
	/** Block 1 never arrives whole, as on a console that loses bit 7: the program goes as text instead. */
	| { readonly type: "console-not-8-bit" }
	/** The console is not on the line: a person has to do this at the machine. */
	| { readonly type: "instructions"; readonly title: string; readonly steps: readonly string[] }
	| { readonly type: "progress"; readonly progress: TransferProgress }
	/** An earlier session was cut short; this file was brought back under its name. */
	| { readonly type: "recovered"; readonly name: string }
	/** The program on the machine answered for itself. */
	| { readonly type: "verified"; readonly ok: boolean }
	/** The new file has its name; `old`: there was one before. */
	| { readonly type: "installed"; readonly name: string; readonly old: boolean };

export type OnSessionEvent = (event: SessionEvent) => void;
