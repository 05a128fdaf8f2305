/**
 * One line of a diagnosis: what was found, and one thing to do about it. `zulm doctor` is a list of them.
 *
 *   ok true             fine                        ok true + remedy    works, and could be better
 *   ok false + remedy   this stops a deploy         ok null             not checked, and why not
 */
export interface Finding {
	/** Names the check; a promise to programs that read `--json`. */
	readonly id: string;
	readonly ok: boolean | null;
	readonly finding: string;
	readonly remedy: string | null;
}

export function well(id: string, finding: string): Finding {
	return { id, ok: true, finding, remedy: null };
}

/** It works, and this would make it better. */
export function advice(id: string, finding: string, remedy: string): Finding {
	return { id, ok: true, finding, remedy };
}

/** A deploy will not succeed like this. */
export function fault(id: string, finding: string, remedy: string): Finding {
	return { id, ok: false, finding, remedy };
}

/** `why` completes "skipped: ". */
export function skipped(id: string, why: string): Finding {
	return { id, ok: null, finding: `skipped: ${why}`, remedy: null };
}
