import { expect, it } from "vitest";
import { protocolLimitS } from "./protocol-limit.js";
import { simulatedTransferS } from "./transfer-speed.js";

it("the limit of one block is its bits, its ACK's, the EOT's and its ACK's, and two turnarounds", () => {
	expect(protocolLimitS(128, 128, 9600, 0.016)).toBeCloseTo(((133 + 1 + 1 + 1) * 10) / 9600 + 2 * 0.016, 9);
});

it.each([9600, 115_200])("at %i baud our sender needs at most 2%% more than the protocol's limit", async (baud) => {
	for (const blockSize of [128, 1024] as const) {
		for (const turnaroundS of [0, 0.001, 0.016]) {
			const limitS = protocolLimitS(5_000, blockSize, baud, turnaroundS);
			const seconds = await simulatedTransferS(5_000, blockSize, baud, turnaroundS);
			expect(seconds / limitS).toBeGreaterThan(0.9999);
			expect(seconds / limitS).toBeLessThan(1.02);
		}
	}
});
