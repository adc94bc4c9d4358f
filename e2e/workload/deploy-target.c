/*
 * A service that answers 137 requests a second: price_basket(), then a rest. How much work a price takes is decided when it is
 * compiled (-DROUNDS=…), so that one version of it is slower than another at the same load.
 */
#include <stdio.h>
#include <time.h>

#ifndef ROUNDS
#define ROUNDS 100000
#endif

static volatile unsigned long sink;

__attribute__((noinline)) unsigned long price_basket(unsigned long n)
{
	for (long i = 0; i < ROUNDS; i++)
		n = n * 6364136223846793005UL + 1442695040888963407UL;
	return n;
}

__attribute__((noinline)) unsigned long render_reply(unsigned long n)
{
	for (long i = 0; i < 400000; i++)
		n ^= n << 13, n ^= n >> 7, n ^= n << 17;
	return n;
}

int main(void)
{
	struct timespec next;
	puts("ready");
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned long n = 1;; n++) {
		sink = render_reply(price_basket(n) | 1);
		next.tv_nsec += 7300000;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}
