import { describe, expect, test } from "vitest";
import { type TimeSource, VirtualClock } from "./virtual-clock.js";

/** A machine that does nothing but count the steps it is asked for, and stops at given times. */
class FakeMachine implements TimeSource {
	timeS = 0;
	steps = 0;
	onStop: (timeS: number) => void = () => {};

	constructor(private readonly stopsS: number[] = []) {}

	nowS(): number {
		return this.timeS;
	}

	runTo(deadlineS: number): void {
		this.steps++;
		const stop = this.stopsS[0];
		if (stop !== undefined && stop <= deadlineS) {
			this.stopsS.shift();
			this.timeS = Math.max(this.timeS, stop);
			this.onStop(stop);
			return;
		}
		this.timeS = Math.max(this.timeS, deadlineS);
	}
}

const macrotask = () => new Promise((resolve) => setImmediate(resolve));

describe("virtual clock", () => {
	test("a sleep takes its time on the machine's clock, and none of ours", async () => {
		const machine = new FakeMachine();
		const clock = new VirtualClock(machine);
		await clock.sleep(40);
		expect(clock.now()).toBeCloseTo(40, 6);
		expect(machine.steps).toBeGreaterThan(100);
	});

	test("does not move while nobody sleeps", async () => {
		const machine = new FakeMachine();
		const clock = new VirtualClock(machine);
		for (let i = 0; i < 10; i++) await macrotask();
		expect([clock.now(), machine.steps]).toEqual([0, 0]);
		await clock.sleep(1);
		const { steps } = machine;
		for (let i = 0; i < 10; i++) await macrotask();
		expect(machine.steps).toBe(steps);
	});

	test("wakes in order of deadline, each at its own", async () => {
		const clock = new VirtualClock(new FakeMachine());
		const woken: [string, number][] = [];
		const sleep = async (name: string, seconds: number) => {
			await clock.sleep(seconds);
			woken.push([name, Math.round(clock.now() * 1000)]);
		};
		await Promise.all([sleep("c", 3), sleep("a", 1), sleep("b", 2), sleep("a2", 1)]);
		expect(woken).toEqual([
			["a", 1000],
			["a2", 1000],
			["b", 2000],
			["c", 3000],
		]);
	});

	test("everything a delivered byte sets off happens before time moves on", async () => {
		const machine = new FakeMachine([0.5]);
		const clock = new VirtualClock(machine);
		const seen: number[] = [];
		machine.onStop = () => {
			void (async () => {
				for (let i = 0; i < 20; i++) await Promise.resolve();
				seen.push(clock.now());
			})();
		};
		await clock.sleep(1);
		expect(seen).toEqual([0.5]);
	});

	test("a sleep of nothing still lets others run first", async () => {
		const clock = new VirtualClock(new FakeMachine());
		let ran = false;
		queueMicrotask(() => {
			ran = true;
		});
		await clock.sleep(0);
		expect([ran, clock.now()]).toEqual([true, 0]);
	});

	test("an aborted sleep rejects, at once or later, and holds nobody up", async () => {
		const machine = new FakeMachine();
		const clock = new VirtualClock(machine);
		await expect(clock.sleep(1, AbortSignal.abort())).rejects.toMatchObject({ code: "interrupted" });
		const controller = new AbortController();
		const sleeping = clock.sleep(1000, controller.signal);
		controller.abort();
		await expect(sleeping).rejects.toMatchObject({ code: "interrupted" });
		await macrotask();
		await macrotask();
		expect(clock.now()).toBeLessThan(1);
	});
});
