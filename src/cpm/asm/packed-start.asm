; Packed kernel: what need not be in the file, because it can be worked out when the program starts: the table GAPS and
; the addresses of the columns, which lie one behind the other. start_kernel (network.asm) names the layers.

; GAPS: the upper nibble of every byte.
start_gaps:
	ld hl,GAPS*256
start_gap:
	ld a,l
	rrca
	rrca
	rrca
	rrca
	and 0Fh
	ld (hl),a
	inc l
	jr nz,start_gap
	ret

; split_addresses: B columns (0: 256) from HL on; low bytes into page C, high bytes into the page behind.
split_addresses:
	ld e,0
split_address:
	push hl
	ld d,h
	ld a,l
	ld h,c
	ld l,e
	ld (hl),a
	inc h
	ld (hl),d
	pop hl
	call skip_column
	inc e
	djnz split_address
	ret

; word_addresses: BC columns from HL on; words into the table at IX.
word_addresses:
	ld (ix+0),l
	ld (ix+1),h
	inc ix
	inc ix
	call skip_column
	dec bc
	ld a,b
	or c
	jr nz,word_addresses
	ret

; HL behind the column at HL. Keeps BC, E.
skip_column:
	call skip_list
skip_list:
	ld d,0Fh
skip_byte:
	ld a,(hl)		; 7
	inc hl			; 6
	and d			; 4
	jp nz,skip_byte		; 10
	dec hl
	ld a,(hl)
	inc hl
	cp 0F0h
	jr z,skip_byte		; a neuron once more is not the end
	ret
