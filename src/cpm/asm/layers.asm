; Hidden layers behind the first: network.asm (generated) has a scan for each.
;
; Their accumulators start at bias - 4, so that "not negative" says active: y = acc >> 2 is at least 1 where acc - 4 >= 0,
; and x = ((acc - 4) >> 2) + 1. The scan of one layer and the scatter into the next are one pass. One more accumulator
; behind the last neuron is always active: its column is SCAN_END.
;
; A column is linear: x = 256*high + low is a run of low on the page of low bytes and one of high on the page of high bytes.
; Carries of the second run fall into the page behind that: the low bytes of the next layer, which start anew before they
; are used, or a page that is nobody's (image.ts).

; Scans a hidden layer (low: page of its low bytes) and scatters every active neuron into the next (next: its low page).
;   a neuron at rest 23 T      an active one, x up to 64: 101 T to the column, 26 back
scan_hidden macro &low,&columns,&next
#local
	start_scan &low
	jr neuron
rest:	inc c			; 4
neuron:	ld a,(bc)		; 7   high byte
	add a,a			; 4   sign -> carry
	jr nc,active		; 7
	rept n = 1 to 15
	inc c			; 4
	ld a,(bc)		; 7
	add a,a			; 4
	jr nc,active		; 7
	endr
	jr rest			; 12 for 16
	active_neuron &low,&columns,&next
#endlocal
	endm

; The same for 256 neurons, which leave no number for one that ends the scan.
scan_full macro &low,&columns,&next
#local
	start_scan &low
	jr neuron
rest:	inc c			; 4
	ret z			; 5
neuron:	ld a,(bc)		; 7
	add a,a			; 4
	jr c,rest		; 12
	active_neuron &low,&columns,&next
#endlocal
	endm

; B = page of high bytes, C = neuron, D = page of (low byte >> 2) + 1, IX = stack, IY = where columns come back to.
start_scan macro &low
	ld ix,0
	add ix,sp
	ld iy,rest
	ld bc,&low*256+256
	ld d,QUARTERS
	endm

; Neuron C is active: A = 2*high, Z where that is 0. Goes on at rest.
active_neuron macro &low,&columns,&next
active:	jr nz,medium		; 7
	ld l,c			; 4
	ld h,&low		; 7
	ld e,(hl)		; 7
	ld a,(de)		; 7   x, 1..64
run:	ld h,&columns		; 7
	ld e,(hl)		; 7
	inc h			; 4
	ld h,(hl)		; 7
	ld l,e			; 4
	enter_scatter &next	; 35
medium:	cp 8			; 7
	jr nc,large		; 7
	rrca			; 4
	rrca			; 4
	rrca			; 4   high * 64
	ld l,c			; 4
	ld h,&low		; 7
	ld e,(hl)		; 7
	ld h,a			; 4
	ld a,(de)		; 7
	add a,h			; 4   x, 65..255
	jr nz,run		; 12
large:	ld a,(bc)		; x from 256 on
	ld l,c
	ld h,&low
	ld l,(hl)
	ld h,a
	srl h
	rr l
	srl h
	rr l
	inc hl
	bit 5,h			; acc - 4 wrapped: acc was -32768 to -32765, so inactive
	jp nz,rest
	ld iy,high_part
	ld d,h
	ld a,l
	ld l,c
	or a
	jr nz,run
high_part:			; the same column on the page of high bytes
	ld a,d
	ld d,QUARTERS
	ld iy,rest
	ld h,&columns
	ld l,c
	ld e,(hl)
	inc h
	ld h,(hl)
	ld l,e
	enter_scatter &next+1
	endm

; The page by which active_neuron divides by four.
make_quarters macro
#local
	ld hl,QUARTERS*256
entry:	ld a,l
	rrca
	rrca
	and 3Fh
	inc a
	ld (hl),a
	inc l
	jr nz,entry
#endlocal
	endm
