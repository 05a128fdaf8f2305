import { describe, expect, it } from "vitest";
import { deployReportHtml } from "./html.js";
import { sampleReport } from "./testing/sample.js";

describe("deployReportHtml", () => {
	it("shows the model, program, machine, transfer, verdict, chat and timing", () => {
		const html = deployReportHtml(sampleReport());
		for (const shown of [
			"smalltalk",
			"1152 → 64 → 30",
			"20,123",
			"91.2% overall, 90.5% macro",
			"34,944",
			"10,278 bytes/s",
			"7.3728 MHz",
			"verified on the machine",
			"2 of 2 replies exact",
			"HI THERE",
			"20.5 ms",
			"73,728",
		])
			expect(html).toContain(shown);
		expect(html).not.toMatch(/undefined|NaN|\[object/);
	});

	it("draws the training curve of a model trained just now, and of no other", () => {
		const report = sampleReport();
		expect(deployReportHtml(report)).toContain("Accuracy and loss during training");
		const model = { path: "old.npz", nonzeroWeights: 1, widths: [1152, 64, 30] };
		const html = deployReportHtml({ ...report, result: { ...report.result, model } });
		expect(html).toContain("old.npz");
		expect(html).not.toContain("during training");
	});

	it("is self-contained: nothing is fetched and nothing runs", () => {
		const html = deployReportHtml(sampleReport());
		expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
	});

	it("escapes what people and machines wrote", () => {
		const report = sampleReport();
		const hostile = `</td><script>alert("1")</script>'&\u0007\u001b[2J`;
		const html = deployReportHtml({
			...report,
			name: hostile,
			arrivals: [{ query: hostile, reply: hostile, arrivalsS: [0.1] }],
			result: { ...report.result, chat: [{ query: hostile, reply: hostile, expected: hostile, ok: false }] },
		});
		expect(html).not.toContain("<script");
		expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;\u2407\u241b[2J");
	});

	it("says plainly when verification failed and which replies differ", () => {
		const report = sampleReport();
		const html = deployReportHtml({
			...report,
			result: {
				...report.result,
				verify: { ok: false, expectedCrc16: "1A2B", deviceCrc16: null },
				chat: [{ query: "hello", reply: "HI TH", expected: "HI THERE", ok: false }],
			},
		});
		expect(html).toContain("NOT the bytes that were sent");
		expect(html).toContain("the machine counted nothing");
		expect(html).toContain("0 of 1 replies exact");
		expect(html).toContain('<tr class="differs">');
	});

	it("leaves out chat and chart when nothing was said", () => {
		const report = sampleReport();
		const html = deployReportHtml({ ...report, arrivals: [], result: { ...report.result, chat: [] } });
		expect(html).not.toContain("When each character");
		expect(html).not.toContain("<h2>Chat</h2>");
	});
});
