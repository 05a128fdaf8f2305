/**
 * The .COM file behind which a native tool stands: it jumps to a trap of the emulator with the tool's name in BC.
 *
 *   0100 LD BC,name │ HL = (0001h) + offset │ is the trap there? ─► JP (HL)     else: says that it is a stand-in, RET
 *
 * The file holds nothing of the tool it is named after. Its first byte is 01, as that of Digital Research's DDT.
 */
import { TOOL_SIGNATURE, TOOL_TRAP_OFFSET, TPA } from "../layout.js";

const RET_OPCODE = 0xc9;
const CODE_BYTES = 0x1f;
const NAME = TPA + CODE_BYTES;
const NAME_BYTES = 9;
const MESSAGE = NAME + NAME_BYTES;
const RECORD_BYTES = 128;

/** @param name of the tool, up to eight characters. */
export function toolStub(name: string): Uint8Array {
	const code = [
		...[0x01, NAME & 0xff, NAME >> 8], // LD BC,name
		...[0x2a, 0x01, 0x00], // LD HL,(1)
		...[0x11, TOOL_TRAP_OFFSET & 0xff, TOOL_TRAP_OFFSET >> 8], // LD DE,offset
		0x19, // ADD HL,DE
		0x7e, // LD A,(HL)
		...[0xfe, RET_OPCODE], // CP C9h
		...[0x20, 0x05], // JR NZ,check
		0x23, // INC HL
		0x7e, // LD A,(HL)
		0x2b, // DEC HL
		...[0xfe, TOOL_SIGNATURE], // CP signature
		...[0x20, 0x01], // check: JR NZ,foreign
		0xe9, // JP (HL)
		...[0x11, MESSAGE & 0xff, MESSAGE >> 8], // foreign: LD DE,message
		...[0x0e, 0x09], // LD C,9
		...[0xc3, 0x05, 0x00], // JP 5
	];
	const bytes = new Uint8Array(RECORD_BYTES);
	bytes.set(code);
	bytes.set(ascii(name), CODE_BYTES);
	bytes.set(ascii(`${name} of the zulm emulator: it runs only there.\r\n$`), CODE_BYTES + NAME_BYTES);
	return bytes;
}

/** The name that a stub has put at `address`. */
export function toolName(memory: Uint8Array, address: number): string {
	let name = "";
	for (let i = 0; i < NAME_BYTES - 1; i++) {
		const byte = memory[(address + i) & 0xffff] as number;
		if (byte === 0) break;
		name += String.fromCharCode(byte);
	}
	return name;
}

function ascii(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
