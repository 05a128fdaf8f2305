; The dialogue over the auxiliary device (RDR: and PUN:), for machines whose console is not on the line: BDOS 3 and 4.
; Every routine may lose all registers. BDOS 3 waits, so that nothing is summed while somebody types.

poll_key macro
	ld c,3
	call BDOS
	endm

; Text at DE, ended by "$".
print:	ld a,(de)
	cp '$'
	ret z
	push de
	call echo
	pop de
	inc de
	jr print

; Character in A.
put_char:
echo:	ld e,a
	ld c,4
	jp BDOS
