/** Putting a program on the target as `push`, `bench` and `deploy` share it: sent, verified, installed, and said so. */
import { type Upload, upload } from "../cpm/upload.js";
import type { VerifyResult } from "../report/results.js";
import type { Session } from "./command.js";
import { describeTransfer, narrate } from "./narrate.js";
import type { Target } from "./target.js";

export async function uploadProgram(
	{ out, signal }: Session,
	target: Target,
	image: Uint8Array,
	name: string,
): Promise<Upload> {
	const result = await upload(target.link, target.profile, image, { name, signal, onEvent: narrate(out) });
	out.done("sent", `${result.name}: ${describeTransfer(result.transfer)}`);
	if (result.verify !== null) out.done("verified", describeVerification(result.verify));
	else out.note("  not verified: only programs packed by zulm can check themselves");
	return result;
}

export function describeVerification({ ok, expectedCrc16, deviceCrc16 }: VerifyResult): string {
	if (ok) return `the machine counts CRC ${expectedCrc16}, as packed`;
	return deviceCrc16 === null
		? `the machine gave no CRC; ${expectedCrc16} was expected`
		: `the machine counts CRC ${deviceCrc16}; ${expectedCrc16} was expected`;
}
