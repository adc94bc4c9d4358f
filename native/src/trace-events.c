#include "trace-events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const FILES[] = { [PROBE_UPROBE] = "uprobe_events", [PROBE_KPROBE] = "kprobe_events" };
static const char *const MOUNTS[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

static int open_trace_file(const char *name, int flags)
{
	char path[128];
	int file = -1;

	for (size_t i = 0; i < 2 && file < 0; i++) {
		snprintf(path, sizeof(path), "%s/%s", MOUNTS[i], name);
		file = open(path, flags | O_CLOEXEC);
		if (file < 0 && errno != ENOENT)
			break;
	}
	return file;
}

/** Never with O_TRUNC: that would remove everybody's events. */
static int write_line(enum probe_kind kind, const char *text, size_t length)
{
	int file = open_trace_file(FILES[kind], O_WRONLY | O_APPEND);

	if (file < 0)
		return errno;
	ssize_t written = write(file, text, length);
	int error = written < 0 ? errno : (size_t)written == length ? 0 : EIO;

	close(file);
	return error;
}

/** The last line of the kernel's log of bad definitions: "[   12.345678] trace_uprobe: error: Failed to find the given file". */
static void last_error(char line[MAX_SAID])
{
	int fd = open_trace_file("error_log", O_RDONLY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *text = NULL;
	size_t room = 0;

	line[0] = 0;
	while (file && getline(&text, &room, file) > 0)
		if (text[0] == '[' && strstr(text, " error: "))
			snprintf(line, MAX_SAID, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	if (file)
		fclose(file);
}

int trace_event_add(enum probe_kind kind, const char *definition, size_t length, char said[MAX_SAID])
{
	char line[8192], before[MAX_SAID], after[MAX_SAID];

	said[0] = 0;
	if (length + 1 > sizeof(line))
		return E2BIG;
	memcpy(line, definition, length);
	line[length] = '\n';
	last_error(before);
	int error = write_line(kind, line, length + 1);

	if (error) {
		// The log is everybody's: only what is new in it can be about this one.
		last_error(after);
		const char *words = strstr(after, " error: ");

		if (words && strcmp(before, after) != 0)
			strcpy(said, words + strlen(" error: "));
	}
	return error;
}

int trace_event_remove(enum probe_kind kind, const char *group, const char *event)
{
	char line[MAX_GROUP + MAX_EVENT_NAME + 8];
	int length = snprintf(line, sizeof(line), "-:%s/%s\n", group, event);

	return length > 0 && (size_t)length < sizeof(line) ? write_line(kind, line, length) : EINVAL;
}

/** `p:group/event …` or `r16:group/event …`. False for anything else. */
static bool names_of(char *line, char **group, char **event)
{
	if (*line != 'p' && *line != 'r')
		return false;
	line += 1 + strspn(line + 1, "0123456789");
	if (*line++ != ':')
		return false;
	*group = strsep(&line, "/");
	*event = line;
	if (!line)
		return false;
	line[strcspn(line, " \n")] = 0;
	return strlen(*group) < MAX_GROUP && strlen(*event) < MAX_EVENT_NAME;
}

void trace_events_each(const char *prefix, void (*each)(enum probe_kind kind, const char *group, const char *event, void *context), void *context)
{
	for (int kind = PROBE_UPROBE; kind <= PROBE_KPROBE; kind++) {
		int fd = open_trace_file(FILES[kind], O_RDONLY);
		FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
		// Read as a whole first: what is done with each changes the file.
		char *text = NULL, *line = NULL, *group, *event, *rest;
		size_t size = 0, room = 0;
		FILE *copy = file ? open_memstream(&text, &size) : NULL;

		while (copy && getline(&line, &room, file) > 0)
			fputs(line, copy);
		free(line);
		if (copy)
			fclose(copy);
		if (file)
			fclose(file);
		rest = text;
		while (rest && (line = strsep(&rest, "\n")))
			if (names_of(line, &group, &event) && strncmp(group, prefix, strlen(prefix)) == 0)
				each(kind, group, event, context);
		free(text);
	}
}
