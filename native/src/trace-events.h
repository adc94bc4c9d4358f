/* The files uprobe_events and kprobe_events of tracefs. */
#ifndef SONDE_TRACE_EVENTS_H
#define SONDE_TRACE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "probe-request.h"

/** Long enough for every name that the kernel takes. */
#define MAX_GROUP 64
#define MAX_EVENT_NAME 64

/** Room for what the kernel says about a definition. */
#define MAX_SAID 256

/**
 * Appends a definition. 0 or an errno; ENOENT where the kernel has no such events or tracefs is not mounted. `said`: the kernel's own words
 * about what is wrong, "" where it has none.
 */
int trace_event_add(enum probe_kind kind, const char *definition, size_t length, char said[MAX_SAID]);

/** Removes an event. 0 or an errno; EBUSY while anyone uses it. */
int trace_event_remove(enum probe_kind kind, const char *group, const char *event);

/** Calls `each` for every event whose group begins with the prefix. */
void trace_events_each(const char *group_prefix, void (*each)(enum probe_kind kind, const char *group, const char *event, void *context),
		       void *context);

#endif
