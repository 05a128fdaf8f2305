; A first layer of 256 neurons leaves no number for one that ends the scan (first-layer.asm). So the last neuron goes
; first, and then its place ends the scan: its column becomes SCAN_END, and what the context adds to it 256 - BASE, for a
; v of 0. DE = what the context adds: SUMS, as there is no trie (trie.asm) for such a layer.
LAST equ 255

scan_first_full:
	ld a,(WIDE)
	or a
	jp nz,scan_first_wide
	ld ix,0
	add ix,sp
	ld hl,LAST_COLUMN
	call set_last_column
	ld iy,first_last_done
	ld e,LAST
	ld hl,BASE*256+LAST
	ld a,(de)
	add a,(hl)
	jp c,first_active
first_last_done:
	ld hl,SCAN_END
	call set_last_column
	ld a,(BASE*256+LAST)
	neg
	ld (SUMS*256+LAST),a
	ld de,SUMS*256
	ld hl,BASE*256
	jp scan_first_from

; Column of the last neuron: HL.
set_last_column:
	ld a,l
	ld (COLUMNS_1*256+LAST),a
	ld a,h
	ld (COLUMNS_1*256+256+LAST),a
	ret
