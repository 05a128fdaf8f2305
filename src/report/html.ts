/**
 * The report of a deploy: one self-contained HTML page (no script, no font, no picture from elsewhere) that can be
 * mailed or pinned up. It shows what results.ts holds and nothing that was not measured.
 */
import { formatClock, formatCount, formatRate, formatSeconds, formatShare, threeDigits } from "./format.js";
import { type Markup, markup } from "./markup.js";
import type { ChatLine, DeployResult, TimingResult, TrainedResult } from "./results.js";
import type { Distribution } from "./statistics.js";
import { STYLE } from "./style.js";
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
	return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.name} on ${result.target.machine}: zulm</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kicker">zulm deploy · ${report.createdAt}</p>
<h1>${report.name} <span>on ${result.target.machine}</span></h1>
<p>${verdict(result)}</p>
</header>
${tiles(result)}
${chatSection(result.chat)}
${timingSection(result.timing, report.arrivals, result.target.emulator)}
<section class="pairs">
${modelCard(result)}
${programCard(result)}
${targetCard(result)}
${transferCard(result)}
</section>
<footer>zulm ${report.zulmVersion}. Times are measured at the host's end of the line; T-states are counted on the emulated Z80.</footer>
</main>
</body>
</html>
`.toString();
}

function verdict({ verify, chat }: DeployResult): Markup[] {
	const exact = chat.filter(({ ok }) => ok).length;
	const badges = [badge(verify.ok, verify.ok ? "verified on the machine" : "NOT the bytes that were sent")];
	if (chat.length > 0) badges.push(badge(exact === chat.length, `${exact} of ${chat.length} replies exact`));
	return badges;
}

function badge(good: boolean, text: string): Markup {
	return markup`<span class="badge ${good ? "good" : "bad"}">${good ? "✓" : "✗"} ${text}</span> `;
}

function tiles({ program, transfer, timing }: DeployResult): Markup {
	const shown: [string, string][] = [
		[formatCount(program.bytes), "bytes of program"],
		transfer.skipped
			? ["0", "bytes sent: it was there already"]
			: [formatRate(transfer.bytesPerSecond), "over the line"],
		[formatSeconds(timing.firstChar.p50), "to the first character"],
		[threeDigits(1 / timing.perChar.mean), "characters per second"],
	];
	return markup`<ul class="tiles">${shown.map(([figure, what]) => markup`<li><b>${figure}</b>${what}</li>`)}</ul>`;
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
<div class="scroll"><table><thead><tr><th></th><th>mean</th><th>p5</th><th>median</th><th>p95</th><th>max</th><th>n</th></tr></thead>
<tbody>
${row("Enter to first character", timing.firstChar, formatSeconds)}
${row("Character to character", timing.perChar, formatSeconds)}
${row("Enter to last character", timing.reply, formatSeconds)}
${row(`T-states to first character, ${source}`, timing.tStates.firstChar, formatCount)}
${row(`T-states per character, ${source}`, timing.tStates.perChar, formatCount)}
</tbody></table></div>
${clock}</section>`;
}

function card(title: string, facts: readonly (readonly [string, string])[]): Markup {
	return markup`<div class="card"><h2>${title}</h2><dl>${facts.map(([what, value]) => markup`<dt>${what}</dt><dd>${value}</dd>`)}</dl></div>`;
}

function modelCard({ model }: DeployResult): Markup {
	const facts: [string, string][] = [
		["file", model.path],
		["layers", model.widths.join(" → ")],
		["non-zero weights", formatCount(model.nonzeroWeights)],
	];
	if (isTrained(model)) {
		facts.push(
			["trained in", `${formatSeconds(model.seconds)}, ${formatCount(model.epochs)} epochs, seed ${model.seed}`],
			["corpus", `${formatCount(model.pairs)} pairs, ${formatCount(model.examples)} examples`],
			["whole replies, trained on", formatShare(model.train.reply)],
			[
				"whole replies, held out",
				`${formatShare(model.holdout.reply.overall)} overall, ${formatShare(model.holdout.reply.macro)} macro`,
			],
		);
	}
	return card("Model", facts);
}

function isTrained(model: DeployResult["model"]): model is TrainedResult {
	return "holdout" in model;
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
