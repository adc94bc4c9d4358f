/*
 * sonde-bpf: the part of Sonde's agent that talks to the kernel. See ../README.md for commands and formats.
 * Arguments are numbers; nothing that a person or another host has typed gets here as text.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "lifetime.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	bool outlives_parent;
} COMMANDS[] = {
	{ "count", command_count, false },
	{ "offcpu", command_offcpu, false },
	{ "syscalls", command_syscalls, false },
	{ "probes", command_probes, true },
	{ "version", command_version, false },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc >= 2 && i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++) {
		if (strcmp(argv[1], COMMANDS[i].name) != 0)
			continue;
		if (!COMMANDS[i].outlives_parent && !die_with_parent())
			return EXIT_FAILED;
		return COMMANDS[i].run(argc - 2, argv + 2);
	}
	fprintf(stderr, "usage: sonde-bpf count|offcpu|syscalls|probes|version [--option N]…\n");
	return EXIT_BAD_ARGUMENTS;
}
