; Context without a reply trie: what reply.asm needs, by hashing alone (context.asm). trie.asm is the other way.

start_trie:
	ret

context_step equ add_context
scan_first_layer equ scan_first

said:	ld a,c
	jp push_context
