/**
 * The two ways in which a model file can be refused, with the sentence that says why.
 */
import { ZulmError } from "../base/errors.js";

/** The model file is not what it should be. */
export function malformed(why: string, cause?: unknown): ZulmError {
	return new ZulmError("model-malformed", `This is not a usable model file: ${why}.`, {
		hint: "Give an .npz file that zulm or z80ai wrote; copy it again if it was damaged on the way.",
		cause,
	});
}

/** The model file may be sound, but we do not do that. */
export function unsupported(what: string): ZulmError {
	return new ZulmError("model-unsupported", `zulm cannot use this model file: it ${what}.`, {
		hint: "Give an .npz file that zulm or z80ai wrote.",
	});
}
