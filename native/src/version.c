/* `sonde-bpf version`. */
#include "commands.h"

#include <bpf/libbpf.h>
#include <stdio.h>

#include "output.h"

#if defined(__x86_64__)
#define ARCH "x64"
#elif defined(__aarch64__)
#define ARCH "arm64"
#else
#error "sonde-bpf is built for x64 and arm64"
#endif

int command_version(int argc, char **argv)
{
	(void)argv;
	if (argc > 0) {
		fprintf(stderr, "sonde-bpf: version takes no arguments\n");
		return EXIT_BAD_ARGUMENTS;
	}
	output("{\"version\":\"%s\",\"libbpf\":\"%u.%u\",\"arch\":\"%s\"}\n", SONDE_BPF_VERSION, libbpf_major_version(), libbpf_minor_version(), ARCH);
	output_flush();
	return 0;
}
