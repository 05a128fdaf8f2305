; RX: receives one file by XMODEM over the machine's serial console line and puts it on a CP/M drive.
;
;   RX NAME.EXT  →  "RX NAME.EXT"  →  C C …  →  blocks, each written to NAME.$$$ before it is acknowledged
;                →  close, erase NAME.EXT, rename  →  "RX OK nn records"   or   "RX FAILED: reason"
;
; NAME.EXT is only touched when every block has arrived. Does not handle: wildcards, batches (YMODEM), console and
; transfer on different lines. Documented Z80 instructions only, so that a Z180 runs it too.

bdos		equ 5
fcb_target	equ 5Ch			; the CCP parses NAME.EXT to here (CP/M 2.2 Interface Guide, 2)
dma_default	equ 80h

		#include "rx-crc-byte.asm"

		org 100h

		ld (found_sp),sp
		ld sp,stack
		call print_ready
		call conin_found
		call uart_found
		call crc_table
		call file_create
		call uart_take
		call receive		; returns only when the file is complete
		call uart_give
		ld de,text_ok
		call print
		ld hl,(records)
		call print_number
		ld de,text_records
leave:		call print
		ld sp,(found_sp)
		ret			; to the CCP, which is still there: no warm boot needed

; Ends a transfer that cannot succeed, from any depth. DE = reason ("$"-terminated).
fail:		ld sp,stack
		push de
		call uart_take
		call cancel_sender
		call uart_give
		call file_discard
		pop de
refuse:		ld sp,stack		; before anything was created: only say why. DE = reason
		push de
		ld de,text_failed
		call print
		pop de
		call print
		ld de,text_newline
		jr leave

		#include "rx-xmodem.asm"
		#include "rx-crc.asm"
		#include "rx-file.asm"
		#include "rx-uart.asm"
		#include "rx-conin.asm"
		#include "rx-ready.asm"
		#include "rx-print.asm"

; Memory above the program. Nothing here is in the file, so everything is set before use.
variables:
found_sp:	ds 2
records:	ds 2			; 128-byte records written
periods:	ds 1			; left to wait in uart_wait
errors:		ds 1			; see rx-xmodem.asm
expected:	ds 1			; number of the next block
crc_mode:	ds 1			; 0 = checksum; must follow expected
number:		ds 1			; number of the block being received
block_records:	ds 1			; 1 or 8
records_left:	ds 1
interrupts:	ds 1			; as found at start: 0 = off
uart_before:	ds 1			; what uart_give restores; 0 = nothing was changed yet
status_got:	ds 1			; the UART's status when the last byte came
conin_saved:	ds 2			; see rx-conin.asm
fcb:		ds 36			; NAME.$$$
		ds 96
stack:
		align 256
crc_high:	ds 256			; high bytes, then low bytes: see rx-crc.asm
crc_low:	ds 256
buffer:		ds 1024			; one block
