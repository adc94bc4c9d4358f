#include "probe-owner.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** PROC_PID_INIT_INO: the namespace from which all processes are seen. */
#define FIRST_PID_NAMESPACE 4026531836ull

struct identity {
	unsigned long long namespace;
	/** Within that namespace. */
	unsigned long pid;
	/** Clock ticks since the machine was started: proc(5), field 22. */
	unsigned long long start;
};

/** `process`: "self", or a pid as seen from here. */
static bool identify(const char *process, struct identity *identity, char comm[17])
{
	char path[64], text[2048];
	struct stat found;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", process);
	FILE *file = fopen(path, "r");
	size_t length = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (file)
		fclose(file);
	text[length] = 0;
	// The name is in brackets and may hold brackets itself.
	char *open = strchr(text, '('), *close = strrchr(text, ')');

	if (!open || !close || close[1] != ' ' || sscanf(close + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &identity->start) != 1)
		return false;
	snprintf(comm, 17, "%.*s", (int)(close - open - 1), open + 1);
	snprintf(path, sizeof(path), "/proc/%.20s/ns/pid", process);
	// A process that waits to be reaped has no namespaces any more.
	if (stat(path, &found) != 0)
		return false;
	identity->namespace = found.st_ino;
	snprintf(path, sizeof(path), "/proc/%.20s/status", process);
	file = fopen(path, "r");
	identity->pid = 0;
	while (file && fgets(text, sizeof(text), file)) {
		char *last = strncmp(text, "NSpid:", 6) == 0 ? strrchr(text, '\t') : NULL;

		if (last)
			identity->pid = strtoul(last + 1, NULL, 10);
	}
	if (file)
		fclose(file);
	return identity->pid != 0;
}

static void write_group(const struct identity *identity, char group[MAX_GROUP])
{
	snprintf(group, MAX_GROUP, GROUP_PREFIX "%llu_%lu_%llu", identity->namespace, identity->pid, identity->start);
}

bool own_group(char group[MAX_GROUP])
{
	struct identity identity;
	char comm[17];

	if (!identify("self", &identity, comm))
		return false;
	write_group(&identity, group);
	return true;
}

enum owner owner_of(const char *group)
{
	struct identity own, other;
	char comm[17], its_group[MAX_GROUP];
	unsigned long long namespace;

	if (!identify("self", &own, comm))
		return OWNER_UNKNOWN;
	DIR *proc = opendir("/proc");

	for (struct dirent *entry = proc ? readdir(proc) : NULL; entry; entry = readdir(proc)) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !identify(entry->d_name, &other, comm) || strcmp(comm, "sonde-bpf") != 0)
			continue;
		write_group(&other, its_group);
		if (strcmp(its_group, group) == 0) {
			closedir(proc);
			return OWNER_RUNS;
		}
	}
	if (!proc)
		return OWNER_UNKNOWN;
	closedir(proc);
	// A name of another form was never a guard's.
	bool elsewhere = sscanf(group, GROUP_PREFIX "%llu_", &namespace) == 1 && namespace != own.namespace && own.namespace != FIRST_PID_NAMESPACE;

	return elsewhere ? OWNER_UNKNOWN : OWNER_GONE;
}
