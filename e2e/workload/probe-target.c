/*
 * A process to probe: about 500 times a second it calls e2e_step(n), passes the USDT probe sonde_e2e:step(n, n * 2), and touches 16
 * fresh pages. The probe's note is written by hand, as <sys/sdt.h> would, so that nothing needs to be installed.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define PAGES 16
#define PAGE 4096

__attribute__((noinline)) int e2e_step(int n)
{
	long twice = 2L * n;
	__asm__ volatile(
		"990:	nop\n"
		"	.pushsection .note.stapsdt, \"?\", \"note\"\n"
		"	.balign 4\n"
		"	.4byte 992f-991f, 994f-993f, 3\n"
		"991:	.asciz \"stapsdt\"\n"
		"992:	.balign 4\n"
		"993:	.8byte 990b, _.stapsdt.base, 0\n"
		"	.asciz \"sonde_e2e\"\n"
		"	.asciz \"step\"\n"
		"	.asciz \"-4@%[n] -8@%[twice]\"\n"
		"994:	.balign 4\n"
		"	.popsection\n"
		"	.ifndef _.stapsdt.base\n"
		"	.pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n"
		"	.weak _.stapsdt.base\n"
		"	.hidden _.stapsdt.base\n"
		"_.stapsdt.base: .space 1\n"
		"	.size _.stapsdt.base, 1\n"
		"	.popsection\n"
		"	.endif\n"
		:
		: [n] "r"(n), [twice] "r"(twice));
	return n + 1;
}

int main(void)
{
	const struct timespec pause = { 0, 2 * 1000 * 1000 };
	int n = 0;
	puts("ready");
	fflush(stdout);
	for (;;) {
		char *fresh = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (fresh == MAP_FAILED)
			return 1;
		for (int i = 0; i < PAGES; i++)
			fresh[i * PAGE] = 1;
		munmap(fresh, PAGES * PAGE);
		n = e2e_step(n) % 1000000;
		nanosleep(&pause, NULL);
	}
}
