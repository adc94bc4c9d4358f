/*
 * Does one thing N times, as fast as it can, and prints the CPU time that each took, ns.
 *
 *   probes-workload calls N      getppid, a system call that does next to nothing
 *   probes-workload function N   leaf(i), which begins with a nop: a probe there is not single-stepped
 *   probes-workload usdt N       bench:begin(i) and bench:end(i), a nop each
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/** As <sys/sdt.h> of SystemTap makes it, without a semaphore. */
#define PROBE(name, value)                                                                                                             \
	__asm__ volatile("990: nop\n"                                                                                                  \
			 ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                                  \
			 ".balign 4\n"                                                                                                 \
			 ".4byte 992f-991f, 994f-993f, 3\n"                                                                            \
			 "991: .asciz \"stapsdt\"\n"                                                                                   \
			 "992: .balign 4\n"                                                                                            \
			 "993: .8byte 990b, bench_sdt_base, 0\n"                                                                       \
			 ".asciz \"bench\"\n"                                                                                          \
			 ".asciz \"" #name "\"\n"                                                                                      \
			 ".asciz \"-8@%0\"\n"                                                                                          \
			 "994: .balign 4\n"                                                                                            \
			 ".popsection\n"                                                                                               \
			 ".pushsection .stapsdt.base,\"a\",%%progbits\n"                                                               \
			 ".ifndef bench_sdt_base\n"                                                                                    \
			 "bench_sdt_base: .space 1\n"                                                                                  \
			 ".endif\n"                                                                                                    \
			 ".popsection\n" ::"r"(value))

__attribute__((noinline, noclone, patchable_function_entry(1, 0))) long leaf(long i)
{
	__asm__ volatile("" ::: "memory");
	return i + 1;
}

static void run(const char *mode, long n)
{
	if (!strcmp(mode, "calls"))
		for (long i = 0; i < n; i++)
			syscall(SYS_getppid);
	else if (!strcmp(mode, "function"))
		for (long i = 0; i < n; i++)
			leaf(i);
	else if (!strcmp(mode, "usdt"))
		for (long i = 0; i < n; i++) {
			PROBE(begin, i);
			PROBE(end, i);
		}
	else
		exit(2);
}

int main(int count, char **arguments)
{
	struct timespec from, to;
	long n = count > 2 ? atol(arguments[2]) : 0;

	if (n <= 0)
		return 2;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	run(arguments[1], n);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	printf("%.2f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / n);
	return 0;
}
