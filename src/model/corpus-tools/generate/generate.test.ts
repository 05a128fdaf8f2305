import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { interrupted } from "../../../base/errors.js";
import { parseCorpus } from "../../corpus.js";
import { type StubServer, stubServer, type Turn } from "../testing/stub-server.js";
import type { Sleeper } from "./answer.js";
import { guessProtocol, PROTOCOLS, type Protocol } from "./endpoint.js";
import { type Asking, firstPrompts, type GenerateEvent, generatePairs, type Order } from "./generate.js";
import { Journal } from "./journal.js";

const { pairs } = parseCorpus(Buffer.from("hello|HI\nhi there|HI\nbye|SEE YA\nwhat is it|IDK\n"), "c.txt");
const ORDER: Order = { kind: "paraphrases", pairs, replies: ["HI"], count: 3, batch: 10, seed: 1 };
const TIMEOUT_S = 30;

/** Waits between tries pass at once and are noted; the longest silence never passes, until patience is lost. */
class TestClock implements Sleeper {
	readonly waitsS: number[] = [];
	patient = true;

	async sleep(seconds: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) throw interrupted();
		if (seconds !== TIMEOUT_S) this.waitsS.push(seconds);
		else if (this.patient) {
			await new Promise<void>((_, reject) => {
				signal?.addEventListener("abort", () => reject(interrupted()), { once: true });
			});
		} else this.patient = true;
	}
}

interface Setting {
	readonly order?: Partial<Order>;
	readonly asking?: Partial<Asking>;
	readonly protocol?: Protocol;
	readonly apiKey?: string;
	readonly path?: string;
}

