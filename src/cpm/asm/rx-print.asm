; What RX says, on the console through the BDOS. Hosts match these lines: see receiver.ts.

C_WRITE		equ 2

; HL in decimal. Digits are found from the right and come off the stack from the left.
print_number:	ld de,-10
		ld bc,0FFFFh
divide:		inc bc
		add hl,de
		jr c,divide
		ld a,l
		add a,'0'+10
		push af
		ld h,b
		ld l,c
		ld a,b
		or c
		call nz,print_number
		pop af
		ld e,a
		ld c,C_WRITE
		jp bdos

text_name:	db "RX$"
text_ok:	db "RX OK $"
text_records:	db " records"
text_newline:	db 13,10,"$"
text_failed:	db "RX FAILED: $"
text_name_bad:	db "bad name$"
text_disk_ro:	db "disk R/O$"
text_file_ro:	db "file R/O$"
text_dir_full:	db "directory full$"
text_disk_full:	db "disk full$"
text_disk_error: db "disk error$"
text_bad_line:	db "bad line$"
text_cancelled:	db "cancelled$"
