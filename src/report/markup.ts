/**
 * HTML and SVG text that cannot be injected into: the `markup` tag escapes everything it interpolates, except markup
 * that the tag itself made. Control characters, which a machine may well send, become visible pictures (^G → ␇).
 */

/** Text that is already markup. */
export class Markup {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	toString(): string {
		return this.#text;
	}
}

type Interpolated = Markup | string | number | readonly Markup[];

/** markup`<p>${text}</p>`: escapes text and numbers, keeps Markup, joins lists of Markup. */
export function markup(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Markup {
	return new Markup(strings.map((text, i) => (i === 0 ? text : render(values[i - 1] ?? "") + text)).join(""));
}

function render(value: Interpolated): string {
	if (value instanceof Markup) return value.toString();
	return Array.isArray(value) ? value.join("") : escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

/** Escapes for element content and for quoted attributes alike. */
export function escapeText(text: string): string {
	return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Unicode has a picture for each C0 control character at U+2400 and for DEL at U+2421; C1 controls become U+FFFD. */
export function visible(text: string): string {
	let shown = "";
	for (const character of text) {
		const code = character.codePointAt(0) ?? 0;
		if (code < 0x20) shown += String.fromCodePoint(0x2400 + code);
		else if (code === 0x7f) shown += "\u2421";
		else if (code > 0x7f && code < 0xa0) shown += "\ufffd";
		else shown += character;
	}
	return shown;
}
