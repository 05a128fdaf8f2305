; The dialogue over the machine's console. Every routine may lose all registers.

; Waits for nothing: A = a key, 0 when there is none.
poll_key macro
	ld c,6			; 7
	ld e,0FFh		; 7
	call BDOS		; 17
	endm

; Character in A, by BDOS 2: what is printed outside of the chat obeys ^S and ^P.
put_char:
	ld e,a
	ld c,2
	jp BDOS

; Text at DE, ended by "$".
print:	ld c,9
	jp BDOS

; Character in A, as it is: BDOS 2 would take a typed-ahead key off the line.
echo:	ld e,a
	ld c,6
	jp BDOS
