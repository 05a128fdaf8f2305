; The query's half of layer 1: a column for every window of its text, added to 16-bit sums, character by character, so
; that it can be done while the person still types.
;
; The text as the features want it: no blanks around it, at most 62 characters, a-z for A-Z, one space before and one
; after. A window of n bytes (n = 2, 3 as the model says) hashes to bucket h, h = h*31 + byte, modulo the number of
; buckets.

MAX_QUERY equ 62

; Nothing said yet: the sums are the 21 windows of spaces less the threshold of each neuron (first-layer.asm).
; HL = where the text will be, zero terminated, without blanks in front. Keeps HL.
start_query:
	ld (QUERY_TEXT),hl
	push hl
	ld hl,sum_start_low
	ld de,SUM_LOW*256
	ld bc,WIDTH_1
	call copy_end-2*SUMS_1_LDI
	ld hl,sum_start_high
	ld de,SUM_HIGH*256
	ld bc,WIDTH_1
	call copy_end-2*SUMS_1_LDI
	xor a
	ld (QUERY_FED),a
	ld a,' '
	ld (QUERY_LAST),a
	pop hl
	ret

; The whole of the text at HL.
set_query:
	call start_query

; What is left of the text, and the space behind it.
finish_query:
	call feed_query
	jr nz,finish_query
	ld hl,QUERY_FED
	inc (hl)
	ld a,' '
	jr query_char

; Feeds one more character of the text. Z: there was none left to feed.
feed_query:
	call query_length
	ld a,(QUERY_FED)
	cp b
	ret z
	ld e,a
	ld d,0
	inc a
	ld (QUERY_FED),a
	ld hl,(QUERY_TEXT)
	add hl,de
	ld a,(hl)
	call fold_case
	call query_char
	or 1			; NZ
	ret

; B = how many characters of the text count: up to the last that is not blank, and at most 62.
query_length:
	ld hl,(QUERY_TEXT)
	ld bc,0			; B = length so far, C = characters seen
length_char:
	ld a,(hl)
	or a
	jr z,length_known
	inc hl
	inc c
	cp 21h
	jr c,length_char
	ld b,c
	jr length_char
length_known:
	ld a,b
	cp MAX_QUERY
	ret c
	ld b,MAX_QUERY
	ret

; The windows that end with the character in A.
query_char:
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld c,a
	ld a,(QUERY_LAST)
	ld e,a
	ld d,0
	call hash_byte		; DE = hash of the last two characters
	ld a,QUERY_BIGRAMS
	or a
	ld iy,after_bigram
	jr nz,query_hit
after_bigram:
	ld hl,(QUERY_PAIR)	; hash of the two before this one
	ld (QUERY_PAIR),de
	ex de,hl
	call hash_byte		; DE = hash of the last three
	ld a,(QUERY_FED)
	cp 2			; the first character has but the space before it
	jr c,after_trigram
	ld a,QUERY_TRIGRAMS
	or a
	ld iy,after_trigram
	jr nz,query_hit
after_trigram:
	ld a,c
	ld (QUERY_LAST),a
	pop iy
	pop ix
	ret

; DE = DE*31 + C
hash_byte:
	ld h,d
	ld l,e
	add hl,hl		; 11 each
	add hl,hl
	add hl,hl
	add hl,hl
	add hl,hl
	or a
	sbc hl,de		; *32 - *1
	ld e,c
	ld d,0
	add hl,de
	ex de,hl
	ret

; Adds the column of bucket DE once; continues at IY. Keeps C, DE.
query_hit:
	ld a,d
	and QUERY_MASK_HIGH
	ld h,a
	ld a,e
	and QUERY_MASK_LOW
	ld l,a
	add hl,hl
	ld a,c
	ld bc,query_columns
	add hl,bc
	ld c,a
	ld a,(hl)
	inc hl
	ld h,(hl)
	ld l,a
	push hl
	di
	exx
	pop hl
	ld sp,hl
	ld h,SUM_LOW
	ld e,1
	ret			; into the stream; column_done comes back to IY
