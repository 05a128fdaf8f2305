; Copies BC bytes from HL to DE at 16.6 T a byte, up to 16 LDI a round. Enter at copy_end - 2*m, where m (1 to 16, the
; packer's SUMS_1_LDI) is how many the first round does.
copy_round:
	rept n = 1 to 16
	ldi			; 16
	endr
copy_end:
	jp pe,copy_round	; 10
	ret