function newFile(): string {
	const folder = mkdtempSync(join(tmpdir(), "zulm-test-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return join(folder, "more.txt");
}

async function generate(turns: readonly Turn[], setting: Setting = {}) {
	const server = await stubServer(turns);
	const clock = new TestClock();
	const events: GenerateEvent[] = [];
	const path = setting.path ?? newFile();
	const order = { ...ORDER, ...setting.order };
	const protocol = setting.protocol ?? "openai";
	const key = setting.apiKey === undefined ? {} : { apiKey: setting.apiKey };
	const endpoint = { address: server.address, protocol, model: "m", ...key };
	const journal = Journal.open(path, order.kind);
	const asking = {
		clock,
		timeoutS: TIMEOUT_S,
		signal: new AbortController().signal,
		retries: 2,
		onEvent: (event: GenerateEvent) => events.push(event),
		...setting.asking,
	};
	const outcome = await generatePairs(order, endpoint, journal, asking).then(
		(result) => ({ result, error: undefined }),
		(error) => ({ result: undefined, error }),
	);
	journal.close();
	const lines = readFileSync(path, "utf8").split("\n");
	return { ...outcome, server, clock, events, path, lines: lines.slice(1, -1), text: lines.join("\n") };
}

const asked = (server: StubServer, index = 0): string => server.requests[index]?.body.messages.at(-1)?.content ?? "";

describe.each(PROTOCOLS)("%s", (protocol) => {
	const TEXT = "hey you\n2. Hello there!\nyo";

	test("streamed and whole answers become lines of the file", async () => {
		for (const turn of [TEXT, { whole: TEXT }]) {
			const { result, lines, server } = await generate([turn], { protocol });
			expect(lines).toEqual(["hey you|HI", "Hello there!|HI", "yo|HI"]);
			expect(result).toMatchObject({ added: 3, requests: 1, retries: 0, interrupted: false });
			expect(server.requests[0]?.body).toMatchObject({ model: "m", stream: true });
		}
	});

	test("a broken connection keeps the lines that were complete, and the rest is asked for again", async () => {
		const { lines, clock, result } = await generate([{ cut: "hey you\nhowdy par" }, "hey you\nyo\nhey all"], {
			protocol,
		});
		expect(lines).toEqual(["hey you|HI", "yo|HI", "hey all|HI"]);
		expect(clock.waitsS).toEqual([1]);
		expect(result).toMatchObject({ requests: 2, retries: 1, dropped: { known: 1 } });
	});

	test("broken JSON, an answer of another kind, errors 500 and 429 are tried again, then reported", async () => {
		for (const [raw, words] of [
			["{broken", "it answered {broken"],
			["17", "it answered 17"],
			["", "it hung up in the middle"],
		] as const) {
			const { lines } = await generate([{ raw }, { raw }, TEXT], { protocol });
			expect(lines).toHaveLength(3);
			const { error } = await generate([{ raw }, { raw }, { raw }, TEXT], { protocol });
			expect(error).toMatchObject({ code: "endpoint-failed", exitCode: 3 });
			expect(error.message).toContain(`after 3 tries: ${words}`);
		}
		const busy = { raw: '{"error":{"message":"slow down"}}', status: 429, headers: { "retry-after": "7" } };
		const { clock, lines, events } = await generate([{ raw: "oops", status: 500 }, busy, TEXT], { protocol });
		expect(lines).toHaveLength(3);
		expect(clock.waitsS).toEqual([1, 7]);
		expect(events.filter(({ type }) => type === "retry")).toMatchObject([
			{ reason: "it answered 500, oops", attempt: 1 },
			{ reason: "it answered 429, slow down", attempt: 2 },
		]);
	});

	test("silence is a failure after the timeout", async () => {
		const clock = new TestClock();
		const onEvent = (event: GenerateEvent) => {
			if (event.type === "pair" && event.query === "hey you") clock.patient = false;
		};
		const { lines, result } = await generate([{ silent: "hey you\n" }, "yo\nhowdy"], {
			protocol,
			asking: { clock, onEvent },
		});
		expect(lines).toEqual(["hey you|HI", "yo|HI", "howdy|HI"]);
		expect(result).toMatchObject({ retries: 1 });
	});

	test("Ctrl-C keeps what came, and the same order goes on from there", async () => {
		const controller = new AbortController();
		const stop = { silent: "hey you\nyo\nhalf a li" };
		const onEvent = (event: GenerateEvent) => {
			if (event.type === "pair" && event.query === "yo") controller.abort();
		};
		const first = await generate([stop], { protocol, asking: { signal: controller.signal, onEvent } });
		expect(first.result).toMatchObject({ interrupted: true, added: 2 });
		expect(first.lines).toEqual(["hey you|HI", "yo|HI"]);
		const second = await generate(["yo\nhey you!\nhowdy"], { protocol, path: first.path });
		expect(second.lines).toEqual(["hey you|HI", "yo|HI", "howdy|HI"]);
		expect(second.result).toMatchObject({ added: 1, replies: [{ reply: "HI", got: 3, wanted: 3 }] });
		expect(asked(second.server)).toMatch(/Do not repeat any of these:\n(hey you\nyo|yo\nhey you)$/);
		const third = await generate([], { protocol, path: first.path });
		expect(third.result).toMatchObject({ requests: 0, added: 0, interrupted: false });
	});
});

describe("what is kept", () => {
	test("nothing the corpus has under any reply, nothing twice, nothing a corpus cannot use", async () => {
		const text = `Here you go:\nHELLO\nbye!\nhey\nHey?\ncaf\u00e9\n${"long ".repeat(20)}\nyo\n\nhowdy|HI\nmore`;
		const { lines, result } = await generate([text]);
		expect(lines).toEqual(["hey|HI", "yo|HI", "howdy|HI"]);
		expect(result?.dropped).toEqual({
			"chatter": 1,
			"known": 3,
			"untypable": 1,
			"too long": 1,
			"beside the point": 0,
		});
		expect(parseCorpus(Buffer.from(lines.join("\n")), "x").pairs).toHaveLength(3);
	});

	test("guesses have to name the secret", async () => {
		const order = { kind: "guesses", secret: "a lighthouse", replies: ["HI"], count: 2 } as const;
		const { lines, result } = await generate(["is it a house\na lighthouse!\nlighthuose"], { order });
		expect(lines).toEqual(["a lighthouse!|HI", "lighthuose|HI"]);
		expect(result?.dropped["beside the point"]).toBe(1);
	});

	test("a model that says nothing new is asked three times, and the next reply has its turn", async () => {
		const order = { replies: ["HI", "SEE YA"], count: 2 };
		const turns = ["one\nhello", "hello", "one", "hi there", "later\ncheerio"];
		const { lines, events, result } = await generate(turns, { order });
		expect(lines).toEqual(["one|HI", "later|SEE YA", "cheerio|SEE YA"]);
		expect(events).toContainEqual({ type: "exhausted", reply: "HI", got: 1, wanted: 2 });
		expect(result?.replies).toEqual([
			{ reply: "HI", got: 1, wanted: 2 },
			{ reply: "SEE YA", got: 2, wanted: 2 },
		]);
	});
});

describe("refusals", () => {
	test("what will not pass is not tried again, and the hint says what to do", async () => {
		for (const [status, hint] of [
			[401, /ZULM_API_KEY/],
			[404, /ollama pull m/],
			[400, /--model/],
			[307, /redirects/],
		] as const) {
			const headers = status === 307 ? { location: "http://127.0.0.1:9/elsewhere" } : {};
			const { error, server } = await generate([{ raw: '{"error":"no"}', status, headers }, "hey\nyo\nhowdy"]);
			expect(error).toMatchObject({ code: "endpoint-refused", exitCode: 2, hint: expect.stringMatching(hint) });
			expect(server.requests).toHaveLength(1);
		}
	});

	test("the key is in its header and in no message, even when the server repeats it", async () => {
		const apiKey = "sk-very-secret";
		const raw = `{"error":{"message":"bad key sk-very-secret"}}`;
		for (const protocol of PROTOCOLS) {
			const { error, server } = await generate([{ raw, status: 401 }], { protocol, apiKey });
			expect(JSON.stringify(server.requests[0]?.headers)).toContain(apiKey);
			expect(error.message).toContain("bad key …");
			expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain(apiKey);
			const { events, text } = await generate([{ raw, status: 500 }, "a\nb\nc"], { protocol, apiKey });
			expect(JSON.stringify(events) + text).not.toContain(apiKey);
		}
	});

	test("a server that is not there, an error inside an answer, an endless line", async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		const dead = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		await new Promise((closed) => server.close(closed));
		const journal = Journal.open(newFile(), "paraphrases");
		const asking = { clock: new TestClock(), timeoutS: TIMEOUT_S, signal: new AbortController().signal, retries: 2 };
		const endpoint = { address: dead, protocol: guessProtocol(dead), model: "m" };
		await expect(generatePairs(ORDER, endpoint, journal, asking)).rejects.toMatchObject({ code: "endpoint-failed" });
		expect(asking.clock.waitsS).toEqual([]);
		journal.close();
		const inside = { raw: '{"error":"model ran away"}' };
		expect((await generate([inside, inside, inside])).error.message).toContain("it broke off: model ran away");
		const endless = { raw: "x".repeat(1_100_000) };
		expect((await generate([endless, endless, endless])).error.message).toContain("endless line");
	});
});

describe("the file", () => {
	test("a line cut short by a crash is taken off", async () => {
		const path = newFile();
		writeFileSync(path, "# zulm corpus generate paraphrases\nhey you|HI\nhalf a li");
		const { text } = await generate(["yo\nhowdy"], { path });
		expect(text).toBe("# zulm corpus generate paraphrases\nhey you|HI\nyo|HI\nhowdy|HI\n");
		writeFileSync(path, "# zulm cor");
		expect((await generate(["yo\nhowdy\nhey"], { path })).lines).toHaveLength(3);
	});

	test("what something else wrote, or another kind, is never touched", () => {
		const path = newFile();
		for (const text of ["mine|YES\n", "# zulm corpus generate nonsense\nxx|IDK\n", "mine, without an end"]) {
			writeFileSync(path, text);
			expect(() => Journal.open(path, "paraphrases")).toThrow(/holds something else/);
			expect(readFileSync(path, "utf8")).toBe(text);
		}
		expect(() => Journal.open(join(path, "x"), "paraphrases")).toThrow(/Cannot write/);
	});
});

describe("prompts", () => {
	const prompt = (order: Partial<Order>) => firstPrompts({ ...ORDER, ...order })[0]?.prompt.user ?? "";

	test("show what the reply has, what it must not be mistaken for, and how many are wanted", () => {
		expect(prompt({ count: 5 })).toMatch(/^Write 5 more lines that all deserve the answer "HI"/);
		expect(prompt({ batch: 2 })).toMatch(/^Write 2 more/);
		const [like = "", unlike = ""] = prompt({}).split("They must not");
		expect(like).toContain("hello\n");
		expect(like).toContain("hi there");
		expect(unlike).toContain("bye");
		expect(unlike).not.toContain("hello");
	});

	test("each kind asks for something else; the seed decides which examples", () => {
		const idk = { replies: ["IDK"] };
		expect(prompt({ ...idk, kind: "distractors" })).toMatch(
			/anything else[\s\S]*Nothing that means the same[\s\S]*bye/,
		);
		expect(prompt({ ...idk, kind: "nonsense" })).toContain("nonsense");
		expect(prompt({ kind: "guesses", secret: "a fox" })).toContain("the secret is: a fox");
		expect(prompt({})).toBe(prompt({}));
		const many = parseCorpus(Buffer.from(Array.from({ length: 50 }, (_, i) => `q${i}|HI\n`).join("")), "c").pairs;
		expect(prompt({ pairs: many })).not.toBe(prompt({ pairs: many, seed: 2 }));
	});
});
