import { expect, it, vi } from "vitest";
import { ZulmError } from "../base/errors.js";
import { LinkListeners } from "./link-listeners.js";

const LOST = new ZulmError("line-lost", "gone");

it("tells the end once, and only the first reason", () => {
	const listeners = new LinkListeners();
	const heard = vi.fn();
	listeners.onClose(heard);
	listeners.close(LOST);
	listeners.close();
	expect(heard.mock.calls).toEqual([[LOST]]);
	expect(listeners).toMatchObject({ closed: true, error: LOST });
});

it("tells those who come late, unless they have gone again", async () => {
	const listeners = new LinkListeners();
	listeners.close(LOST);
	const heard = vi.fn();
	const gone = vi.fn();
	listeners.onClose(heard);
	listeners.onClose(gone)();
	expect(heard).not.toHaveBeenCalled();
	await Promise.resolve();
	expect(heard).toHaveBeenCalledWith(LOST);
	expect(gone).not.toHaveBeenCalled();
});

it("passes bytes to each listener until it stops or the line ends", () => {
	const listeners = new LinkListeners();
	const heard = vi.fn();
	const stopFirst = listeners.onData(heard);
	listeners.onData(heard);
	listeners.data(Uint8Array.of(1), 0.5);
	listeners.data(new Uint8Array(0), 0.6);
	stopFirst();
	listeners.data(Uint8Array.of(2), 0.7);
	listeners.close();
	listeners.data(Uint8Array.of(3), 0.8);
	expect(heard.mock.calls.map(([bytes, atS]) => [bytes[0], atS])).toEqual([
		[1, 0.5],
		[1, 0.5],
		[2, 0.7],
	]);
});
