; The line: an 8251 at 20h (data) and 21h (status and command), as in the PC-8801. Console and line are different things
; there: what RX says goes to the machine's own screen, blocks and their answers go over the cable.
;
; The command register cannot be read and the usual cable loops RTS to CTS, so the chip is left as the BIOS set it up:
; nothing tells the sender to wait, which XMODEM does not need. While we receive, interrupts are off and the chip is
; polled; around disk writes they are as we found them. See rx-uart-68b50.asm for what each routine does.

USART_DATA	equ 20h
USART_STATUS	equ 21h
; Status (8251A data sheet): bit 0 = the transmitter is free, bit 1 = a byte has arrived

; One poll is 52 T-states, one period 65,536 polls: 0.85 s at 4 MHz.
PURGE_POLLS	equ 11500		; 0.15 s
EOT_POLLS	equ 4000		; 0.05 s

uart_found:	ld a,i			; asked twice: see rx-uart-68b50.asm
		jp pe,found_on
		ld a,i
found_on:	ld a,0
		jp po,found
		inc a
found:		ld (interrupts),a
		ret

uart_take:	di
		in a,(USART_DATA)	; what arrived while nobody listened is dropped
		ret

uart_hold:
uart_give:	ld a,(interrupts)
		or a
		ret z
		ei
		ret

uart_put:	push af
		ld bc,0
put_poll:	in a,(USART_STATUS)
		rrca
		jr c,put_now
		dec bc
		ld a,b
		or c
		jr nz,put_poll
put_now:	pop af
		out (USART_DATA),a
		ret

uart_get:	ld a,BYTE_PERIODS
uart_wait:	ld bc,0
uart_wait_polls:
		ld (periods),a
get_poll:	in a,(USART_STATUS)
		and 2
		jr nz,get_now
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
get_now:	in a,(USART_DATA)
		or a			; carry off
		ret
