/* When a recording publishes and when it ends. */
#ifndef SONDE_LIFETIME_H
#define SONDE_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

enum lifetime_event {
	LIFETIME_INTERVAL,
	/** The time that was asked for is over, by the boot clock: time in suspend counts. */
	LIFETIME_DEADLINE,
	/** SIGINT or SIGTERM. */
	LIFETIME_SIGNAL,
	/** Whoever held the other end of stdin has closed it or is gone. */
	LIFETIME_STDIN_CLOSED,
};

struct lifetime {
	int signals;
	int interval;
	int deadline;
};

/**
 * The kernel kills this process when its parent dies. To be called first.
 * @returns false where the parent is gone already
 */
bool die_with_parent(void);

/** Takes the signals. Both clocks stand until lifetime_start(). */
bool lifetime_open(struct lifetime *lifetime);

/**
 * Starts both clocks. Besides, the kernel kills the process some seconds after the deadline whatever it is doing then, such as waiting for
 * a reader of its output.
 */
bool lifetime_start(struct lifetime *lifetime, uint64_t duration_ms, uint64_t interval_ms);

/** Sleeps until something is to be done; the end comes before an interval that is due as well. */
enum lifetime_event lifetime_wait(struct lifetime *lifetime);

/** For the last line of output. */
const char *lifetime_reason(enum lifetime_event event);

/** ns of CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns(). */
uint64_t monotonic_ns(void);

#endif
