/** Tables of the column kernel: every column as a stream (columns.ts), found through pages of addresses; the reply trie. */
import { type ColumnCode, countStream, scanEndStream, scatterStream, shareStream } from "./columns.js";
import { MAX_WIDTH } from "./machine-layer.js";
import type { MachineNetwork } from "./machine-network.js";
import { highBytes, lowBytes, type Placer, wordPages, words } from "./placer.js";
import type { TrieNode } from "./reply-trie.js";

/** Places what is loaded. @param trie beginnings of known replies; undefined for none */
export function placeColumnTables(
	placer: Placer,
	{ first, layers }: MachineNetwork,
	trie: TrieNode | undefined,
	code: ColumnCode,
): void {
	const queryPage = placer.page("QUERY_COLUMNS", ...wordPages(first.query.length));
	const contextPage = placer.page("CONTEXT_COLUMNS", 2 * first.context.length);
	const columnPages = layers.map(({ columns }, i) => {
		const length = Math.min(MAX_WIDTH, columns.length + 1);
		return placer.page(`COLUMNS_${i + 1}`, length, length);
	});
	const streams = new StreamStore(placer);
	const count = (amounts: ArrayLike<number>) => streams.place(countStream(amounts, code));
	placer.put("space_windows", words(first.spaces.map((amounts) => count(amounts.map((amount) => -amount)))));
	placer.load(contextPage, words(first.context.map(count)));
	const scanEnd = streams.place(scanEndStream(code));
	placer.set("SCAN_END", scanEnd);
	layers.forEach(({ columns }, i) => {
		const addresses = columns.map((column) => streams.place(scatterStream(column, code)));
		if (i === 0) placer.set("LAST_COLUMN", addresses.at(-1) as number);
		// The neuron behind the last ends the scan.
		if (addresses.length < MAX_WIDTH) addresses.push(scanEnd);
		placer.load(columnPages[i] as number, lowBytes(addresses));
		placer.load((columnPages[i] as number) + 256, highBytes(addresses));
	});
	placer.load(queryPage, words(first.query.map(count)));
	placeTrie(placer, trie);
}

/** Reserves room for the streams that hand on shared sums; they name pages of work memory, which come later. */
export function reserveShares(placer: Placer, { layers }: MachineNetwork, code: ColumnCode): (page: number[]) => void {
	const addresses = layers.map(({ shares }, i) => {
		if (shares.length === 0) return undefined;
		const address = placer.memory.bytes(shareStream(shares, 0, code).length);
		placer.set(`shares_${i + 2}`, address);
		return address;
	});
	return (pages) => {
		layers.forEach(({ shares }, i) => {
			const address = addresses[i];
			if (address !== undefined) placer.load(address, shareStream(shares, pages[i] as number, code));
		});
	};
}

/** Nodes of the reply trie, as trie.asm walks them. */
function placeTrie(placer: Placer, root: TrieNode | undefined): void {
	const place = ({ vector, children }: TrieNode): number => {
		const bytes = vector.map((change) => change + 192);
		// The neuron that ends the scan, where there is a number for it.
		if (bytes.length < MAX_WIDTH) bytes.push(192);
		const vectorAddress = placer.memory.bytesInPage(bytes.length);
		placer.load(vectorAddress, bytes);
		const links = [...children].flatMap(([k, child]) => [k, ...words([place(child)])]);
		return placer.place([...words([vectorAddress]), children.size, ...links]);
	};
	placer.set("TRIE", root === undefined ? 0 : place(root));
}

/** Streams that are the same (empty columns above all) are stored once. */
class StreamStore {
	readonly #placer: Placer;
	readonly #addresses = new Map<string, number>();

	constructor(placer: Placer) {
		this.#placer = placer;
	}

	place(bytes: Uint8Array): number {
		const key = Buffer.from(bytes).toString("latin1");
		let address = this.#addresses.get(key);
		if (address === undefined) {
			address = this.#placer.place(bytes);
			this.#addresses.set(key, address);
		}
		return address;
	}
}
