/*
 * Whose tracefs events these are: a guard's group is sonde_<pid namespace>_<pid>_<start time>, so that anyone can tell whether it still
 * runs. A pid alone would be taken again by another process; alone in its namespace it would say nothing outside.
 */
#ifndef SONDE_PROBE_OWNER_H
#define SONDE_PROBE_OWNER_H

#include <stdbool.h>

#include "trace-events.h"

#define GROUP_PREFIX "sonde_"

enum owner {
	/** A guard that runs. */
	OWNER_RUNS,
	OWNER_GONE,
	/** One of a pid namespace that cannot be seen from here. */
	OWNER_UNKNOWN,
};

/** This process's own group. False where /proc does not tell. */
bool own_group(char group[MAX_GROUP]);

enum owner owner_of(const char *group);

#endif
