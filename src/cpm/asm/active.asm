; How many neurons of the first layer were active in a step, for argmax-few.asm. MANY_ACTIVE stands for any number, and for
; outputs above 248.

none_active macro
	xor a
	ld (ACTIVE),a
	endm

one_active macro
	ld hl,ACTIVE		; 10
	inc (hl)		; 11
	endm

many_active macro
	ld a,MANY_ACTIVE
	ld (ACTIVE),a
	endm
