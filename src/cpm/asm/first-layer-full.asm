; A first layer of 256 neurons leaves no number for one that ends the scan (first-layer.asm). So the last neuron goes
; first, and then its place ends the scan: its column becomes SCAN_END, and its byte in BASE what makes v = 0.
; DE = what the context adds; it fills a page.
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
	ld hl,BASE*256+LAST
	ld a,(hl)
	ld (LAST_BASE),a
	ld a,(de)
	neg
	ld (hl),a
	ld e,0
	call scan_first_all
	ld a,(LAST_BASE)
	ld (BASE*256+LAST),a
	ret

; Column of the last neuron: HL.
set_last_column:
	ld a,l
	ld (COLUMNS_1*256+LAST),a
	ld a,h
	ld (COLUMNS_1*256+256+LAST),a
	ret
