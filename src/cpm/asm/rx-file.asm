; The file: everything is written to NAME.$$$; NAME.EXT is replaced in one step at the end.
; Function numbers and results: CP/M 2.2 Interface Guide, 3 (BDOS 16–29); error mode: CP/M Plus Programmer's Guide, 45.

DRV_GET_CURRENT	equ 25
DRV_GET_RO	equ 29
F_CLOSE		equ 16
F_SEARCH_FIRST	equ 17
F_DELETE	equ 19
F_WRITE		equ 21
F_MAKE		equ 22
F_RENAME	equ 23
F_DMA		equ 26
F_ERROR_MODE	equ 45

; Makes NAME.$$$ for the argument in fcb_target, or jumps to refuse.
file_create:	ld hl,fcb_target
		ld de,fcb
		ld bc,9
		ldir
		ex de,hl		; type $$$, then zeros to the end
		ld a,'$'
		ld b,3
fcb_type:	ld (hl),a
		inc hl
		djnz fcb_type
		ld b,36-12
fcb_rest:	ld (hl),c
		inc hl
		djnz fcb_rest
		ld hl,fcb_target+1
		ld a,(hl)
		cp ' '
		jr z,bad_name
		ld bc,11
		ld a,'?'
		cpir
bad_name:	ld de,text_name_bad
		jr z,refuse_here
		ld c,F_ERROR_MODE	; CP/M 3: return errors instead of stopping; CP/M 2.2 ignores the call
		ld e,0FFh
		call bdos
		call drive_marked
		ld de,text_disk_ro
		jr nz,refuse_here
		ld c,F_SEARCH_FIRST
		call target_call
		cp 4
		jr nc,file_make		; there is no such file yet
		rrca			; its directory entry is at 32 * A in the default buffer
		rrca
		rrca
		add a,dma_default+9
		ld l,a
		ld h,0
		bit 7,(hl)		; first letter of the type, bit 7: read-only
		ld de,text_file_ro
		jr nz,refuse_here
file_make:	ld c,F_DELETE		; left over from an interrupted transfer
		call file_call
		ld c,F_MAKE
		call file_call
		inc a
		ret nz
		ld de,text_dir_full
refuse_here:	jp refuse

; NZ = the drive of the argument is marked read-only.
drive_marked:	ld a,(fcb_target)
		dec a			; 0 = A: …
		jp p,drive_known
		ld c,DRV_GET_CURRENT
		call bdos
drive_known:	inc a
		push af
		ld c,DRV_GET_RO
		call bdos
		pop bc
drive_bit:	rr h			; HL bit n = drive n: shift it into carry
		rr l
		djnz drive_bit
		sbc a,a			; carry → FFh, NZ
		ret

; Writes the block's records. The line is held (see uart_hold).
file_write:	ld hl,buffer
		ld a,(block_records)
write_record:	push af
		push hl
		ex de,hl
		ld c,F_DMA
		call bdos
		ld c,F_WRITE
		call file_call
		ld hl,(records)
		inc hl
		ld (records),hl
		pop hl
		ld bc,128
		add hl,bc
		ld b,a
		pop af
		inc b			; 0 = written, 1 = no directory entry, 2 = no block
		djnz write_failed
		dec a
		jr nz,write_record
		ret
write_failed:	ld de,text_dir_full
		dec b
		jr z,file_failed
		ld de,text_disk_full
		dec b
		jr z,file_failed
disk_error:	ld de,text_disk_error
file_failed:	jp fail

; Closes NAME.$$$ and renames it over NAME.EXT. The line is held.
file_finish:	ld c,F_CLOSE
		call file_call
		inc a
		jr z,disk_error
		ld c,F_DELETE
		call target_call
		ld hl,fcb_target	; the new name goes in the second half of the block
		ld de,fcb+16
		ld bc,16
		ldir
		ld c,F_RENAME
		call file_call
		inc a
		jr z,disk_error
		ret

file_discard:	ld c,F_CLOSE		; so that the erasure frees the blocks written so far
		call file_call
		ld c,F_DELETE

; BDOS function C on NAME.$$$, or on NAME.EXT.
file_call:	ld de,fcb
		jp bdos
target_call:	ld de,fcb_target
		jp bdos
