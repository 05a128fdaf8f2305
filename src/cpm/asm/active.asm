; How many neurons of the first layer were active in a step, for argmax-few.asm: at most 192, with outputs up to 248. MANY
; stands for any number, and for greater outputs.
MANY equ 63

none_active macro
	xor a
	ld (ACTIVE),a
	endm

one_active macro
	ld hl,ACTIVE		; 10
	inc (hl)		; 11
	endm

many_active macro
	ld a,MANY
	ld (ACTIVE),a
	endm
