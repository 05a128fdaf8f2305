; /B n: n forward passes (query, context, all layers, argmax) between two markers, with nothing printed meanwhile.

bench:	inc hl
	call read_decimal
	push de
	call prepare
	ld a,'['
	call put_char
	pop de
bench_pass:
	ld a,d
	or e
	jr z,bench_end
	push de
	ld hl,bench_query
	call set_query
	call start_reply
	call step
	pop de
	dec de
	jr bench_pass
bench_end:
	ld a,']'
	call put_char
	call new_line
	jp 0

bench_query:	db "hello",0
