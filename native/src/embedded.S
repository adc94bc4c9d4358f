/* The compiled BPF programs as they are: libbpf reads them as ELF files, at eight-byte boundaries. */
	.section .rodata
	.balign 8
	.global embedded_syscalls, embedded_syscalls_end
embedded_syscalls:
	.incbin "syscalls.bpf.o"
embedded_syscalls_end:
	.byte 0
	.balign 8
	.global embedded_count, embedded_count_end
embedded_count:
	.incbin "count.bpf.o"
embedded_count_end:
	.byte 0
	.balign 8
	.global embedded_offcpu, embedded_offcpu_end
embedded_offcpu:
	.incbin "offcpu.bpf.o"
embedded_offcpu_end:
	.byte 0
	.section .note.GNU-stack,"",%progbits
