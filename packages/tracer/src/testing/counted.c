/*
 * A program whose events can be counted on one's fingers.
 *
 *   counted hits N            hit(i, "h" + i % 4, i % 256) N times, and the USDT probe counted:hit(i, text)
 *   counted threads T N       the same in T threads of one process
 *   counted fib N             fib(N), which calls itself
 *   counted keys N            hit() with N different first arguments
 *   counted leaves T          T threads that end inside of leaves(), then one that returns from it; the same with longjmp and jumps()
 *   counted naps N US         nap(US) N times, which sleeps
 *   counted forks C N         C children that call hit() N times each
 *   counted blocked T         T threads wait in clock_nanosleep for half a second each
 *   counted returns           gives(-1), gives(7), gives(-2)
 *   counted opens PATH…       openat of each path (hex), which need not exist
 *   counted calls N           getppid N times
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEPT __attribute__((noinline, noclone))
#define BARRIER() __asm__ volatile("" ::: "memory")

/** As <sys/sdt.h> of SystemTap makes it: a nop, and a note that says where it is, its semaphore and where its arguments are. */
unsigned short counted_hit_semaphore __attribute__((section(".probes")));
#define HIT(first, second)                                                                                                             \
	__asm__ volatile("990: nop\n"                                                                                                  \
			 ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                                  \
			 ".balign 4\n"                                                                                                 \
			 ".4byte 992f-991f, 994f-993f, 3\n"                                                                            \
			 "991: .asciz \"stapsdt\"\n"                                                                                   \
			 "992: .balign 4\n"                                                                                            \
			 "993: .8byte 990b\n"                                                                                          \
			 ".8byte counted_sdt_base\n"                                                                                   \
			 ".8byte counted_hit_semaphore\n"                                                                              \
			 ".asciz \"counted\"\n"                                                                                        \
			 ".asciz \"hit\"\n"                                                                                            \
			 ".asciz \"-8@%0 8@%1\"\n"                                                                                     \
			 "994: .balign 4\n"                                                                                            \
			 ".popsection\n"                                                                                               \
			 ".pushsection .stapsdt.base,\"a\",%%progbits\n"                                                               \
			 ".ifndef counted_sdt_base\n"                                                                                  \
			 "counted_sdt_base: .space 1\n"                                                                                \
			 ".endif\n"                                                                                                    \
			 ".popsection\n" ::"r"(first),                                                                                 \
			 "r"(second))

static char texts[4][8] = { "h0", "h1", "h2", "h3" };

/** Begins with an instruction that need not be stepped over: a probe costs a tenth of what it would. */
#define CHEAP __attribute__((patchable_function_entry(1, 0)))

KEPT CHEAP long hit(long i, const char *text, unsigned char low)
{
	BARRIER();
	if (counted_hit_semaphore)
		HIT(i, text);
	return i + low;
}

KEPT long fib(long n)
{
	BARRIER();
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

KEPT int gives(int value)
{
	BARRIER();
	return value;
}

KEPT void nap(long us)
{
	struct timespec time = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
	BARRIER();
}

KEPT void leaves(int how)
{
	BARRIER();
	if (how)
		pthread_exit(NULL);
	BARRIER();
}

static jmp_buf back;
KEPT void jumps(int how)
{
	BARRIER();
	if (how)
		longjmp(back, 1);
	BARRIER();
}

static void hits(long n)
{
	for (long i = 0; i < n; i++)
		hit(i, texts[i % 4], i % 256);
}

static void *hits_in_thread(void *n)
{
	hits((long)n);
	return NULL;
}

static void *leave(void *how)
{
	leaves((long)how);
	return NULL;
}

static void *block(void *us)
{
	nap((long)us);
	return NULL;
}

static void in_threads(int count, void *(*run)(void *), void *argument)
{
	pthread_t *threads = calloc(count, sizeof(*threads));
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 * 1024);
	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], &small, run, argument))
			exit(3);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void open_hex(const char *hex)
{
	char path[4096];
	size_t length = strlen(hex) / 2;

	for (size_t i = 0; i < length; i++)
		sscanf(hex + 2 * i, "%2hhx", (unsigned char *)path + i);
	path[length] = 0;
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
}

int main(int count, char **arguments)
{
	const char *mode = count > 1 ? arguments[1] : "";
	long first = count > 2 ? atol(arguments[2]) : 0;
	long second = count > 3 ? atol(arguments[3]) : 0;

	if (!strcmp(mode, "hits") || !strcmp(mode, "keys"))
		hits(first);
	else if (!strcmp(mode, "threads"))
		in_threads(first, hits_in_thread, (void *)second);
	else if (!strcmp(mode, "fib"))
		return fib(first) == 0;
	else if (!strcmp(mode, "leaves")) {
		in_threads(first, leave, (void *)1);
		for (volatile long i = 0; i < first; i++)
			if (!setjmp(back))
				jumps(1);
		nap(1000000);
		in_threads(first, leave, (void *)0);
		jumps(0);
	} else if (!strcmp(mode, "naps"))
		for (long i = 0; i < first; i++)
			nap(second);
	else if (!strcmp(mode, "forks")) {
		for (long i = 0; i < first; i++)
			if (!fork()) {
				hits(second);
				_exit(0);
			}
		while (wait(NULL) > 0)
			;
	} else if (!strcmp(mode, "blocked"))
		in_threads(first, block, (void *)500000);
	else if (!strcmp(mode, "returns"))
		return gives(-1) + gives(7) + gives(-2) == 0;
	else if (!strcmp(mode, "opens"))
		for (int i = 2; i < count; i++)
			open_hex(arguments[i]);
	else if (!strcmp(mode, "calls"))
		for (long i = 0; i < first; i++)
			syscall(SYS_getppid);
	else
		return 2;
	return 0;
}
