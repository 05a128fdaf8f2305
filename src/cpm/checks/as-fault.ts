/** An error as a finding: what happened, and its hint as the remedy. */
import { ZulmError } from "../../base/errors.js";
import { type Finding, fault } from "../../base/finding.js";

/** @throws what is no ZulmError, and `interrupted`: those are not findings */
export function asFault(id: string, error: unknown): Finding {
	if (!(error instanceof ZulmError) || error.code === "interrupted") throw error;
	return fault(id, error.message.replace(/\.$/, ""), error.hint ?? "Try again with --log FILE and look at what came.");
}
