import { expect, it } from "vitest";
import type { Link } from "./link.js";
import { loopback } from "./simulation/loopback.js";
import { writeWithin } from "./write-within.js";

/** A line whose far side holds RTS down. */
function stuckLink(): { link: Link; clock: ReturnType<typeof loopback>["clock"] } {
	const { near, clock } = loopback();
	return { link: Object.assign(near, { write: () => new Promise<void>(() => {}) }), clock };
}

it("writes", async () => {
	const { near, far, clock } = loopback();
	const got: number[] = [];
	far.onData((bytes) => got.push(...bytes));
	await writeWithin(near, Uint8Array.of(1, 2), 5);
	await clock.sleep(1);
	expect(got).toEqual([1, 2]);
});

it("gives up on a stuck line", async () => {
	const { link, clock } = stuckLink();
	await expect(writeWithin(link, Uint8Array.of(1), 5)).rejects.toMatchObject({
		code: "line-failed",
		message: "The line loopback took no bytes for 5 s.",
	});
	expect(clock.now()).toBe(5);
});

it("is interrupted by a signal", async () => {
	const { link, clock } = stuckLink();
	const stop = new AbortController();
	clock.at(1, () => stop.abort());
	await expect(writeWithin(link, Uint8Array.of(1), 5, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
	expect(clock.now()).toBe(1);
	await expect(writeWithin(link, Uint8Array.of(1), 5, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
});

it("passes a lost line on", async () => {
	const { near, cut } = loopback();
	cut();
	await expect(writeWithin(near, Uint8Array.of(1), 5)).rejects.toMatchObject({ code: "line-lost" });
});
