/**
 * An upload that starts again after the line failed: waits for the port, finds the prompt, sends from the beginning.
 *
 *   upload ✗ line-lost → reopen → upload ✗ transfer-failed → upload ✓        at most `restarts` times
 *
 * Only failures of the line are worth another try: what the machine refuses once, it refuses again. Nothing is resumed
 * in the middle of a file; XMODEM has no such thing.
 */
import { type ErrorCode, ZulmError } from "../base/errors.js";
import type { Link } from "../transport/link.js";
import type { Profile } from "../transport/profile.js";
import { type Upload, type UploadOptions, upload } from "./upload.js";

export interface ResumeOptions extends UploadOptions {
	/** How often to start again; 0: never. */
	readonly restarts: number;
	/** Opens the lost line again, waiting for it. Without it a lost line is the end. */
	readonly reopen?: ((signal?: AbortSignal) => Promise<void>) | undefined;
	/** The line failed and the upload begins again, for the `restart`-th time. */
	readonly onRestart?: ((restart: number, because: ZulmError) => void) | undefined;
}

export interface ResumedUpload extends Upload {
	readonly transfer: Upload["transfer"] & {
		/** How often the whole upload began again. */
		readonly restarts: number;
	};
}

const LINE_FAILURES: readonly ErrorCode[] = ["line-lost", "line-failed", "transfer-failed", "verify-failed"];
/** A machine that answered before and does not now may be booting; one that never did is the wrong port. */
const SILENCES: readonly ErrorCode[] = ["no-answer", "no-prompt"];

/** `upload`, up to `restarts` times more. @throws ZulmError as `upload`: the last failure */
export async function uploadResuming(
	link: Link,
	profile: Profile,
	program: Uint8Array,
	options: ResumeOptions,
): Promise<ResumedUpload> {
	const { restarts, reopen, onRestart, signal, onEvent } = options;
	let promptSeen = false;
	for (let restart = 0; ; restart++) {
		try {
			const result = await upload(link, profile, program, {
				...options,
				onEvent: (event) => {
					if (event.type === "prompt") promptSeen = true;
					onEvent?.(event);
				},
			});
			return { ...result, transfer: { ...result.transfer, restarts: restart } };
		} catch (error) {
			if (!(error instanceof ZulmError) || restart === restarts || signal?.aborted) throw error;
			const lost = error.code === "line-lost";
			const again = LINE_FAILURES.includes(error.code) || (promptSeen && SILENCES.includes(error.code));
			if (!again || (lost && reopen === undefined)) throw error;
			onRestart?.(restart + 1, error);
			if (lost) await reopen?.(signal);
		}
	}
}
