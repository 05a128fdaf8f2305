/**
 * The disk parameter block: a disk's shape as function 31 hands it to programs such as STAT.
 *
 *   SPT.w BSH BLM EXM DSM.w DRM.w AL0 AL1 CKS.w OFF.w      (CP/M 2.2 Alteration Guide, 10)
 */
import { ENTRY_BYTES, type Geometry } from "./cpm-disk.js";

/** Records a track: any number does where there are no tracks. */
const RECORDS_PER_TRACK = 128;

export function diskParameterBlock(geometry: Geometry): Uint8Array {
	const { blockBytes, blocks, directoryEntries } = geometry;
	const blockShift = blockBytes === 1024 ? 3 : 4;
	const directoryBlocks = (directoryEntries * ENTRY_BYTES) / blockBytes;
	const reserved = (0xffff << (16 - directoryBlocks)) & 0xffff;
	const dpb = new DataView(new ArrayBuffer(15));
	dpb.setUint16(0, RECORDS_PER_TRACK, true);
	dpb.setUint8(2, blockShift);
	dpb.setUint8(3, (1 << blockShift) - 1);
	dpb.setUint8(4, 0);
	dpb.setUint16(5, blocks - 1, true);
	dpb.setUint16(7, directoryEntries - 1, true);
	dpb.setUint8(9, reserved >> 8);
	dpb.setUint8(10, reserved & 0xff);
	// Fixed disk: no check vector, no reserved tracks.
	return new Uint8Array(dpb.buffer);
}
