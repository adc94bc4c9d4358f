/* What `sonde-bpf count` counts at one place. Included by the program and by the helper. */
#ifndef SONDE_COUNT_MAP_H
#define SONDE_COUNT_MAP_H

enum count_index {
	/** Whoever it was. */
	COUNT_HITS,
	/** Those inside the scope. */
	COUNT_MATCHED,
	COUNT_INDICES,
};

#endif
