; The line: channel A of a Z80 SIO/2 at 80h (control) and 81h (data), as on the RC2014 "dual serial module SIO/2" with
; RomWBW's and Grant Searle's addresses.
;
; The BIOS usually receives by interrupt into a ring of its own. While we receive, interrupts are off and the SIO is
; polled; around disk writes they are as we found them, and RTS tells the sender to wait. WR1 (which interrupts) is left
; alone: a byte that arrives meanwhile is taken by our poll, and the BIOS's service finds an empty FIFO. WR5 cannot be
; read, but on a line of 8N1 it holds nothing else than RTS and DTR. See rx-uart-68b50.asm for what each routine does.

SIO_CONTROL	equ 80h
SIO_DATA	equ 81h
; RR0 (Z80 SIO technical manual, table 5): bit 0 = a byte has arrived, bit 2 = the transmit buffer is empty.
; WR5: DTR, 8 bits, transmitter on, and RTS or not.
WR5_READY	equ 0EAh
WR5_HELD	equ 0E8h
; WR0: reset external/status interrupts and errors; return from interrupt.
WR0_ERROR_RESET	equ 30h

; One poll is 52 T-states, one period 65,536 polls: 0.46 s at 7.3728 MHz, 0.85 s at 4 MHz.
PURGE_POLLS	equ 21000		; 0.15 s
EOT_POLLS	equ 7000		; 0.05 s, longer than a USB adapter's pause inside a block (16 ms)

uart_found:	ld a,i			; asked twice: see rx-uart-68b50.asm
		jp pe,found_on
		ld a,i
found_on:	push af
		pop hl
		ld a,l
		and 4			; the parity flag, as a byte that is 0 when they are off
		ld (interrupts),a
		ret

; The line is ours: polled, sender may send. Whatever arrived while nobody listened is dropped: three bytes at most.
uart_take:	di
		call conin_unhook
		in a,(SIO_DATA)
		in a,(SIO_DATA)
		in a,(SIO_DATA)
		ld a,WR0_ERROR_RESET
		out (SIO_CONTROL),a
		ld a,WR5_READY
		jr uart_set

; The disk is busy: sender must wait. Interrupts as found.
uart_hold:	call conin_hook
		ld a,WR5_HELD
		call uart_set
		jr uart_irq

; The line is the BIOS's again.
uart_give:	call conin_unhook
		ld a,WR5_READY
		call uart_set
uart_irq:	ld a,(interrupts)
		or a
		ret z
		ei
		ret

; A to WR5.
uart_set:	push af
		ld a,5
		out (SIO_CONTROL),a
		pop af
		out (SIO_CONTROL),a
		ret

; Sends A. Gives up after one period (somebody holds CTS). Destroys BC.
uart_put:	push af
		ld bc,0
put_poll:	in a,(SIO_CONTROL)
		and 4
		jr nz,put_now
		dec bc
		ld a,b
		or c
		jr nz,put_poll
put_now:	pop af
		out (SIO_DATA),a
		ret

uart_get:	ld a,BYTE_PERIODS
uart_wait:	ld bc,0
uart_wait_polls:
		ld (periods),a
get_poll:	in a,(SIO_CONTROL)
		rrca
		jr c,get_now
		dec bc
		ld a,b
		or c
		jr nz,get_poll
		ld a,(periods)
		dec a
		ld (periods),a
		jr nz,get_poll
		scf
		ret
get_now:	in a,(SIO_DATA)
		or a			; carry off
		ret
