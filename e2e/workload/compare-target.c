/*
 * A process to compare with itself: about a whole CPU, in three functions that take about as long. SIGUSR1 makes json_encode() take
 * four times as long, as a bad release would, and its close() fail.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t slow = 0;
static volatile unsigned sink;

static void on_signal(int number)
{
	(void)number;
	slow = 1;
}

__attribute__((noinline)) unsigned json_encode(unsigned rounds)
{
	unsigned hash = 2166136261u;
	for (unsigned i = 0; i < rounds; i++)
		hash = (hash ^ i) * 16777619u;
	sink += hash;
	return hash;
}

__attribute__((noinline)) unsigned render_reply(unsigned rounds)
{
	unsigned sum = 1;
	for (unsigned i = 0; i < rounds; i++)
		sum = sum * 1664525u + 1013904223u;
	sink += sum;
	return sum;
}

__attribute__((noinline)) unsigned parse_request(unsigned rounds)
{
	unsigned mix = 7;
	for (unsigned i = 0; i < rounds; i++)
		mix = (mix * 69069u) ^ (mix >> 7) ^ i;
	sink += mix;
	return mix;
}

__attribute__((noinline)) void handle_request(void)
{
	json_encode(slow ? 4000000 : 1000000);
	render_reply(1000000);
	parse_request(1000000);
	close(slow ? -1 : dup(1));
}

int main(void)
{
	const struct timespec pause = { 0, 1000 * 1000 };
	signal(SIGUSR1, on_signal);
	puts("ready");
	fflush(stdout);
	for (unsigned n = 0;; n++) {
		handle_request();
		if (n % 10 == 0)
			nanosleep(&pause, NULL);
	}
}
