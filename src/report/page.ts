/**
 * The frame of every report: one self-contained HTML page (no script, no font, no picture from elsewhere) that can be
 * mailed or pinned up; and the pieces pages are made of.
 */
import { type Markup, markup } from "./markup.js";
import { STYLE } from "./style.js";

export interface Page {
	readonly title: string;
	/** The small line above the heading. */
	readonly kicker: string;
	readonly heading: Markup;
	readonly zulmVersion: string;
	/** What the footer says of the figures. */
	readonly remark: string;
	/** Under the heading, where there is something. */
	readonly lead?: Markup;
	readonly body: readonly Markup[];
}

/** The whole page as text. */
export function page({ title, kicker, heading, zulmVersion, remark, lead, body }: Page): string {
	return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: zulm</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kicker">${kicker}</p>
<h1>${heading}</h1>
${lead ?? ""}
</header>
${body}
<footer>zulm ${zulmVersion}. ${remark}</footer>
</main>
</body>
</html>
`.toString();
}

export function badge(good: boolean, text: string): Markup {
	return markup`<span class="badge ${good ? "good" : "bad"}">${good ? "✓" : "✗"} ${text}</span> `;
}

/** The figures at the top: what they are, and of what. */
export function tiles(shown: readonly (readonly [string, string])[]): Markup {
	return markup`<ul class="tiles">${shown.map(([figure, what]) => markup`<li><b>${figure}</b>${what}</li>`)}</ul>`;
}

export function card(title: string, facts: readonly (readonly [string, string])[]): Markup {
	return markup`<div class="card"><h2>${title}</h2><dl>${facts.map(([what, value]) => markup`<dt>${what}</dt><dd>${value}</dd>`)}</dl></div>`;
}
