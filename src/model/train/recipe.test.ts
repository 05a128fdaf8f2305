import { expect, test } from "vitest";
import { wantsTeacher } from "./recipe.js";

test.each([
	["too few pairs to hold any out", { pairs: 49, replies: 5 }, false],
	["a beginner's corpus", { pairs: 50, replies: 5 }, true],
	["as many pairs as a teacher can learn in time", { pairs: 4000, replies: 20 }, true],
	["more", { pairs: 4001, replies: 20 }, false],
	["two phrasings of each reply", { pairs: 1000, replies: 500 }, true],
	["most replies said once", { pairs: 1000, replies: 501 }, false],
])("a teacher for %s", (_, size, wanted) => {
	expect(wantsTeacher(size)).toBe(wanted);
});
