/**
 * The control bytes of XMODEM. Sources: Ward Christensen, "XMODEM protocol overview" (1977/1982), for SOH EOT ACK NAK
 * CAN; John Byrns (1985) for the CRC request; Chuck Forsberg, "XMODEM/YMODEM Protocol Reference" (1988) for STX and
 * for two CANs in a row.
 *
 *   block: SOH | number | 255 − number | 128 data bytes | checksum (1 byte) or CRC-16 (2 bytes, high first)
 */

/** Starts a block of 128 bytes. */
export const SOH = 0x01;
/** Starts a block of 1024 bytes (Forsberg, "XMODEM-1k"). */
export const STX = 0x02;
/** Ends the file; the receiver answers ACK, some answer NAK to the first one. */
export const EOT = 0x04;
export const ACK = 0x06;
/** "Again"; before the first block: "start, with checksums". */
export const NAK = 0x15;
/** Two in a row cancel the transfer; one alone may be a damaged ACK. */
export const CAN = 0x18;
/** "C": start, with CRC-16. */
export const CRC_REQUEST = 0x43;
/** "K" right after "C": the receiver would also take blocks of 1024 bytes (Forsberg; RomWBW's XM sends it). */
export const LONG_BLOCK_OFFER = 0x4b;
/** ^Z, which pads the last block and ends text files under CP/M. */
export const SUB = 0x1a;

/** Data bytes in an SOH block. */
export const BLOCK_BYTES = 128;
/** Data bytes in an STX block. */
export const LONG_BLOCK_BYTES = 1024;
