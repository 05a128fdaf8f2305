; The query's half of layer 1: a column for every window of its text, counted character by character, so that it can be
; done while the person still types.
;
; The text as the features want it: no blanks around it, at most 62 characters, a-z for A-Z, one space before and one
; after. A window of n bytes (n = 2, 3 as the model says) hashes to bucket h, h = h*31 + byte, modulo the number of
; buckets.
;
; Windows are counted (count.asm) in a signed byte a neuron, QUERY_COUNTS. A character ends at most two windows, of
; weight -2 at least, so 31 characters fit; then the bytes go into the 16-bit sums SUM_LOW, SUM_HIGH and start anew.

MAX_QUERY equ 62
COUNTS_HOLD equ 31		; characters
QUERY_COUNTS equ SUMS		; a page that the reply needs only after prepare_first_layer

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
	call clear_counts
	xor a
	ld (QUERY_FED),a
	ld a,' '
	ld (QUERY_LAST),a
	pop hl
	ret

clear_counts:
	ld hl,QUERY_COUNTS*256
	ld de,QUERY_COUNTS*256+1
	ld bc,WIDTH_1-1
	ld (hl),0
	ld a,b
	or c
	ret z
	ldir
	ret

; The whole of the text at HL.
set_query:
	call start_query

; What is left of the text, and the space behind it.
finish_query:
	call query_length
finish_char:
	call feed_char
	jr nz,finish_char

; The space behind the text.
close_query:
	ld hl,QUERY_FED
	inc (hl)
	ld a,' '
	jr query_char

; Feeds one more character of a text that still grows. Z: there was none left to feed.
feed_query:
	call query_length

; Feeds one more character, of QUERY_LENGTH.
feed_char:
	ld a,(QUERY_LENGTH)
	ld b,a
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

; QUERY_LENGTH = how many characters of the text count: up to the last that is not blank, and at most 62.
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
	jr c,length_fits
	ld a,MAX_QUERY
length_fits:
	ld (QUERY_LENGTH),a
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
	ld a,c
	ld (QUERY_LAST),a
	ld a,(QUERY_FED)
	cp 2			; the first character has but the space before it
	jr c,after_trigram
	ld a,QUERY_TRIGRAMS
	or a
	jr z,after_trigram
	ex de,hl
	call hash_byte		; DE = hash of the last three
	ld iy,after_trigram
	jr query_hit
after_trigram:
	pop iy
	pop ix
	ld a,(QUERY_FED)
	cp COUNTS_HOLD
	jr z,add_counts
	cp 2*COUNTS_HOLD
	ret nz

; Adds the counts to the 16-bit sums and starts them anew.
add_counts:
	ld hl,QUERY_COUNTS*256
	ld b,WIDTH_1_LOOP
add_count:
	ld e,(hl)
	ld (hl),0
	ld a,e
	add a,a
	sbc a,a
	ld d,a			; DE = the count with its sign
	ld h,SUM_LOW
	ld a,(hl)
	add a,e
	ld (hl),a
	inc h
	ld a,(hl)
	adc a,d
	ld (hl),a
	ld h,QUERY_COUNTS
	inc l
	djnz add_count
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

; Counts the column of bucket DE once; continues at IY. Keeps C, DE.
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
	enter_count QUERY_COUNTS
