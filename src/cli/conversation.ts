/** Chat as the commands share it: replies compared with the integer reference, and shown as they come. */
import type { ChatReply } from "../cpm/chat.js";
import type { Network } from "../model/network.js";
import { generate } from "../model/reference.js";
import type { ChatLine } from "../report/results.js";
import { type Output, visible } from "./output.js";

/** What the integer reference says, query by query. */
export function referenceOf(network: Network): (query: string) => string {
	const known = new Map<string, string>();
	return (query) => {
		const reply = known.get(query) ?? generate(network, query);
		known.set(query, reply);
		return reply;
	};
}

export function chatLine({ query, reply, expected, ok }: ChatReply): ChatLine {
	return { query, reply, expected, ok };
}

/** Room for a query before its reply: wide enough for most, less where the terminal is narrow. */
const QUERY_COLUMNS = 34;
const REPLY_COLUMNS = 22;

/** "  > hello there             HI THERE" with a mark when there was something to compare with. */
export function printReply(out: Output, { query, reply, expected, ok }: ChatReply): void {
	const { green, red, dim } = out.colors;
	const asked = `  ${dim(">")} ${visible(query).padEnd(Math.min(QUERY_COLUMNS, out.columns - REPLY_COLUMNS))}`;
	const mark = expected === null ? "" : ok ? green(" ✓") : red(` ✗ the reference says ${visible(expected)}`);
	out.print(`${asked} ${visible(reply)}${mark}`);
}

export function countDiffering(replies: readonly ChatLine[]): number {
	return replies.filter(({ ok }) => !ok).length;
}
