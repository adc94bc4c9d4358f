/*
 * What bench/stacks.ts records: waits for a line on stdin, does one thing COUNT times, and prints the wall and the CPU time of that in ns.
 *
 *   stacks-workload syscall|function|usdt|fault|pingpong COUNT
 *
 * The stack is ten calls deep in each case, with frame pointers. In pingpong two threads
 * share a CPU: one of them waits for each COUNT, the other one is preempted.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define KEPT __attribute__((noinline, noclone))
#define BARRIER() __asm__ volatile("" ::: "memory")

unsigned short bench_hit_semaphore __attribute__((section(".probes")));
#define USDT()                                                                                                                         \
	__asm__ volatile("990: nop\n"                                                                                                  \
			 ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                                  \
			 ".balign 4\n"                                                                                                 \
			 ".4byte 992f-991f, 994f-993f, 3\n"                                                                            \
			 "991: .asciz \"stapsdt\"\n"                                                                                   \
			 "992: .balign 4\n"                                                                                            \
			 "993: .8byte 990b\n"                                                                                          \
			 ".8byte bench_sdt_base\n"                                                                                     \
			 ".8byte bench_hit_semaphore\n"                                                                                \
			 ".asciz \"bench\"\n"                                                                                          \
			 ".asciz \"hit\"\n"                                                                                            \
			 ".asciz \"\"\n"                                                                                               \
			 "994: .balign 4\n"                                                                                            \
			 ".popsection\n"                                                                                               \
			 ".pushsection .stapsdt.base,\"a\",%progbits\n"                                                                \
			 ".ifndef bench_sdt_base\n"                                                                                    \
			 "bench_sdt_base: .space 1\n"                                                                                  \
			 ".endif\n"                                                                                                    \
			 ".popsection\n")

static char *pages;

/** Begins with `push %rbp`, which the kernel emulates instead of stepping over it. */
KEPT void hit_function(void)
{
	BARRIER();
	__asm__ volatile("" ::"r"(__builtin_frame_address(0)));
}

KEPT void do_syscall(long i)
{
	(void)i;
	syscall(SYS_getppid);
	BARRIER();
}
KEPT void do_function(long i)
{
	(void)i;
	hit_function();
	BARRIER();
}
KEPT void do_usdt(long i)
{
	(void)i;
	USDT();
	hit_function();
	BARRIER();
}
KEPT void do_fault(long i)
{
	pages[i * 4096] = 1;
	BARRIER();
}

static int there[2], back[2];
KEPT void do_pingpong(long i)
{
	char byte = (char)i;

	if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
		exit(1);
	BARRIER();
}
KEPT void *answer(void *unused)
{
	char byte;

	while (read(there[0], &byte, 1) == 1)
		if (write(back[1], &byte, 1) != 1)
			exit(1);
	return unused;
}

typedef void (*work)(long);
#define LEVEL(name, next)                                                                                                              \
	KEPT void name(work w, long i)                                                                                                 \
	{                                                                                                                              \
		next;                                                                                                                  \
		BARRIER();                                                                                                             \
	}
LEVEL(level8, w(i))
LEVEL(level7, level8(w, i))
LEVEL(level6, level7(w, i))
LEVEL(level5, level6(w, i))
LEVEL(level4, level5(w, i))
LEVEL(level3, level4(w, i))
LEVEL(level2, level3(w, i))
LEVEL(level1, level2(w, i))

static long long now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		work run;
	} WORKS[] = { { "syscall", do_syscall }, { "function", do_function }, { "usdt", do_usdt }, { "fault", do_fault }, { "pingpong", do_pingpong } };
	long count = argc == 3 ? atol(argv[2]) : 0;
	work run = NULL;
	char line[16];
	pthread_t thread;

	for (size_t i = 0; argc == 3 && i < sizeof(WORKS) / sizeof(*WORKS); i++)
		if (strcmp(argv[1], WORKS[i].name) == 0)
			run = WORKS[i].run;
	if (!run || count <= 0)
		return 2;
	if (run == do_fault) {
		pages = mmap(NULL, count * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (pages == MAP_FAILED)
			return 1;
		madvise(pages, count * 4096, MADV_NOHUGEPAGE);
	}
	if (run == do_pingpong) {
		// Both on one CPU, so that one has to wait for the other every time.
		cpu_set_t one;

		CPU_ZERO(&one);
		CPU_SET(0, &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	if (run == do_pingpong && (pipe(there) || pipe(back) || pthread_create(&thread, NULL, answer, NULL)))
		return 1;
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	long long wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);

	for (long i = 0; i < count; i++)
		level1(run, i);
	printf("%lld %lld\n", now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	fflush(stdout);
	// Until whoever records has stopped.
	return fgets(line, sizeof(line), stdin) ? 0 : 0;
}
