; The query's half of layer 1: a column for every window of its text, counted character by character, so that it can be
; done while the person still types.
;
; The text as the features want it: no blanks around it, at most 62 characters, a-z for A-Z, one space before and one
; after. A window of n bytes (n = 2, 3, 4 as the model says) hashes to bucket h, h = h*31 + byte, modulo the number of
; buckets. Windows are counted in BASE, a byte a neuron (query-window.asm).
;
;   byte = v + 64        v = sum of the windows and of the 21 windows of spaces, less the threshold (first-layer.asm)
;
; A query whose v is ever found outside of -64..63 is summed anew, in 16 bits: QUERY_WIDE. Then SUM_LOW, SUM_HIGH hold
; v + 64, and the bytes what was counted since they were last added to it.
;
; Of n lengths a character ends at most n windows, of weight -2 to +1: two of them move a byte by -4 to +2. So 31
; characters, and a space behind them, take a byte from 0..127 to somewhere in -128..191, where modulo 256 everything that
; is not in 0..127 still has its bit 7 set; with three windows 20 characters do. Once in so many (COUNTS_HOLD) the bytes
; are looked at, or added to the sums.

MAX_QUERY equ 62

; Nothing said yet, the text will be at HL: zero terminated, without blanks in front.
start_query:
	ld (QUERY_TEXT),hl
	ld a,START_WIDE		; 1: v of some neuron is outside from the start
restart_query:
	ld (QUERY_WIDE),a
	ld hl,(QUERY_TEXT)
	ld (QUERY_NEXT),hl
	ld hl,31*' '
	ld (QUERY_31),hl
	start_quadgrams
	ld hl,QUERY_ROOM
	ld (hl),COUNTS_HOLD
	or a
	ld hl,sum_start_low
	ld de,BASE*256
	jr z,copy_sums
	ld de,SUM_LOW*256
	call copy_sums
	ld hl,SUM_HIGH*256
	call clear_page
	ld a,START_WIDE		; else all high bytes are zero
	or a
	ld hl,sum_start_high
	ld de,SUM_HIGH*256
	call nz,copy_sums
clear_base:
	ld hl,BASE*256
clear_page:
	ld b,WIDTH_1_LOOP
clear_count:
	ld (hl),0
	inc l
	djnz clear_count
	ret

; A byte for each neuron of layer 1 from HL to DE.
copy_sums:
	ld bc,WIDTH_1
	jp copy_end-2*SUMS_1_LDI

; The whole of the text at HL.
set_query:
	call start_query

; What is left of the text, and the space behind it.
finish_query:
	call query_left
finish_some:
	jr z,close_query
	call feed_some
	jr finish_some

; The space behind the text.
close_query:
	ld bc,space_behind
	ld a,1
	jp count_characters
space_behind:	db ' '

; Feeds one more character of a text that still grows. Z: there was none left to feed.
feed_query:
	call query_left
	ret z
	ld a,1
	call feed_some
	or 1			; NZ
	ret

; Feeds A characters, or as many as may be counted without a look. A = how many are left of them, Z: none.
feed_some:
	ld b,a
	ld hl,QUERY_ROOM
	ld a,(hl)
	or a
	jr z,feed_look
	cp b
	jr c,feed_room
	ld a,b
feed_room:			; A = how many now
	ld c,a
	ld a,(hl)
	sub c
	ld (hl),a
	ld a,b
	sub c
	push af
	ld a,c
	ld bc,(QUERY_NEXT)
	call count_characters
	ld (QUERY_NEXT),bc
	pop af
	ret
feed_look:
	ld (hl),COUNTS_HOLD
	push bc
	ld a,(QUERY_WIDE)
	or a
	jr nz,feed_add
	call look_at_counts
	jp p,feed_looked
	pop bc
	call sum_wide
	jr query_left
feed_add:
	call add_counts
feed_looked:
	pop bc
	ld a,b
	or a
	ret

; Begins the query anew, in 16 bits.
sum_wide:
	ld a,1
	jp restart_query

; A = characters that are left to feed, Z: none. The text ends with the last that is not blank, and has at most 62.
query_left:
	ld hl,(QUERY_TEXT)
	ld a,(hl)
	or a
	ret z
	xor a
	ld b,a
	ld c,a
	cpir			; 21 a character
	dec hl			; the zero
text_blank:
	dec hl
	ld a,(hl)
	cp 21h
	jr c,text_blank
	inc hl
	ld de,(QUERY_TEXT)
	or a
	sbc hl,de
	ld a,l
	cp MAX_QUERY
	jr c,text_fits
	ld a,MAX_QUERY
text_fits:
	ld hl,(QUERY_NEXT)
	or a
	sbc hl,de
	sub l
	ret

; M: some byte in BASE is not in 0..127.
look_at_counts:
	xor a
	ld hl,BASE*256
	ld b,WIDTH_1_ROUNDS
	jp look_1+2*WIDTH_1_SKIP
	rept n = 1 to 8
look_{n}:
	or (hl)			; 7
	inc l			; 4
	endr
	djnz look_1		; 13 for 8
	or a
	ret

; Adds the counts to the 16-bit sums and starts them anew.
add_counts:
	ld hl,BASE*256
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
	ld h,BASE
	inc l
	djnz add_count
	ret
