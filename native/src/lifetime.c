#include "lifetime.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/** What it may take beyond its time to read the maps and print them. */
#define KILLED_AFTER_MS 15000

bool die_with_parent(void)
{
	pid_t parent = getppid();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	// A parent that died before the line above sends nothing any more.
	return getppid() == parent;
}

bool lifetime_open(struct lifetime *lifetime)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	lifetime->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	lifetime->interval = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	lifetime->deadline = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (lifetime->signals >= 0 && lifetime->interval >= 0 && lifetime->deadline >= 0)
		return true;
	perror("sonde-bpf: timers");
	return false;
}

static struct timespec from_ms(uint64_t ms)
{
	return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
}

bool lifetime_start(struct lifetime *lifetime, uint64_t duration_ms, uint64_t interval_ms)
{
	struct itimerspec interval = { .it_value = from_ms(interval_ms), .it_interval = from_ms(interval_ms) };
	struct itimerspec deadline = { .it_value = from_ms(duration_ms) };
	struct itimerspec killed = { .it_value = from_ms(duration_ms + KILLED_AFTER_MS) };
	struct sigevent kill = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	timer_t killer;

	if (timerfd_settime(lifetime->interval, 0, &interval, NULL) == 0 && timerfd_settime(lifetime->deadline, 0, &deadline, NULL) == 0 &&
	    timer_create(CLOCK_BOOTTIME, &kill, &killer) == 0 && timer_settime(killer, 0, &killed, NULL) == 0)
		return true;
	perror("sonde-bpf: timers");
	return false;
}

enum lifetime_event lifetime_wait(struct lifetime *lifetime)
{
	for (;;) {
		struct pollfd waits[] = {
			{ .fd = lifetime->signals, .events = POLLIN },
			{ .fd = lifetime->deadline, .events = POLLIN },
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = lifetime->interval, .events = POLLIN },
		};

		if (poll(waits, 4, -1) < 0)
			continue;
		if (waits[0].revents)
			return LIFETIME_SIGNAL;
		if (waits[1].revents)
			return LIFETIME_DEADLINE;
		if (waits[2].revents) {
			char ignored[256];

			if (read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
				return LIFETIME_STDIN_CLOSED;
		}
		if (waits[3].revents) {
			uint64_t times;

			if (read(lifetime->interval, &times, sizeof(times)) > 0)
				return LIFETIME_INTERVAL;
		}
	}
}

const char *lifetime_reason(enum lifetime_event event)
{
	switch (event) {
	case LIFETIME_DEADLINE:
		return "deadline";
	case LIFETIME_SIGNAL:
		return "signal";
	case LIFETIME_STDIN_CLOSED:
		return "stdin-closed";
	case LIFETIME_INTERVAL:
		break;
	}
	return "interval";
}

uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
