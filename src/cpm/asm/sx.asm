; SX: sends one file by XMODEM over the machine's serial console line, in blocks of 128 bytes.
;
;   SX NAME.EXT  →  "SX NAME.EXT"  →  waits for C or NAK  →  blocks, EOT  →  "SX OK"   or   "SX FAILED: reason"
;
; Changes nothing on the disk. Shares the line's routines with RX. Does not handle: wildcards, batches, 1K blocks.

bdos		equ 5
fcb_target	equ 5Ch			; the CCP parses NAME.EXT to here (CP/M 2.2 Interface Guide, 2)
dma_default	equ 80h

F_OPEN		equ 15
F_READ		equ 20
F_DMA		equ 26

SOH		equ 1
ETX		equ 3			; ^C: a person gives up
EOT		equ 4
ACK		equ 6
NAK		equ 15h
CAN		equ 18h

BYTE_PERIODS	equ 3			; about 1.3 s; a period is explained in the UART's file
START_PERIODS	equ 140			; about a minute
REPLY_PERIODS	equ 24			; about 10 s
TRIES		equ 10			; copies of one block

		#include "rx-crc-byte.asm"

		org 100h

		ld (found_sp),sp
		ld sp,stack
		call print_ready
		call conin_found
		call uart_found
		call crc_table
		ld a,(fcb_target+1)
		cp ' '
		ld de,text_no_file
		jp z,say_failed
		ld c,F_OPEN
		ld de,fcb_target
		call bdos
		inc a
		ld de,text_no_file
		jp z,say_failed
		xor a
		ld (fcb_target+32),a	; from the first record on
		ld (number),a
		call uart_take
wait_start:	ld a,START_PERIODS
		call uart_wait
		ld de,text_no_start
		jp c,fail
		cp 'C'
		jr z,start_crc
		cp NAK
		jr z,start_sum
		call is_cancel
		jr wait_start
start_sum:	xor a
start_crc:	ld (crc_mode),a

next_block:	call uart_hold		; the disk works
		ld de,buffer
		ld c,F_DMA
		call bdos
		ld de,fcb_target
		ld c,F_READ
		call bdos
		push af
		call uart_take
		pop af
		or a
		jr nz,end_of_file
		ld hl,number
		inc (hl)
		ld a,TRIES
		ld (tries),a
send_block:	ld a,SOH
		call uart_put
		ld a,(number)
		call uart_put
		cpl
		call uart_put
		xor a
		ld (sum),a
		ld hl,buffer
		ld de,0			; CRC
send_byte:	ld a,(sum)
		add a,(hl)
		ld (sum),a
		ld a,(hl)
		call uart_put
		inc hl
		crc_byte
		ld a,l
		and 7Fh			; the buffer begins a page
		jr nz,send_byte
		ld a,(crc_mode)
		or a
		ld a,(sum)
		jr z,send_last
		ld a,d
		call uart_put
		ld a,e
send_last:	call uart_put
block_reply:	call get_reply
		jr c,block_again
		cp ACK
		jr z,next_block
		cp NAK
		jr z,block_again
		cp 'C'			; block 1 did not arrive
		jr nz,block_reply
block_again:	call count_try
		jr send_block

end_of_file:	ld a,TRIES
		ld (tries),a
send_eot:	ld a,EOT
		call uart_put
		call get_reply
		jr c,eot_again
		cp ACK
		jr z,done
eot_again:	call count_try
		jr send_eot

done:		call uart_give
		ld de,text_ok
leave:		call print
		ld sp,(found_sp)
		ret			; to the CCP, which is still there: no warm boot needed

; A = the receiver's answer, or carry when there is none.
get_reply:	ld a,REPLY_PERIODS
		call uart_wait
		ret c
		call is_cancel
		or a			; carry off
		ret

; Ends the transfer when A is the first of two CAN, or of two ^C; otherwise A is kept.
is_cancel:	cp CAN
		jr z,cancel_twin
		cp ETX
		ret nz
cancel_twin:	ld d,a
		call uart_get
		cp d
		ld a,d
		ret nz
		ld de,text_cancelled
		jr fail

; One copy more was of no use.
count_try:	ld hl,tries
		dec (hl)
		ret nz
		ld de,text_bad_line
		ld a,CAN
		call uart_put
		call uart_put

; Ends a transfer that cannot succeed, from any depth. DE = reason ("$"-terminated).
fail:		ld sp,stack
		push de
		call uart_give
		pop de
say_failed:	ld sp,stack
		push de
		ld de,text_failed
		call print
		pop de
		call print
		ld de,text_newline
		jr leave

		#include "rx-ready.asm"

text_name:	db "SX$"
text_ok:	db "SX OK"
text_newline:	db 13,10,"$"
text_failed:	db "SX FAILED: $"
text_no_file:	db "no file$"
text_no_start:	db "nobody receives$"
text_bad_line:	db "bad line$"
text_cancelled:	db "cancelled$"

		#include "rx-crc.asm"
		#include "rx-uart.asm"
		#include "rx-conin.asm"

; Memory above the program. Nothing here is in the file, so everything is set before use.
variables:
found_sp:	ds 2
periods:	ds 1			; left to wait in uart_wait
crc_mode:	ds 1			; 0 = checksum
number:		ds 1			; of the block on the line
tries:		ds 1			; left for it
sum:		ds 1			; its checksum
interrupts:	ds 1			; as found at start: 0 = off
uart_before:	ds 1			; what uart_give restores; 0 = nothing was changed yet
status_got:	ds 1			; the UART's status when the last byte came
conin_saved:	ds 2			; see rx-conin.asm
		ds 96
stack:
		align 256
crc_high:	ds 256			; high bytes, then low bytes: see rx-crc.asm
crc_low:	ds 256
buffer:		ds 128			; one record
