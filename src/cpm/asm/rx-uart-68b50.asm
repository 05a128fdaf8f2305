; The line: a 68B50 ACIA at 80h (control/status) and 81h (data), as on the RC2014 "68B50 serial module".
;
; The BIOS usually receives by interrupt into a ring of its own. While we receive, interrupts are off and the ACIA is
; polled; around disk writes they are as we found them, the ACIA stays quiet and RTS tells the sender to wait.
; What the BIOS had in the control register cannot be read. So it is left alone until the first byte has arrived: the
; status then says whether the ACIA asked for an interrupt, and that is what uart_give restores.
; Any UART can take this file's place with the same routines and the constants PURGE_POLLS and EOT_POLLS.

ACIA_STATUS	equ 80h
ACIA_DATA	equ 81h
; Control (MC6850 data sheet, table 2): clock / 64, 8N1, transmit interrupt off, and
ACIA_POLLED	equ 16h			; RTS asserted, no receive interrupt
ACIA_HELD	equ 56h			; RTS dropped, no receive interrupt
ACIA_INTERRUPT	equ 96h			; RTS asserted, receive interrupt: ACIA_POLLED with bit 7
; Status: bit 0 = a byte has arrived, bit 1 = the transmitter is free, bit 7 = interrupt requested

; One poll is 48 T-states, one period 65,536 polls: 0.43 s at 7.3728 MHz, 0.79 s at 4 MHz.
PURGE_POLLS	equ 23000		; 0.15 s
EOT_POLLS	equ 8000		; 0.05 s, longer than a USB adapter's pause inside a block (16 ms)

; Notes whether interrupts are on. A NMOS Z80 may report "off" when one arrives during `ld a,i`, so it is asked twice
; (Zilog, Z80 Family Interrupt Structure).
uart_found:	xor a
		ld (uart_before),a
		ld a,i
		jp pe,found_on
		ld a,i
found_on:	push af
		pop hl
		ld a,l
		and 4			; the parity flag, as a byte that is 0 when they are off
		ld (interrupts),a
		ret

; The line is ours: polled, sender may send. Whatever arrived while nobody listened is dropped.
uart_take:	di
		call conin_unhook
		ld a,(uart_before)
		or a
		ret z			; still as the BIOS has it
		ld a,ACIA_POLLED
		out (ACIA_STATUS),a
		in a,(ACIA_DATA)
		ret

; The disk is busy: sender must wait. Interrupts as found. Only after a byte has arrived.
uart_hold:	ld a,(uart_before)
		or a
		jr nz,hold_known
		ld a,(status_got)
		and 40h			; bit 7 of the status, rotated
		add a,a
		or ACIA_POLLED		; or ACIA_INTERRUPT
		ld (uart_before),a
hold_known:	call conin_hook
		ld a,ACIA_HELD
		jr uart_set

; The line is the BIOS's again.
uart_give:	call conin_unhook
		ld a,(uart_before)
		or a
		jr z,uart_irq
uart_set:	out (ACIA_STATUS),a
uart_irq:	ld a,(interrupts)
		or a
		ret z
		ei
		ret

; Sends A. Gives up after one period (somebody holds CTS). Destroys BC.
uart_put:	push af
		ld bc,0
put_poll:	in a,(ACIA_STATUS)
		and 2
		jr nz,put_now
		dec bc
		ld a,b
		or c
		jr nz,put_poll
put_now:	pop af
		out (ACIA_DATA),a
		ret

; A = next byte, or carry after BYTE_PERIODS. Destroys BC, keeps HL and DE.
uart_get:	ld a,BYTE_PERIODS
; … after A periods.
uart_wait:	ld bc,0
; … after A waits, the first of BC polls.
uart_wait_polls:
		ld (periods),a
get_poll:	in a,(ACIA_STATUS)
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
get_now:	ld (status_got),a
		in a,(ACIA_DATA)
		or a			; carry off
		ret
