import { describe, expect, test } from "vitest";
import { measurePasses, measureProgram } from "./measure.js";
import { program } from "./testing/z80-programs.js";

/**
 * A chat program that answers every query with its first letter, three times, WORK * 26 T-states before each. With an
 * argument it prints the two markers around that many times the work.
 */
function chat(work: number, readQuery: string): Uint8Array {
	return program(`
	ld a,(80h)
	or a
	jr nz,bench
	ld de,banner
	ld c,9
	call bdos
ask:	ld e,'>'
	call put
	ld e,' '
	call put
	${readQuery}
	ld a,(query)
	cp '!'
	ret z
	ld e,0Dh
	call put
	ld e,0Ah
	call put
	ld b,3
reply:	push bc
	call work
	ld a,(query)
	ld e,a
	call put
	pop bc
	djnz reply
	ld e,0Dh
	call put
	ld e,0Ah
	call put
	jr ask
bench:	ld a,(85h)
	sub '0'
	ld b,a
	ld e,'['
	call putkeep
pass:	push bc
	call work
	pop bc
	djnz pass
	ld e,']'
put:	ld c,2
	jp bdos
putkeep:	push bc
	call put
	pop bc
	ret
work:	ld de,${work}
more:	dec de
	ld a,d
	or e
	jr nz,more
	ret
banner:	db "chat",13,10,"$"
buffer:	db 62,0
query:	ds 64`);
}

const LINE_INPUT = "ld de,buffer\n\tld c,10\n\tcall bdos";
/** Polls and echoes, keeping the first key. */
const OWN_EDITOR = `
	xor a
	ld (query),a
key:	ld e,0FFh
	ld c,6
	call bdos
	or a
	jr z,key
	cp 0Dh
	jr z,entered
	ld e,a
	ld a,(query)
	or a
	jr nz,echo
	ld a,e
	ld (query),a
echo:	ld c,6
	call bdos
	jr key
entered:`;

describe.each([
	["with BDOS 10", LINE_INPUT],
	["with its own line editor", OWN_EDITOR],
])("a chat program %s", (_name, readQuery) => {
	test("replies and times: only the program's own instructions count", () => {
		const [short, again] = [
			measureProgram(chat(100, readQuery), ["abc", "x"]),
			measureProgram(chat(200, readQuery), ["abc"]),
		];
		expect(short.map(({ query, reply }) => [query, reply])).toEqual([
			["abc", "aaa"],
			["x", "xxx"],
		]);
		const perChar = short[0]?.perCharTStates as number[];
		expect(perChar).toHaveLength(2);
		expect(perChar[0]).toBe(perChar[1]);
		// 100 more turns of 26 T-states, from Enter and between characters alike.
		expect((again[0]?.perCharTStates[0] as number) - (perChar[0] as number)).toBe(2600);
		expect((again[0]?.firstCharTStates as number) - (short[0]?.firstCharTStates as number)).toBe(2600);
	});

	test("how fast the keys come does not change what a plain program takes", () => {
		const at = (keySpacingTStates: number) =>
			measureProgram(chat(100, readQuery), ["hello"], { keySpacingTStates })[0]?.perCharTStates;
		expect(at(50_000)).toEqual(at(0));
	});
});

test("passes are the time between the markers, divided", () => {
	const per = (work: number) => measurePasses(chat(work, LINE_INPUT), 5);
	expect(per(200) - per(100)).toBe(2600);
});

test("programs that do not chat are refused", () => {
	expect(() => measureProgram(program("\tret"), ["x"])).toThrow(/ended instead of asking/);
	expect(() => measureProgram(program("\tld c,1\n\tjp bdos"), ["x"])).toThrow(/stopped at/);
	expect(() => measurePasses(program("\tret"), 3)).toThrow(/stopped at/);
});

test("a signal ends a long measurement", () => {
	const signal = AbortSignal.abort();
	expect(() => measureProgram(chat(1, LINE_INPUT), ["x"], { signal })).toThrow("Interrupted");
});
