/**
 * Bootstrap: onto a machine with nothing that receives files.
 *
 *   RX, assembled for the profile's UART or the BIOS ─typed in─► ZULMRX.COM ─REN─► RX.COM ─► XMODEM
 *   no receiver for this machine, or a console that loses bit 7 ─► the whole program is typed in
 *
 * Names of our own while it is incomplete (see scratch.ts), so that RX.COM is whole whenever it is there.
 */
import { ZulmError } from "../base/errors.js";
import type { Profile } from "../transport/profile.js";
import { typeIntoDdt } from "./bootstrap-ddt.js";
import { typeAsHex } from "./bootstrap-hex.js";
import type { Ccp, CcpOptions } from "./ccp.js";
import { toIntelHex } from "./hex.js";
import { stemOf } from "./names.js";
import { mayOverrun } from "./overrun.js";
import { assembleReceiver, RECEIVER_NAME, RECEIVER_UARTS, type ReceiverUart } from "./receiver.js";
import { eraseScratch, TYPED_STEM } from "./scratch.js";
import type { Shelf } from "./shelf.js";

/** Text this short fits the buffer of every PIP, so that it is not written to disk before its end. */
const PIP_BUFFER = 8192;

type BootstrapProfile = Partial<Pick<Profile, "uart" | "line">>;

/** The UART to assemble our receiver for: the profile's, else the BIOS's own console routines; undefined: there is none. */
export function receiverUart(profile: BootstrapProfile): ReceiverUart | undefined {
	const known: readonly string[] = RECEIVER_UARTS;
	const wanted = [profile.uart, "bios"].find((uart) => uart !== undefined && known.includes(uart));
	return wanted as ReceiverUart | undefined;
}

/**
 * Puts RX.COM on the machine's current drive by typing it in.
 * @returns false when there is no receiver for this machine, or no tool on it to type one into
 * @throws ZulmError as `typeAsHex` and `typeIntoDdt`
 */
export async function bootstrapReceiver(
	ccp: Ccp,
	shelf: Shelf,
	profile: BootstrapProfile,
	options: CcpOptions,
): Promise<boolean> {
	const uart = receiverUart(profile);
	if (uart === undefined) return false;
	const receiver = assembleReceiver(uart);
	if (!(await typeIn(ccp, shelf, TYPED_STEM, receiver, "receiver", profile, options))) return false;
	const placed = await ccp.rename(`${TYPED_STEM}.COM`, RECEIVER_NAME);
	if (placed !== "done") {
		throw new ZulmError("machine-refused", `The machine cannot rename ${TYPED_STEM}.COM to ${RECEIVER_NAME}.`, {
			hint: `Rename or erase the ${RECEIVER_NAME} that is there.`,
		});
	}
	options.onEvent?.({ type: "bootstrapped", name: RECEIVER_NAME });
	return true;
}

/**
 * Puts the whole program there as text, as NAME.
 * @returns how long it took, or undefined when the machine has no tool to type it into
 */
export async function typeProgram(
	ccp: Ccp,
	shelf: Shelf,
	profile: BootstrapProfile,
	name: string,
	bytes: Uint8Array,
	options: CcpOptions,
): Promise<{ readonly seconds: number } | undefined> {
	const { clock } = ccp.console.link;
	const startS = clock.now();
	const stem = stemOf(name);
	if (!(await typeIn(ccp, shelf, stem, bytes, "program", profile, options))) return undefined;
	options.onEvent?.({ type: "bootstrapped", name });
	return { seconds: clock.now() - startS };
}

async function typeIn(
	ccp: Ccp,
	shelf: Shelf,
	stem: string,
	bytes: Uint8Array,
	what: "receiver" | "program",
	profile: BootstrapProfile,
	options: CcpOptions,
): Promise<boolean> {
	const length = bytes.length;
	await eraseScratch(ccp);
	options.onEvent?.({ type: "bootstrap", what, bytes: length, tool: "PIP" });
	// PIP stops listening while it writes; a line that nothing holds back loses what comes then.
	const careful = toIntelHex(bytes).length > PIP_BUFFER && mayOverrun(ccp.console.link, profile);
	if ((await typeAsHex(ccp, shelf, stem, bytes, { ...options, careful })) === "done") return true;
	options.onEvent?.({ type: "bootstrap", what, bytes: length, tool: "DDT" });
	return (await typeIntoDdt(ccp, shelf, stem, bytes, options)) === "done";
}
