/** The report of a deploy: a page of what results.ts holds, and nothing that was not measured. */
import { formatClock, formatCount, formatRate, formatSeconds, threeDigits } from "./format.js";
import { type Markup, markup } from "./markup.js";
import { modelCard, trainingSections } from "./model-sections.js";
import { badge, card, page, tiles } from "./page.js";
import type { ChatLine, DeployResult, TimingResult } from "./results.js";
import type { Distribution } from "./statistics.js";
import { arrivalsChart, type ReplyArrivals } from "./svg.js";

export interface DeployReport {
	/** What was deployed, for the heading. */
	readonly name: string;
	/** When, as it should be shown. */
	readonly createdAt: string;
	readonly zulmVersion: string;
	readonly result: DeployResult;
	readonly arrivals: readonly ReplyArrivals[];
}

/** The whole page as text. */
export function deployReportHtml(report: DeployReport): string {
	const { result } = report;
	return page({
		title: `${report.name} on ${result.target.machine}`,
		kicker: `zulm deploy · ${report.createdAt}`,
		heading: markup`${report.name} <span>on ${result.target.machine}</span>`,
		zulmVersion: report.zulmVersion,
		remark: "Times are measured at the host's end of the line; T-states are counted on the emulated Z80.",
		lead: markup`<p>${verdict(result)}</p>`,
		body: [
			tiles(tilesOf(result)),
			chatSection(result.chat),
			timingSection(result.timing, report.arrivals, result.target.emulator),
			...trainingSections(result.model),
			markup`<section class="pairs">${[modelCard(result.model), programCard(result), targetCard(result), transferCard(result)]}</section>`,
		],
	});
}

function verdict({ verify, chat }: DeployResult): Markup[] {
	const exact = chat.filter(({ ok }) => ok).length;
	const badges = [badge(verify.ok, verify.ok ? "verified on the machine" : "NOT the bytes that were sent")];
	if (chat.length > 0) badges.push(badge(exact === chat.length, `${exact} of ${chat.length} replies exact`));
	return badges;
}

function tilesOf({ program, transfer, timing }: DeployResult): [string, string][] {
	return [
		[formatCount(program.bytes), "bytes of program"],
		transfer.skipped
			? ["0", "bytes sent: it was there already"]
			: [formatRate(transfer.bytesPerSecond), "over the line"],
		[formatSeconds(timing.firstChar.p50), "to the first character"],
		[threeDigits(1 / timing.perChar.mean), "characters per second"],
	];
}

function chatSection(chat: readonly ChatLine[]): Markup {
	if (chat.length === 0) return markup``;
	const rows = chat.map(
		({ query, reply, expected, ok }) => markup`<tr class="${ok ? "" : "differs"}">
<td>${query}</td><td class="machine">${reply}</td>
<td>${ok ? "✓" : markup`✗ expected <span class="machine">${expected ?? "–"}</span>`}</td></tr>`,
	);
	return markup`<section><h2>Chat</h2>
<div class="scroll"><table><thead><tr><th>You</th><th>The machine</th><th>As the reference</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

function timingSection(timing: TimingResult, arrivals: readonly ReplyArrivals[], emulator: boolean): Markup {
	const row = (what: string, d: Distribution, show: (value: number) => string) =>
		markup`<tr><td>${what}</td>${[d.mean, d.p5, d.p50, d.p95, d.max].map((v) => markup`<td class="number">${show(v)}</td>`)}<td class="number">${formatCount(d.n)}</td></tr>`;
	const chart = arrivalsChart(arrivals);
	const clock =
		timing.effectiveClockHz === null
			? markup``
			: markup`<p>Characters come at the pace of a Z80 at <b>${formatClock(timing.effectiveClockHz)}</b>.</p>`;
	const source = emulator ? "counted on this machine" : "predicted by the emulator";
	return markup`<section><h2>Timing</h2>
${chart === undefined ? markup`` : markup`<div class="scroll">${chart}</div>`}
<div class="scroll"><table><thead><tr><th></th>${["mean", "p5", "median", "p95", "max", "n"].map((name) => markup`<th class="number">${name}</th>`)}</tr></thead>
<tbody>
${row("Enter to first character", timing.firstChar, formatSeconds)}
${row("Character to character", timing.perChar, formatSeconds)}
${row("Enter to last character", timing.reply, formatSeconds)}
${row(`T-states to first character, ${source}`, timing.tStates.firstChar, formatCount)}
${row(`T-states per character, ${source}`, timing.tStates.perChar, formatCount)}
</tbody></table></div>
${clock}</section>`;
}

function programCard({ program, verify }: DeployResult): Markup {
	return card("Program", [
		["file", program.path],
		["length", `${formatCount(program.bytes)} bytes`],
		["kernel", program.kernel],
		["build", program.buildId],
		["CRC-16", `${program.crc16}; the machine counted ${verify.deviceCrc16 ?? "nothing"}`],
		["SHA-256", program.sha256],
	]);
}

function targetCard({ target }: DeployResult): Markup {
	const { link } = target;
	const usb = link.vendorId === undefined ? "" : ` (USB ${link.vendorId}:${link.productId ?? "?"})`;
	return card("Machine", [
		["machine", target.machine],
		["clock", target.clockHz === null ? "see timing" : formatClock(target.clockHz)],
		["profile", target.profile],
		["port", `${link.port}${usb}`],
		["speed", link.baud === undefined ? "set by the far side" : `${formatCount(link.baud)} baud`],
	]);
}

function transferCard({ transfer }: DeployResult): Markup {
	if (transfer.skipped) return card("Transfer", [["skipped", "the machine had these very bytes already"]]);
	return card("Transfer", [
		["protocol", `${transfer.protocol}, ${formatCount(transfer.blockSize)}-byte blocks`],
		["sent", `${formatCount(transfer.bytes)} bytes in ${formatSeconds(transfer.seconds)}`],
		["rate", formatRate(transfer.bytesPerSecond)],
		["blocks sent again", formatCount(transfer.retries)],
		["receiver", transfer.bootstrapped ? "put there by zulm first" : "already on the machine"],
	]);
}
