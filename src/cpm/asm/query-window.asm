; The windows of a query's text, character by character: the program's way from letters to neurons.
;
;   … a b [c]        trigram  31*h(a b) + c        bigram  31*b + c = h(b c), the h(a b) of the next character
;
; Windows of four have a file of their own (quadgram.asm).
;
; Only the lowest eleven bits of a hash ever matter, and nothing goes from higher bits to lower ones. So 31*h is 32*h - h
; where 32*h is three rotations of its low byte, with rubbish above bit 12. QUERY_COLUMNS are pages of words, a column's
; address for each bucket.
;
; BC = next character, DE = hash of the last two, QUERY_31 = 31 times the last one, IX = the real stack while columns are
; walked.

; Counts the column of hash HL: 69 T and what enter_window takes. Keeps BC, DE.
count_window macro
#local
	add hl,hl		; 11
	ld a,h			; 4
	and QUERY_MASK		; 7
	add a,QUERY_COLUMNS	; 7
	ld h,a			; 4
	ld a,(hl)		; 7
	inc l			; 4
	ld h,(hl)		; 7
	ld l,a			; 4
	ld iy,counted		; 14
	enter_window BASE
counted:
#endlocal
	endm

; HL = 31*DE: a window before its last character is known. Keeps BC, DE.
times_31 macro
	ld a,e			; 4
	rrca			; 4
	rrca			; 4
	rrca			; 4
	ld h,a			; 4
	and 0E0h		; 7   no carry
	ld l,a			; 4
	sbc hl,de		; 15
	endm

; The window of two whose hash is DE.
count_bigram macro
	ld h,d			; 4
	ld l,e			; 4
	count_window
	endm

; Counts the windows that end with each of A characters from BC on. Returns BC behind them.
count_characters:
	ld (QUERY_RUN),a
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld hl,(QUERY_TEXT)
	or a
	sbc hl,bc
	jp z,count_first
	ld de,(QUERY_PAIR)
count_character:
	times_31		; 46
count_letter:
	ld a,(bc)		; 7
	inc bc			; 6
	cp 'Z'+1		; 7
	jr nc,count_folded	; 12
	cp 'A'
	jr c,count_folded
	or 20h
count_folded:
	ld e,a			; 4
	ld d,0			; 7
	count_long		; features.asm: the windows of four and three that the model looks at
count_pair:			; DE = this character
	ld hl,(QUERY_31)	; 16
	add hl,de		; 11
	ex de,hl		; 4   DE = hash of the last two
	ld a,l			; 4
	rrca			; 4
	rrca			; 4
	rrca			; 4
	ld h,a			; 4
	and 0E0h		; 7
	sub l			; 4
	ld l,a			; 4
	jr nc,count_31		; 12
	dec h
count_31:
	ld (QUERY_31),hl	; 16
	count_short		; features.asm: those of two
	ld hl,QUERY_RUN		; 10
	dec (hl)		; 11
	jp nz,count_character	; 10
count_end:
	ld (QUERY_PAIR),de
	pop iy
	pop ix
	ret
count_first:			; has but the space before it: no window of three
	ld a,(bc)
	inc bc
	call fold_case
	ld e,a
	ld d,0
	jr count_pair
