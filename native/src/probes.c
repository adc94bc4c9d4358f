/*
 * `sonde-bpf probes`: keeps tracefs events for as long as someone holds its stdin, and removes every one of them then. It outlives the
 * agent for that, unlike everything else in here: an agent that is killed leaves its events behind.
 */
#include "commands.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "probe-owner.h"
#include "probe-request.h"
#include "trace-events.h"

#define MAX_LINE 4096
/** More than the widest wildcard and every place of its probes. */
#define MAX_EVENTS 1024
#define FIRST_RETRY_MS 10
#define LAST_RETRY_MS 1000
/** How long the janitor waits for users of an event to go away. */
#define JANITOR_PATIENCE_MS 2000

static void sleep_ms(unsigned int ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	nanosleep(&time, NULL);
}

static void refuse(uint32_t request, const char *reason, const char *message, const char *definition)
{
	output("{\"type\":\"refused\",\"request\":%u,\"reason\":\"%s\",\"message\":", request, reason);
	output_string(message, strlen(message));
	output(",\"definition\":");
	if (definition)
		output_string(definition, strlen(definition));
	else
		output("null");
	output("}\n");
	output_flush();
}

static void add(char *line, size_t length, const char *group, unsigned int *events)
{
	static struct probe_request request;
	char definition[MAX_LINE], said[MAX_SAID], message[512];
	const char *problem = parse_probe_request(line, length, &request);

	if (problem) {
		refuse(request.request, "syntax", problem, NULL);
		return;
	}
	size_t size = write_probe_definition(&request, group, definition, sizeof(definition));

	if (size == 0 || *events >= MAX_EVENTS) {
		refuse(request.request, "limit", size == 0 ? "the definition is too long" : "there are too many events", NULL);
		return;
	}
	int error = trace_event_add(request.kind, definition, size, said);

	if (error == ENOENT && request.kind == PROBE_KPROBE && access("/sys/kernel/tracing/kprobe_events", F_OK) != 0) {
		refuse(request.request, "kernel", "this kernel has no kprobe events", definition);
		return;
	}
	if (error) {
		snprintf(message, sizeof(message), "%s%s%s", strerror(error), *said ? "; the kernel says: " : "", said);
		refuse(request.request, "kernel", message, definition);
		return;
	}
	*events += 1;
	output("{\"type\":\"added\",\"request\":%u,\"event\":\"%s/probe%u\",\"definition\":", request.request, group, request.event);
	output_string(definition, size);
	output("}\n");
	output_flush();
}

struct sweep {
	unsigned int removed;
	unsigned int busy;
	unsigned int owned;
	unsigned int unknown;
};

static void remove_one(enum probe_kind kind, const char *group, const char *event, struct sweep *sweep)
{
	int error = trace_event_remove(kind, group, event);

	// Someone else may have removed it in between; an event of several places stands in the file as often.
	if (error == 0)
		sweep->removed++;
	else if (error != ENOENT)
		sweep->busy++;
}

static void remove_own(enum probe_kind kind, const char *group, const char *event, void *context)
{
	remove_one(kind, group, event, context);
}

/** Until the last event is gone: whoever uses one (perf, which dies with the agent) makes it busy. */
static unsigned int remove_group(const char *group)
{
	unsigned int removed = 0;

	for (unsigned int retry = FIRST_RETRY_MS;; retry = retry * 2 < LAST_RETRY_MS ? retry * 2 : LAST_RETRY_MS) {
		struct sweep sweep = {};

		trace_events_each(group, remove_own, &sweep);
		removed += sweep.removed;
		if (sweep.busy == 0)
			return removed;
		sleep_ms(retry);
	}
}

static void keep_events(const char *group, int signals)
{
	char buffer[MAX_LINE + 1];
	size_t used = 0;
	bool too_long = false;
	unsigned int events = 0;

	for (;;) {
		struct pollfd waits[] = { { .fd = signals, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };

		if (poll(waits, 2, -1) < 0)
			continue;
		if (waits[0].revents)
			return;
		ssize_t count = read(STDIN_FILENO, buffer + used, sizeof(buffer) - used);

		if (count <= 0)
			return;
		used += count;
		for (char *end; (end = memchr(buffer, '\n', used));) {
			size_t length = end - buffer;

			*end = 0;
			if (too_long)
				refuse(0, "limit", "the line is too long", NULL);
			else
				add(buffer, length, group, &events);
			too_long = false;
			used -= length + 1;
			memmove(buffer, end + 1, used);
		}
		if (used == sizeof(buffer)) {
			too_long = true;
			used = 0;
		}
	}
}

static int guard(void)
{
	char group[MAX_GROUP];
	sigset_t signals;

	if (!own_group(group)) {
		fprintf(stderr, "sonde-bpf: /proc is not what it should be\n");
		return EXIT_FAILED;
	}
	// A session of its own: what is done to the agent's terminal or process group is not done to this process.
	setsid();
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);

	if (signal_fd < 0) {
		perror("sonde-bpf: signals");
		return EXIT_FAILED;
	}
	// Nobody reads any more once the agent is gone, and the work begins just then.
	output_go_on_unread();
	output("{\"type\":\"ready\",\"group\":\"%s\"}\n", group);
	output_flush();
	keep_events(group, signal_fd);
	unsigned int removed = remove_group(group);

	output("{\"type\":\"end\",\"removed\":%u}\n", removed);
	output_flush();
	return 0;
}

static void sweep_one(enum probe_kind kind, const char *group, const char *event, void *context)
{
	struct sweep *sweep = context;

	switch (owner_of(group)) {
	case OWNER_RUNS:
		sweep->owned++;
		break;
	case OWNER_UNKNOWN:
		sweep->unknown++;
		break;
	case OWNER_GONE:
		remove_one(kind, group, event, sweep);
		break;
	}
}

static int janitor(void)
{
	struct sweep sweep;
	unsigned int removed = 0;

	for (unsigned int waited = 0;; waited += 100) {
		memset(&sweep, 0, sizeof(sweep));
		trace_events_each(GROUP_PREFIX, sweep_one, &sweep);
		removed += sweep.removed;
		if (sweep.busy == 0 || waited >= JANITOR_PATIENCE_MS)
			break;
		sleep_ms(100);
	}
	output("{\"type\":\"swept\",\"removed\":%u,\"busy\":%u,\"owned\":%u,\"unknown\":%u}\n", removed, sweep.busy, sweep.owned, sweep.unknown);
	output_flush();
	return 0;
}

int command_probes(int argc, char **argv)
{
	if (argc == 0)
		return guard();
	if (argc == 1 && strcmp(argv[0], "--janitor") == 0)
		return janitor();
	fprintf(stderr, "sonde-bpf: probes takes no arguments, or --janitor alone\n");
	return EXIT_BAD_ARGUMENTS;
}
