; Windows of four characters, for the models that look at them (query-window.asm has the others).
;
;   a b c [d]       31*h(a b c) + d        QUERY_THREE = h(a b c), its bit 15 set; 0: the query has no three yet

start_quadgrams macro
	ld hl,0			; 10
	ld (QUERY_THREE),hl	; 16
	endm

; HL = hash of the last three, DE = this character. Keeps BC, DE; leaves QUERY_THREE = HL. 206 T and what enter_window
; takes; 131 T where there is no window yet.
count_quadgram macro
	push de			; 11
	ld de,(QUERY_THREE)	; 20
	set 7,h			; 8
	ld (QUERY_THREE),hl	; 16
	times_31		; 46
	bit 7,d			; 8
	pop de			; 10
	jr z,three_counted	; 7 / 12
four:	add hl,de		; 11
	count_window		; 69
three_counted:
	endm

; A guess of the reply takes the space behind the text for granted; see guess.asm.
keep_quadgrams macro
	ld hl,(QUERY_THREE)
	ld (KEPT_THREE),hl
	endm

restore_quadgrams macro
	ld hl,(KEPT_THREE)
	ld (QUERY_THREE),hl
	endm
