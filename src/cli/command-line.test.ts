import { expect, it } from "vitest";
import { commandLine } from "./command-line.js";

it("is what a person can type: npx where npm started zulm, quotes around what has spaces", () => {
	expect(commandLine({}, ["chat", "--port", "tcp://rc2014.local:23"])).toBe("zulm chat --port tcp://rc2014.local:23");
	expect(commandLine({ npm_lifecycle_event: "start" }, ["deploy", "my talk.txt"])).toBe(
		'npx zulm deploy "my talk.txt"',
	);
	expect(commandLine({}, ["deploy", ""])).toBe('zulm deploy ""');
});
