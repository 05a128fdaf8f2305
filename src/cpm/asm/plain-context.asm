; Context without a reply trie: what reply.asm needs, by hashing alone (context.asm). trie.asm is the other way.

start_trie:
	ret

context_step equ add_context

; SUMS = nothing counted: 128 for each neuron and for the one that ends the scan.
clear_context:
	ld hl,SUMS*256
	ld de,SUMS*256+1
	ld bc,16*CLEAR_ROUNDS-1
	ld (hl),80h
	jp copy_end-2*15

said:	ld a,c
	jp push_context
