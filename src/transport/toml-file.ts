/**
 * TOML files checked against a schema, with errors that name file, line and field.
 */
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { ZulmError } from "../base/errors.js";
import { readFileOrExplain } from "../base/files.js";
import { lineOf } from "./toml-lines.js";

export interface TomlFile {
	readonly path: string;
	readonly source: string;
	readonly value: unknown;
}

/** @throws ZulmError `file-unreadable`, `profile-malformed` */
export function readToml(path: string): TomlFile {
	const source = new TextDecoder().decode(readFileOrExplain(path, "machine profile"));
	try {
		return { path, source, value: parse(source) };
	} catch (cause) {
		if (!(cause instanceof TomlError)) throw cause;
		const [reason] = cause.message.split("\n");
		throw malformed(path, `line ${cause.line}, column ${cause.column}: ${reason}`, cause);
	}
}

/** What the file holds, as `schema` wants it. @throws ZulmError `profile-malformed` (each fault with its line and field) */
export function validate<Schema extends v.GenericSchema>(schema: Schema, file: TomlFile): v.InferOutput<Schema> {
	const result = v.safeParse(schema, file.value);
	if (result.success) return result.output;
	const faults = result.issues.map((issue) => {
		const path = (issue.path ?? []).map(({ key }) => key as string | number);
		return `line ${lineOf(file.source, path)}: ${v.getDotPath(issue) ?? "the file"} ${describeIssue(issue)}`;
	});
	throw malformed(file.path, faults.join("; "));
}

/** What is wrong with one field, for what no schema can check. */
export function fault({ path, source }: TomlFile, field: readonly (string | number)[], what: string): ZulmError {
	return malformed(path, `line ${lineOf(source, field)}: ${field.join(".")} ${what}`);
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
	if (issue.expected === "never") return "is not a field of a profile";
	if (issue.received === "undefined") return "is missing";
	return issue.message.startsWith("Invalid") ? `must be ${issue.expected}, not ${issue.received}` : issue.message;
}

function malformed(path: string, what: string, cause?: unknown): ZulmError {
	return new ZulmError("profile-malformed", `The machine profile ${path} is not valid: ${what}.`, {
		hint: "Compare it with a built-in profile in the profiles folder.",
		cause,
	});
}
