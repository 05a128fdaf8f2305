; The dialogue over the auxiliary device (RDR: and PUN:), for machines whose console is not on the line: BDOS 3 and 4.
; Every routine may lose all registers. BDOS 3 waits, so that nothing is summed while somebody types.

poll_key macro
	ld c,3
	call BDOS
	endm

; Text at DE, ended by "$", as put_char does it.
print:	ld a,(de)
	cp '$'
	ret z
	push de
	call put_char
	pop de
	inc de
	jr print

; Character in A to both devices: what is not part of a chat (/V, /B, refusals) is for whoever sits at the machine, too.
put_char:
	push af
	call echo
	pop af
	ld e,a
	ld c,2
	jp BDOS

; Character in A to the line.
echo:	ld e,a
	ld c,4
	jp BDOS
