; zulm chat program for CP/M on a Z80: the root file.
;
;   0100  header   jump, signature, kernel, build id, length, CRC
;         code     the files below
;         lists    column streams (scatter.asm says what they look like)
;         pages    tables that are reached by the high byte of their address
;   ----- end of the .COM file
;         work     accumulators, buffers, stack: nothing here is loaded
;
; The packer generates layout.asm (sizes of the network, addresses of lists, pages and work), network.asm (the layers in
; order), features.asm (the windows of a query that the model looks at), and entry.asm, kernel.asm and io.asm, which
; include the files of the kernel and the device it chose.

#include "layout.asm"
#include "entry.asm"
#include "features.asm"

	org 0100h
start:	jp startup
	db "ZULM"
	db 1			; version of this header
	db KERNEL
build:	db 0,0,0,0		; build id, filled in by the packer
	dw IMAGE_LENGTH
crc:	dw 0			; CRC-16 of the whole image, filled in by the packer
name:	ds 10,0			; program name, zero terminated (10: so that the jump above holds no 1Ah, where TYPE would stop)

#include "startup.asm"
#include "io.asm"
#include "console.asm"
#include "verify.asm"
#include "bench.asm"
#include "line.asm"
#include "guess.asm"
#include "query.asm"
#include "copy.asm"
#include "query-window.asm"
#include "reply.asm"
#include "context.asm"
#include "first-layer.asm"
#include "layers.asm"
#include "network.asm"
#include "kernel.asm"
code_end:
