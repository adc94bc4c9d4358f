/* Short numbers for stacks: those whose frames have been printed. */
#ifndef SONDE_STACK_IDS_H
#define SONDE_STACK_IDS_H

#include <stdbool.h>
#include <stdint.h>

struct stack_ids {
	/** Open addressing: hash and number, 0 for a free place. */
	struct {
		uint64_t hash;
		uint32_t id;
	} *places;
	uint32_t place_count;
	uint32_t count;
};

bool stack_ids_open(struct stack_ids *ids);
/** The stack's number from 1; `fresh` where it is new. 0 where there is no memory. */
uint32_t stack_id(struct stack_ids *ids, uint64_t hash, bool *fresh);

#endif
