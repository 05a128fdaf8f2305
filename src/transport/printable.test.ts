import { expect, it } from "vitest";
import { printable } from "./printable.js";

it("shows control characters instead of sending them", () => {
	expect(printable("A>\r\n\t\x1b[2J\x00\x7f\xe9")).toBe("A>\\r\\n\\t\\e[2J\\x00\\x7f\\xe9");
	expect(printable("\u{1f600}")).toBe("\\u{1f600}");
});
