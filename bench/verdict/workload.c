/*
 * What bench/verdict records: a service with one worker that is given four kinds of requests at random times, each of random length.
 *
 *   workload SEED [FUNCTION=FACTOR | wait=FACTOR]
 *
 * FUNCTION=FACTOR makes the loop of that function FACTOR times as long: `json_encode=1.2` is a slowdown by 20 %. `wait=FACTOR` does the same
 * to the time that a look-up waits (ppoll). Runs until stdin closes, then prints how often each function was called and the CPU time
 * of a call, ns, measured by its own clock: that is the truth that a comparison has to find.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define KEPT __attribute__((noinline, noclone))
#define TABLE (1 << 14)

/* One call in so many is timed by the clock: the clock costs about 50 ns. */
#define TIMED_EVERY 8

static uint64_t table[TABLE];
static uint64_t sink;
static uint64_t random_state;

static double uniform(void)
{
	random_state += 0x9e3779b97f4a7c15ull;
	uint64_t z = random_state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double exponential(double mean) { return -mean * log(1.0 - uniform()); }

static double clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

enum { READ_REQUEST, CHECK_TOKEN, ROUTE, RENDER_TEMPLATE, JSON_ENCODE, SORT_ROWS, COMPRESS_BODY, HASH_PASSWORD, FORMAT_LOG, FUNCTIONS };
static const char *const names[FUNCTIONS] = {"read_request", "check_token", "route",	  "render_template", "json_encode",
					     "sort_rows",    "compress_body", "hash_password", "format_log"};
static double factor[FUNCTIONS];
static double wait_factor = 1;
static double called[FUNCTIONS], timed[FUNCTIONS], timed_ns[FUNCTIONS];

/* Arithmetic and memory, as most code is. About 5 ns a step. */
#define WORK(which, steps)                                                                                                             \
	do {                                                                                                                           \
		long n = (long)((steps) * factor[which]);                                                                              \
		int is_timed = (long)called[which] % TIMED_EVERY == 0;                                                                 \
		double from = is_timed ? clock_ns(CLOCK_THREAD_CPUTIME_ID) : 0;                                                        \
		called[which]++;                                                                                                       \
		uint64_t x = sink | 1;                                                                                                 \
		for (long i = 0; i < n; i++) {                                                                                         \
			x ^= x << 13;                                                                                                  \
			x ^= x >> 7;                                                                                                   \
			x ^= x << 17;                                                                                                  \
			x += table[x & (TABLE - 1)];                                                                                   \
		}                                                                                                                      \
		sink = x;                                                                                                              \
		if (is_timed) {                                                                                                        \
			timed[which]++;                                                                                                \
			timed_ns[which] += clock_ns(CLOCK_THREAD_CPUTIME_ID) - from;                                                   \
		}                                                                                                                      \
	} while (0)

KEPT void read_request(double size) { WORK(READ_REQUEST, 4000 * size); }
KEPT void check_token(void) { WORK(CHECK_TOKEN, 6000); }
KEPT void route(void) { WORK(ROUTE, 1500); }
KEPT void render_template(double size) { WORK(RENDER_TEMPLATE, 30000 * size); }
KEPT void json_encode(double size) { WORK(JSON_ENCODE, 30000 * size); }
KEPT void sort_rows(double size) { WORK(SORT_ROWS, 18000 * size); }
KEPT void compress_body(double size) { WORK(COMPRESS_BODY, 25000 * size); }
KEPT void hash_password(void) { WORK(HASH_PASSWORD, 80000); }
KEPT void format_log(void) { WORK(FORMAT_LOG, 2000); }

static int log_file;
KEPT void write_log(void)
{
	char line[200];
	format_log();
	memset(line, 'x', sizeof line);
	if (write(log_file, line, sizeof line) < 0) _exit(1);
}

KEPT void look_up(void)
{
	struct timespec t = {0, (long)(3e4 + exponential(3e4))};
	t.tv_nsec = (long)(t.tv_nsec * wait_factor);
	if (t.tv_nsec > 999999999) t.tv_nsec = 999999999;
	ppoll(NULL, 0, &t, NULL);
}

KEPT void get_page(double size)
{
	look_up();
	render_template(size);
	compress_body(size * 0.5);
}
KEPT void get_list(double size)
{
	look_up();
	sort_rows(size);
	json_encode(size);
}
KEPT void get_item(double size) { json_encode(size * 0.4); }
KEPT void log_in(double size)
{
	hash_password();
	json_encode(size * 0.1);
}

KEPT void serve(void)
{
	double size = 0.3 + exponential(0.7);
	read_request(size);
	check_token();
	route();
	double kind = uniform();
	if (kind < 0.3) get_page(size);
	else if (kind < 0.65) get_list(size);
	else if (kind < 0.9) get_item(size);
	else log_in(size);
	write_log();
}

int main(int argc, char **argv)
{
	random_state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	for (int i = 0; i < FUNCTIONS; i++) factor[i] = 1;
	for (int a = 2; a < argc; a++) {
		char *value = strchr(argv[a], '=');
		if (!value) return 2;
		*value++ = 0;
		if (strcmp(argv[a], "wait") == 0) wait_factor = atof(value);
		for (int i = 0; i < FUNCTIONS; i++)
			if (strcmp(argv[a], names[i]) == 0) factor[i] = atof(value);
	}
	for (int i = 0; i < TABLE; i++) table[i] = i * 0x9e3779b97f4a7c15ull;
	log_file = open("/dev/null", O_WRONLY);
	/* Else the kernel rounds every wait up by 50 us. */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	double next = clock_ns(CLOCK_MONOTONIC);
	for (long request = 0;; request++) {
		if (request % 64 == 0) {
			struct pollfd in = {0, POLLIN, 0};
			char byte;
			if (poll(&in, 1, 0) > 0 && read(0, &byte, 1) <= 0) break;
		}
		/* Requests come at random, on average one every 420 us; at most 50 wait. */
		double now = clock_ns(CLOCK_MONOTONIC);
		next += exponential(4.2e5);
		if (next < now - 50 * 4.2e5) next = now;
		if (next > now) {
			struct timespec t = {(time_t)((next - now) / 1e9), (long)(next - now) % 1000000000};
			nanosleep(&t, NULL);
		}
		serve();
	}
	for (int i = 0; i < FUNCTIONS; i++) printf("%s %.0f %.1f\n", names[i], called[i], timed[i] > 0 ? timed_ns[i] / timed[i] : 0);
	return 0;
}
