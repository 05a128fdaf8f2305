import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { SimulatedClock } from "./simulation/simulated-clock.js";
import { Wakeup } from "./wakeup.js";

it("ends when woken, after the time, or with the error it is woken with", async () => {
	const clock = new SimulatedClock();
	const wakeup = new Wakeup();
	clock.at(1, () => wakeup.wake());
	expect([await wakeup.wait(clock, 5), clock.now()]).toEqual([true, 1]);
	expect([await wakeup.wait(clock, 5), clock.now()]).toEqual([false, 6]);
	clock.at(7, () => wakeup.wake(new Error("gone")));
	await expect(wakeup.wait(clock, 5)).rejects.toThrow("gone");
	expect(await wakeup.wait(clock, 0)).toBe(false);
});

it("listens to a signal once for all waits, until one comes with another", async () => {
	const clock = new SimulatedClock();
	const wakeup = new Wakeup();
	const [first, second] = [new AbortController(), new AbortController()];
	const listeners = () => [first, second].map(({ signal }) => getEventListeners(signal, "abort").length);
	await wakeup.wait(clock, 1, first.signal);
	await wakeup.wait(clock, 1, first.signal);
	expect(listeners()).toEqual([1, 0]);
	const waiting = wakeup.wait(clock, 1, second.signal);
	expect(listeners()).toEqual([0, 1]);
	first.abort();
	second.abort();
	await expect(waiting).rejects.toMatchObject({ code: "interrupted" });
	await expect(wakeup.wait(clock, 1, second.signal)).rejects.toMatchObject({ code: "interrupted" });
	wakeup.close();
	expect(listeners()).toEqual([0, 0]);
});
