/** A folder of a test's own, removed after it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface TestFolder {
	readonly path: string;
	/** The path of a file in it. */
	at(name: string): string;
	/** Writes a file and returns its path. */
	write(name: string, data: string | Uint8Array): string;
}

export function testFolder(): TestFolder {
	const path = mkdtempSync(join(tmpdir(), "zulm-test-"));
	onTestFinished(() => rmSync(path, { recursive: true, force: true }));
	const at = (name: string) => join(path, name);
	return {
		path,
		at,
		write: (name, data) => {
			writeFileSync(at(name), data);
			return at(name);
		},
	};
}
