/* argv: options that take numbers, and nothing else. */
#ifndef SONDE_ARGUMENTS_H
#define SONDE_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct numbers {
	uint64_t *values;
	size_t count;
};

/** `--name N` or, where max_count is above 1, `--name N,N,…`. At most once. */
struct option {
	const char *name;
	uint64_t min;
	uint64_t max;
	size_t max_count;
	struct numbers *into;
};

/** A whole decimal number between min and max: digits only, no leading zero, no sign, no space. `length` characters are read. */
bool parse_number(const char *text, size_t length, uint64_t min, uint64_t max, uint64_t *number);

/** Fills the options' numbers from argv. False, after a sentence on stderr, where anything is not exactly as declared. */
bool parse_arguments(int argc, char **argv, const struct option *options, size_t option_count);

/** The first value, or what holds where the option was not given. */
uint64_t number_or(const struct numbers *numbers, uint64_t otherwise);

#endif
