/** The cable comes back: uploads that begin again, and those that must not. */
import { describe, expect, test } from "vitest";
import { ZulmError } from "../base/errors.js";
import type { Link } from "../transport/link.js";
import { ReopenableLink } from "../transport/reopenable-link.js";
import { packModel } from "./pack.js";
import { type ResumeOptions, uploadResuming } from "./resume.js";
import { EmulatedMachine, someBytes } from "./testing/emulated-machine.js";
import { randomModel } from "./testing/random-model.js";

const PROGRAM = packModel(
	randomModel(2, {
		features: { buckets: 128, ngrams: [3] },
		hidden: [8],
		characters: 20,
		density: 0.4,
		biasRange: 200,
	}),
	{ name: "TINY" },
).image;
const OLD = someBytes(640, 7);

interface Pulled {
	/** How often the cable goes during the transfer. */
	readonly pulls: number;
	/** It comes back this much later. */
	readonly backAfterS: number;
}

async function upload({ pulls, backAfterS }: Pulled, options: Partial<ResumeOptions> = {}) {
	const machine = new EmulatedMachine({ files: new Map([["CHAT.COM", OLD]]) });
	let pulledAtS = Number.NEGATIVE_INFINITY;
	let left = pulls;
	const link = new ReopenableLink(machine.link, async (): Promise<Link> => {
		if (machine.machine.timeS < pulledAtS + backAfterS) throw new ZulmError("port-unknown", "It is not there.");
		machine.replug();
		return machine.link;
	});
	const restarts: [number, string][] = [];
	const sending = uploadResuming(link, machine.profile, PROGRAM, {
		name: "CHAT.COM",
		restarts: 2,
		reopen: (signal) => link.reopen(60, signal),
		onRestart: (restart, { code }) => restarts.push([restart, code]),
		...options,
		onEvent: (event) => {
			if (event.type !== "progress" || event.progress.bytes < 2000 || left === 0) return;
			left--;
			pulledAtS = machine.machine.timeS;
			machine.unplug();
		},
	});
	return { machine, restarts, sending };
}

describe("a cable that comes back", () => {
	test.each([1, 2])("pulled %i times: the upload begins again as often", async (pulls) => {
		const { machine, restarts, sending } = await upload({ pulls, backAfterS: 9 });
		const { transfer, verify } = await sending;
		expect(transfer).toMatchObject({ restarts: pulls, skipped: false });
		expect(verify?.ok).toBe(true);
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
		expect(restarts).toEqual([1, 2].slice(0, pulls).map((restart) => [restart, "line-lost"]));
	});

	test("pulled once too often: the error, and the old program", async () => {
		const { machine, sending } = await upload({ pulls: 3, backAfterS: 1 });
		await expect(sending).rejects.toMatchObject({ code: "line-lost" });
		expect(machine.drive.read("CHAT.COM")).toEqual(OLD);
	});

	test("too late: the error says so", async () => {
		const { machine, sending } = await upload({ pulls: 1, backAfterS: 100 });
		await expect(sending).rejects.toMatchObject({ code: "line-lost", message: expect.stringContaining("60 s") });
		expect(machine.drive.read("CHAT.COM")).toEqual(OLD);
	});

	test("is not waited for when there is no way to open it, or no restart is wanted", async () => {
		for (const options of [{ reopen: undefined }, { restarts: 0 }]) {
			const { sending } = await upload({ pulls: 1, backAfterS: 0 }, options);
			await expect(sending).rejects.toMatchObject({ code: "line-lost" });
		}
	});
});

test("what the machine refuses is not tried again", async () => {
	const machine = new EmulatedMachine({ disk: { capacityBytes: 12 * 1024 } });
	const restarts: number[] = [];
	const sending = uploadResuming(machine.link, machine.profile, someBytes(20_000), {
		name: "CHAT.COM",
		restarts: 5,
		onRestart: (restart) => restarts.push(restart),
	});
	await expect(sending).rejects.toMatchObject({ code: "disk-full" });
	expect(restarts).toEqual([]);
});
