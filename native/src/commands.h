/* The commands of sonde-bpf and what they end with. */
#ifndef SONDE_COMMANDS_H
#define SONDE_COMMANDS_H

enum exit_status {
	EXIT_FAILED = 1,
	EXIT_BAD_ARGUMENTS = 2,
	/** This kernel, or what this process may do on it, is not enough: something else has to do the work. */
	EXIT_NOT_POSSIBLE_HERE = 3,
};

/** An hour: longer than any capture. */
#define MAX_DURATION_MS 3600000

int command_count(int argc, char **argv);
int command_offcpu(int argc, char **argv);
int command_syscalls(int argc, char **argv);
int command_probes(int argc, char **argv);
int command_version(int argc, char **argv);

#endif
