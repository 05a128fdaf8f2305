import { expect, test } from "vitest";
import { type Endpoint, guessProtocol, readPiece, refusalText, requestFor } from "./endpoint.js";

const prompt = { system: "be brief", user: "say hi" };
const request = (endpoint: Partial<Endpoint>) =>
	requestFor({ address: "http://h", protocol: "openai", model: "m", ...endpoint }, prompt);

test("the protocol is told by the address", () => {
	expect(guessProtocol("http://127.0.0.1:11434")).toBe("ollama");
	expect(guessProtocol("https://box/api/chat")).toBe("ollama");
	expect(guessProtocol("http://127.0.0.1:11434/v1")).toBe("openai");
	expect(guessProtocol("https://api.openai.com")).toBe("openai");
	expect(guessProtocol("http://localhost:8080/v1/")).toBe("openai");
	expect(guessProtocol("https://api.anthropic.com")).toBe("anthropic");
	expect(guessProtocol("https://proxy/v1/messages")).toBe("anthropic");
});

test.each([
	["http://h", "http://h/v1/chat/completions"],
	["http://h/", "http://h/v1/chat/completions"],
	["http://h/v1/", "http://h/v1/chat/completions"],
	["http://h/proxy/v1", "http://h/proxy/v1/chat/completions"],
	["http://h/v2/chat/completions", "http://h/v2/chat/completions"],
	["http://h/x?version=1", "http://h/x/v1/chat/completions?version=1"],
])("%s asks %s", (address, url) => {
	expect(request({ address }).url).toBe(url);
});

test("each protocol has its own body and its own place for the key", () => {
	const openai = request({ apiKey: "k", temperature: 0.5 });
	expect(openai.headers).toMatchObject({ authorization: "Bearer k" });
	const messages = [
		{ role: "system", content: "be brief" },
		{ role: "user", content: "say hi" },
	];
	expect(JSON.parse(openai.body)).toEqual({ model: "m", messages, stream: true, temperature: 0.5 });
	const anthropic = request({ protocol: "anthropic", apiKey: "k" });
	expect(anthropic.url).toBe("http://h/v1/messages");
	expect(anthropic.headers).toMatchObject({ "x-api-key": "k", "anthropic-version": "2023-06-01" });
	expect(anthropic.headers).not.toHaveProperty("authorization");
	expect(JSON.parse(anthropic.body)).toMatchObject({ system: "be brief", messages: [messages[1]], stream: true });
	const ollama = request({ protocol: "ollama", temperature: 1 });
	expect(ollama.url).toBe("http://h/api/chat");
	expect(ollama.headers).toEqual({ "content-type": "application/json" });
	expect(JSON.parse(ollama.body)).toEqual({ model: "m", messages, stream: true, options: { temperature: 1 } });
});

test.each(["here", "ftp://h", "http://user:secret@h"])(
	"the address %s is refused, and nothing secret repeated",
	(address) => {
		let message = "";
		try {
			request({ address });
		} catch (error) {
			message = String(error);
		}
		expect(message).not.toBe("");
		expect(message).not.toContain("secret");
	},
);

test("answers of other shapes are told apart from empty ones", () => {
	for (const protocol of ["ollama", "openai", "anthropic"] as const) {
		expect(readPiece(protocol, "{not json")).toBeUndefined();
		expect(readPiece(protocol, "17")).toBeUndefined();
		expect(readPiece(protocol, "null")).toBeUndefined();
	}
	expect(readPiece("ollama", '{"error":"out of memory"}')).toMatchObject({ error: "out of memory" });
	expect(
		readPiece("anthropic", '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'),
	).toMatchObject({ error: "Overloaded" });
	expect(readPiece("openai", '{"choices":[]}')).toEqual({ text: "", end: false });
	expect(readPiece("openai", '{"choices":[{"delta":{"content":null},"finish_reason":"stop"}]}')).toEqual({
		text: "",
		end: true,
	});
	expect(refusalText('{"error":{"message":"no"}}')).toBe("no");
	expect(refusalText("<html>")).toBe("<html>");
});
