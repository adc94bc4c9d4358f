/*
 * A program to be probed: functions with known callers, arguments and results, a USDT probe, and threads that wait known times in named
 * functions. Frame pointers throughout; system calls are made in place, so that no library stands between them and the names.
 *
 *   probed calls COUNT PAUSE_US      outer → middle → target(i % 16, "hello"), and the USDT probe sonde:tick(i, i * 10)
 *   probed waits                     a thread waits 5 ms at a time, one 20 ms at a time, and one for another thread that wakes it every 10 ms
 *   probed spins                     no system calls
 *   probed faults                    a page fault after the other
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define KEPT __attribute__((noinline, noclone))
/** For ever; but of a function that never returns, the caller's next instruction may belong to another function. */
static volatile int running = 1;

#define BARRIER() __asm__ volatile("" ::: "memory")

/** As <sys/sdt.h> of SystemTap makes it: a nop, and a note that says where it is, its semaphore and where its arguments are. */
unsigned short sonde_tick_semaphore __attribute__((section(".probes")));
#define TICK(first, second)                                                                                                            \
	__asm__ volatile("990: nop\n"                                                                                                  \
			 ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                                  \
			 ".balign 4\n"                                                                                                 \
			 ".4byte 992f-991f, 994f-993f, 3\n"                                                                            \
			 "991: .asciz \"stapsdt\"\n"                                                                                   \
			 "992: .balign 4\n"                                                                                            \
			 "993: .8byte 990b\n"                                                                                          \
			 ".8byte sonde_sdt_base\n"                                                                                     \
			 ".8byte sonde_tick_semaphore\n"                                                                               \
			 ".asciz \"sonde\"\n"                                                                                          \
			 ".asciz \"tick\"\n"                                                                                           \
			 ".asciz \"-8@%0 -8@%1\"\n"                                                                                    \
			 "994: .balign 4\n"                                                                                            \
			 ".popsection\n"                                                                                               \
			 ".pushsection .stapsdt.base,\"a\",%%progbits\n"                                                               \
			 ".ifndef sonde_sdt_base\n"                                                                                    \
			 "sonde_sdt_base: .space 1\n"                                                                                  \
			 ".endif\n"                                                                                                    \
			 ".popsection\n" ::"r"(first),                                                                                 \
			 "r"(second))

#if defined(__x86_64__)
static inline long system_call(long number, long a, long b, long c, long d)
{
	long result;
	register long r10 __asm__("r10") = d;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
	return result;
}
#else
static inline long system_call(long number, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}
#endif
#define SLEEP_US(us)                                                                                                                   \
	do {                                                                                                                           \
		struct timespec time = { .tv_sec = (us) / 1000000, .tv_nsec = (us) % 1000000 * 1000 };                                 \
		system_call(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, (long)&time, 0);                                                  \
	} while (0)

KEPT long target(long x, const char *name)
{
	BARRIER();
	return x * 2 - 10 + (name == NULL);
}

KEPT long middle(long x)
{
	long result = target(x, "hello");

	BARRIER();
	return result + 1;
}

KEPT long outer(long x)
{
	long result = middle(x);

	BARRIER();
	return result + 1;
}

KEPT void pause_between(long us)
{
	if (us > 0)
		SLEEP_US(us);
	BARRIER();
}

KEPT void after_tick(void)
{
	BARRIER();
}

/** Calls something, since the compiler gives no frame to functions that do not. */
KEPT void ticks(long i)
{
	long tenfold = i * 10;

	TICK(i, tenfold);
	after_tick();
	BARRIER();
}

KEPT void calls(long count, long pause_us)
{
	volatile long sum = 0;

	for (long i = 0; i < count; i++) {
		sum += outer(i & 15);
		ticks(i & 15);
		pause_between(pause_us);
	}
}

KEPT void *wait_short(void *unused)
{
	while (running)
		SLEEP_US(5000);
	return unused;
}

KEPT void *wait_long(void *unused)
{
	while (running)
		SLEEP_US(20000);
	return unused;
}

static int channel[2];

KEPT void *wait_for_other(void *unused)
{
	char byte;

	while (running)
		system_call(SYS_read, channel[0], (long)&byte, 1, 0);
	return unused;
}

KEPT void *wake_other(void *unused)
{
	while (running) {
		SLEEP_US(10000);
		system_call(SYS_write, channel[1], (long)"x", 1, 0);
	}
	return unused;
}

static void waits(void)
{
	void *(*const functions[])(void *) = { wait_short, wait_long, wait_for_other, wake_other };
	pthread_t thread;

	if (pipe(channel) != 0)
		exit(1);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (pthread_create(&thread, NULL, functions[i], NULL) != 0)
			exit(1);
	pthread_join(thread, NULL);
}

KEPT void spin(void)
{
	for (volatile unsigned long i = 0; running; i++)
		BARRIER();
}

KEPT void touch_pages(void)
{
	const size_t size = 16 << 20;

	while (running) {
		char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED)
			exit(1);
		// Page by page, whatever the host thinks of larger ones.
		madvise(memory, size, MADV_NOHUGEPAGE);
		for (size_t at = 0; at < size; at += 4096)
			memory[at] = 1;
		munmap(memory, size);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "calls") == 0 && argc == 4)
		calls(atol(argv[2]), atol(argv[3]));
	else if (strcmp(what, "waits") == 0)
		waits();
	else if (strcmp(what, "spins") == 0)
		spin();
	else if (strcmp(what, "faults") == 0)
		touch_pages();
	else
		return 2;
	return 0;
}
