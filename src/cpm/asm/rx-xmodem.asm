; The XMODEM receiver (Christensen's protocol with Forsberg's CRC and 1K blocks, "XMODEM/YMODEM Protocol Reference").
;
;   us: CK … (16 times, then NAK: checksum)         sender: SOH n ~n 128 bytes check | STX n ~n 1024 bytes check
;   us: ACK once the records are on the disk, NAK when damaged or late               sender: … EOT
;   us: file in place, then ACK
;
; `errors` counts what went wrong since the last good block: 0–15 nobody has sent yet and we ask with C, from 16 on we
; ask with NAK, at 32 we give up. The first block header sets bit 4, every good block sets it to 16.

SOH		equ 1
STX		equ 2
ETX		equ 3			; ^C: a person gives up
EOT		equ 4
ACK		equ 6
NAK		equ 15h
CAN		equ 18h

ERRORS_STARTED	equ 16
ERRORS_MAX	equ 32
HEADER_PERIODS	equ 7			; about 3 s at 7.3728 MHz (a period is explained in the UART's file)
BYTE_PERIODS	equ 3			; about 1.3 s

; Returns when the file is complete and in place; jumps to fail otherwise.
receive:	ld hl,0
		ld (records),hl
		ld a,l
		ld (errors),a
		ld hl,101h
		ld (expected),hl	; and crc_mode
		ld a,'C'
ask:		call uart_put
		cp 'C'
		ld a,'K'		; "CK": blocks of 1024 bytes are welcome
		call z,uart_put
		ld a,HEADER_PERIODS
		call uart_wait
		jr c,late
		cp SOH
		jr z,block_128
		cp STX
		jr z,block_1k
		cp EOT
		jr z,end_of_file
		cp CAN
		jr z,cancelled
		cp ETX
		jr nz,damaged

; Two CAN (or two ^C) in a row end the transfer; one alone is noise.
cancelled:	ld d,a
		call uart_get
		jr c,late
		cp d
		ld de,text_cancelled
		jp z,fail

; Noise, or the rest of a block whose header was lost: wait until the line is quiet.
damaged:	call purge
late:		ld hl,errors
		inc (hl)
		ld a,(hl)
		cp ERRORS_MAX
		jr nc,give_up
		cp ERRORS_STARTED
		ld a,'C'
		jr c,ask		; still waiting for a sender
		jr nz,ask_again
		xor a			; the last C was not answered: an old sender that knows no CRC
		ld (crc_mode),a
ask_again:	ld a,NAK
		jr ask
give_up:	ld de,text_bad_line
		jp fail

; Behind a real EOT the line is quiet; behind a damaged SOH that looks like one the block follows.
end_of_file:	ld bc,EOT_POLLS
		call quiet_for
		jr nc,damaged
		ld hl,(records)
		ld a,h
		or l
		jr z,damaged		; nor does a file end before it has begun
		call uart_hold
		call file_finish
		call uart_take
		ld a,ACK
		jp uart_put

; The next byte of a block, or back to asking when it does not come. Called from `receive`'s own level only.
block_get:	call uart_get
		ret nc
		pop hl
		jr late

block_128:	ld a,1
		jr block
block_1k:	ld a,8
block:		ld (block_records),a
		ld (records_left),a
		call block_get
		ld (number),a
		call block_get
		cpl
		ld hl,number
		cp (hl)
		jr nz,damaged
		ld hl,errors
		set 4,(hl)

; HL = where the next byte goes, DE = CRC. The buffer is page-aligned, so bit 7 of L flips at the end of a record.
		ld hl,buffer
		ld de,0
block_byte:	call block_get
		ld (hl),a
		inc hl
		crc_byte
		ld a,l
		and 7Fh
		jr nz,block_byte
		ld a,(records_left)
		dec a
		ld (records_left),a
		jr nz,block_byte

		ld a,(crc_mode)
		or a
		jr z,check_sum
		call block_get
		cp d
		jp nz,damaged		; the purge takes the other byte
		ld d,e
		jr check_last

; HL = end of the data; adds up backwards to the start of the buffer.
check_sum:	ld d,0
check_add:	dec hl
		ld a,d
		add a,(hl)
		ld d,a
		ld a,l
		or a
		jr nz,check_add
		ld a,h
		cp hi(buffer)
		jr nz,check_add
check_last:	call block_get
		cp d
		jp nz,damaged

		ld hl,expected
		ld a,(number)
		cp (hl)
		jr z,block_good
		inc a
		cp (hl)			; the block before: our ACK was lost
		jp nz,give_up		; a block is missing: we no longer talk of the same file
		jr acknowledge
block_good:	inc (hl)
		call uart_hold
		call file_write
		call uart_take
		ld a,ERRORS_STARTED
		ld (errors),a
acknowledge:	ld a,ACK
		jp ask

; Tells the sender to stop, and lets its last block pass by before the console is a console again.
cancel_sender:	call purge
		ld a,CAN
		call uart_put
		call uart_put

; Reads until the line has been quiet for about 0.15 s, or 65,536 bytes at most.
purge:		ld de,0
purge_byte:	call quiet_get
		ret c
		dec de
		ld a,d
		or e
		jr nz,purge_byte
		ret

; A = a byte that comes within 0.15 s, or carry.
quiet_get:	ld bc,PURGE_POLLS
quiet_for:	ld a,1
		jp uart_wait_polls
