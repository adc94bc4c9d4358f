/* Totals by process and system call, summed over CPUs and kept when the kernel's own rows are given back. */
#ifndef SONDE_CALL_TABLE_H
#define SONDE_CALL_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "../bpf/syscalls-maps.h"

/** Errors of one number. `kept` + `live` is the count. */
struct error_count {
	uint32_t number;
	uint64_t kept;
	uint64_t live;
};

struct call_total {
	uint32_t tgid;
	int32_t nr;
	/** Of rows that the kernel does not hold any more. */
	struct call_row kept;
	/** Of rows that the kernel holds, as of the last reading. */
	struct call_row live;
	struct error_count *errors;
	uint32_t error_count;
	/** Calls, and errors, when the row was last printed. */
	uint64_t printed_calls;
	uint64_t printed_errors;
};

struct call_table {
	struct call_total *totals;
	uint32_t count;
	uint32_t limit;
	/** Open addressing: index + 1 into totals, 0 for a free place. */
	uint32_t *places;
	uint32_t place_count;
};

bool call_table_open(struct call_table *table, uint32_t limit);
/** The entry of a process and call, made where there is none; null where there is no room for it. */
struct call_total *call_table_get(struct call_table *table, uint32_t tgid, int32_t nr);
/** A new reading of the kernel's rows begins. */
void call_table_begin(struct call_table *table);

void call_row_add(struct call_row *sum, const struct call_row *row);
uint64_t call_row_calls(const struct call_row *row);
/** Null where there is no room. */
struct error_count *call_total_error(struct call_total *total, uint32_t number);
uint64_t call_total_errors(const struct call_total *total);

#endif
