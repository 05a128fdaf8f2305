/**
 * Where in a TOML file a field stands, so that an error about a value can name its line.
 *
 *   ["receivers", 1, "command"]  ►  the line of `command =` under the second [[receivers]]
 *
 * Reads headers and keys at line starts only: what is inside an inline table or an array is found at the line of that.
 */

type Path = readonly (string | number)[];

interface Place {
	readonly path: Path;
	readonly line: number;
}

/** 1-based line of the field, or of the nearest thing around it; 1 when there is none. */
export function lineOf(source: string, path: Path): number {
	let best: Place = { path: [], line: 1 };
	for (const place of places(source)) {
		if (place.path.length > best.path.length && place.path.every((part, i) => part === path[i])) best = place;
	}
	return best.line;
}

function* places(source: string): Generator<Place> {
	const counts = new Map<string, number>();
	let table: Path = [];
	for (const [index, text] of source.split("\n").entries()) {
		const line = index + 1;
		const header = /^\s*(\[\[?)([^\]]+)\]/.exec(text);
		const key = /^\s*([A-Za-z0-9_."'-]+)\s*=/.exec(text);
		if (header) {
			const name = header[2] as string;
			table = parts(name);
			if (header[1] === "[[") {
				const count = counts.get(name) ?? 0;
				counts.set(name, count + 1);
				table = [...table, count];
			}
			yield { path: table, line };
		} else if (key) yield { path: [...table, ...parts(key[1] as string)], line };
	}
}

function parts(name: string): string[] {
	return name.split(".").map((part) => part.trim().replace(/^["']|["']$/g, ""));
}
