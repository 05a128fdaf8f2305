/** A deploy as a report sees it, with figures that are easy to recognise in a page; tests change what they are about. */
import type { DeployReport } from "../html.js";
import type { ReplyAccuracy, TrainedResult } from "../results.js";
import { distribution } from "../statistics.js";

function accuracy(overall: number, macro: number): ReplyAccuracy {
	return { overall, macro };
}

export function sampleTraining(): TrainedResult {
	return {
		path: "smalltalk.npz",
		nonzeroWeights: 20_123,
		widths: [1152, 64, 30],
		pairs: 1_700,
		examples: 9_000,
		epochs: 40,
		seconds: 7.5,
		seed: 1,
		train: { char: 0.999, reply: 0.991 },
		holdout: { char: 0.95, reply: { overall: 0.912, macro: 0.905 } },
		refit: false,
		teacher: null,
		curve: [
			{ step: 100, seconds: 1.5, loss: 1.9, nonzeroWeights: 30_000, holdout: accuracy(0.3, 0.2), train: null },
			{ step: 200, seconds: 3, loss: 0.9, nonzeroWeights: 25_000, holdout: accuracy(0.7, 0.6), train: null },
			{ step: 300, seconds: 4.5, loss: 0.4, nonzeroWeights: 20_123, holdout: accuracy(0.912, 0.905), train: null },
			{ step: 400, seconds: 6, loss: 0.2, nonzeroWeights: 19_000, holdout: accuracy(0.89, 0.88), train: null },
		],
		keptStep: 300,
		tradeOff: null,
	};
}

export function sampleReport(): DeployReport {
	return {
		name: "smalltalk",
		createdAt: "2001-02-03 04:05",
		zulmVersion: "0.1.0",
		arrivals: [
			{ query: "hello", reply: "HI THERE", arrivalsS: [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09] },
			{ query: "meaning of life", reply: "42", arrivalsS: [0.021, 0.033] },
		],
		result: {
			model: sampleTraining(),
			program: {
				path: "SMALLTAL.COM",
				bytes: 34_944,
				kernel: "column",
				nonzeroWeights: 20_123,
				crc16: "1A2B",
				sha256: "0".repeat(64),
				buildId: "00C0FFEE",
			},
			target: {
				link: { kind: "emulator", port: "emulator", baud: 115_200 },
				profile: "emulator",
				machine: "emulated RC2014",
				emulator: true,
				clockHz: 7_372_800,
			},
			transfer: {
				protocol: "xmodem-crc",
				blockSize: 128,
				bytes: 34_944,
				seconds: 3.4,
				bytesPerSecond: 10_277.6,
				retries: 0,
				restarts: 0,
				skipped: false,
				bootstrapped: false,
			},
			verify: { ok: true, expectedCrc16: "1A2B", deviceCrc16: "1A2B" },
			chat: [
				{ query: "hello", reply: "HI THERE", expected: "HI THERE", ok: true },
				{ query: "meaning of life", reply: "42", expected: "42", ok: true },
			],
			timing: {
				firstChar: distribution([0.02, 0.021]),
				perChar: distribution([0.01, 0.012]),
				reply: distribution([0.09, 0.033]),
				tStates: { firstChar: distribution([147_456]), perChar: distribution([73_728]) },
				effectiveClockHz: 7_300_000,
			},
			reportPath: "reports/smalltalk.html",
		},
	};
}
