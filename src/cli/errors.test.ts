import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { ERROR_EXITS, type ErrorCode, ZulmError } from "../base/errors.js";
import { failureOf } from "./errors.js";

describe("failureOf", () => {
	it("gives each listed error its code, sentence, hint and exit code", () => {
		for (const code of Object.keys(ERROR_EXITS) as ErrorCode[]) {
			const failure = failureOf(new ZulmError(code, "It broke.", { hint: "Mend it." }));
			expect(failure).toEqual({ code, message: "It broke.", hint: "Mend it.", exitCode: ERROR_EXITS[code] });
		}
	});

	it("words commander's errors as sentences with exit code 2", () => {
		const failure = failureOf(
			new CommanderError(1, "commander.unknownOption", "error: unknown option '--x'\n(Did you mean --y?)"),
		);
		expect(failure).toMatchObject({ code: "usage", message: "Unknown option '--x'.", exitCode: 2 });
	});

	it("takes Ctrl-C in a prompt or a stream as an interruption", () => {
		for (const name of ["ExitPromptError", "AbortError"])
			expect(failureOf(Object.assign(new Error("x"), { name }))).toMatchObject({ code: "interrupted", exitCode: 130 });
	});

	it("calls anything else a defect of ours and says where", () => {
		const failure = failureOf(new TypeError("x is not a function"));
		expect(failure).toMatchObject({ code: "internal", exitCode: 70 });
		expect(failure.stack).toContain("errors.test");
		expect(failureOf("thrown text")).toMatchObject({ code: "internal", exitCode: 70 });
	});
});
