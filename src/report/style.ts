/** The report's style sheet: light and dark by the reader's preference, machine text in green phosphor, prints well. */
import { Markup } from "./markup.js";

export const STYLE = new Markup(`
:root { color-scheme: light dark; --page: #f6f5f1; --card: #fff; --ink: #1d2420; --faint: #6a746e; --line: #dcdcd2;
	--phosphor: #0b7a3b; --screen: #eef5ee; --warm: #b5541c; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #101412; --card: #181d1a; --ink: #e3e9e4; --faint: #8e9a92;
	--line: #2b332e; --phosphor: #5ee08d; --screen: #0c1a11; --warm: #f0a35e; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 48px 20px 32px; }
h1 { margin: 0 0 12px; font-size: 2.3rem; line-height: 1.15; letter-spacing: -.02em; overflow-wrap: anywhere; }
h1 span { color: var(--faint); font-weight: 400; }
h2 { margin: 0 0 12px; font-size: 1.15rem; }
.kicker { margin: 0; color: var(--faint); font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 3px 12px; border-radius: 99px; font-weight: 600; border: 1px solid currentColor; }
.good { color: var(--phosphor); } .bad { color: var(--bad); }
section { margin-top: 40px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; padding: 0; margin: 28px 0 0;
	list-style: none; }
.tiles li, .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; }
.tiles li { color: var(--faint); }
.tiles b { display: block; color: var(--phosphor); font: 600 1.5rem/1.3 ui-monospace, "Cascadia Code", Menlo, monospace; }
.pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr)); gap: 12px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin: 0; }
dt { color: var(--faint); } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; margin-bottom: 12px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 7px 14px; text-align: left; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--faint); font-weight: 500; }
.number { font-variant-numeric: tabular-nums; }
td.number, th.number { text-align: right; white-space: nowrap; }
.machine { font-family: ui-monospace, "Cascadia Code", Menlo, monospace; color: var(--phosphor); white-space: pre-wrap; }
tr.differs td { background: color-mix(in srgb, var(--bad) 12%, transparent); }
svg { display: block; width: 100%; min-width: 640px; height: auto; padding: 6px; font: 12px system-ui, sans-serif; }
svg text { fill: var(--faint); } svg .label { fill: var(--ink); }
svg .reply { fill: var(--phosphor); font-family: ui-monospace, Menlo, monospace; }
svg .grid { stroke: var(--line); } svg .wait { stroke: var(--line); stroke-width: 2; }
svg .tick { stroke: var(--phosphor); stroke-width: 2; } svg .first { stroke: var(--warm); stroke-width: 3; }
svg polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .overall { stroke: var(--phosphor); } svg .macro { stroke: var(--phosphor); stroke-dasharray: 5 4; }
svg .loss { stroke: var(--warm); stroke-width: 1.5; }
svg .overall-label, svg .macro-label { fill: var(--phosphor); } svg .loss-label, svg .loss-start, svg .budget-label { fill: var(--warm); }
svg .kept { fill: var(--phosphor); } svg .point { fill: var(--card); stroke: var(--faint); stroke-width: 2; }
svg .budget { stroke: var(--warm); stroke-dasharray: 5 4; }
footer { margin-top: 40px; color: var(--faint); font-size: .9rem; }
@media print { main { padding: 0; } section, .card { break-inside: avoid; } }
`);
