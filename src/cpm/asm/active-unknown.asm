; Nobody asks how many neurons were active (active.asm).
none_active macro
	endm

one_active macro
	endm

many_active macro
	endm
