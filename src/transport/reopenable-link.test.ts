import { expect, it } from "vitest";
import { ZulmError } from "../base/errors.js";
import { ByteReader } from "./byte-reader.js";
import type { Link } from "./link.js";
import { ReopenableLink } from "./reopenable-link.js";
import { loopback } from "./simulation/loopback.js";
import { SimulatedClock } from "./simulation/simulated-clock.js";

function pluggable() {
	const clock = new SimulatedClock();
	const first = loopback({ clock });
	const second = loopback({ clock });
	let there = false;
	const link = new ReopenableLink(first.near, async (): Promise<Link> => {
		if (!there) throw new ZulmError("port-unknown", "There is no such port.");
		return second.near;
	});
	const plugIn = () => {
		there = true;
	};
	return { clock, first, second, link, plugIn };
}

it("is a line again once the port is back", async () => {
	const { clock, first, second, link, plugIn } = pluggable();
	const heard: number[] = [];
	link.onData((bytes) => heard.push(...bytes));
	first.cut();
	await expect(link.write(Uint8Array.of(1))).rejects.toMatchObject({ code: "line-lost" });
	clock.at(7, plugIn);
	await link.reopen(60);
	expect(clock.now()).toBeGreaterThanOrEqual(7);
	expect(clock.now()).toBeLessThan(8);
	const far = new ByteReader(second.far);
	await link.write(Uint8Array.of(2));
	expect(await far.readByte(1)).toBe(2);
	await second.far.write(Uint8Array.of(3));
	await clock.sleep(1);
	expect(heard).toEqual([3]);
});

it("gives up when the port does not come back", async () => {
	const { clock, first, link } = pluggable();
	first.cut();
	await expect(link.reopen(10)).rejects.toMatchObject({ code: "line-lost" });
	expect(clock.now()).toBeCloseTo(10, 0);
});

it("obeys Ctrl-C while it waits", async () => {
	const { clock, first, link } = pluggable();
	first.cut();
	const stop = new AbortController();
	clock.at(3, () => stop.abort());
	await expect(link.reopen(100, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
	expect(clock.now()).toBeLessThan(4);
});
