#include "arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool parse_number(const char *text, size_t length, uint64_t min, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (length == 0 || length > 20 || (length > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		uint64_t digit = text[i] - '0';

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return false;
	*number = value;
	return true;
}

static bool parse_list(const char *text, const struct option *option)
{
	size_t count = 1;

	for (const char *at = text; *at; at++)
		count += *at == ',';
	if (count > option->max_count)
		return false;
	uint64_t *values = calloc(count, sizeof(*values));

	if (!values)
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t length = strcspn(text, ",");

		if (!parse_number(text, length, option->min, option->max, &values[i])) {
			free(values);
			return false;
		}
		text += length + 1;
	}
	option->into->values = values;
	option->into->count = count;
	return true;
}

bool parse_arguments(int argc, char **argv, const struct option *options, size_t option_count)
{
	for (int i = 0; i < argc; i += 2) {
		const struct option *option = NULL;

		for (size_t j = 0; j < option_count; j++)
			if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, options[j].name) == 0)
				option = &options[j];
		if (!option) {
			fprintf(stderr, "sonde-bpf: argument %d is not an option of this command\n", i + 1);
			return false;
		}
		if (option->into->count > 0) {
			fprintf(stderr, "sonde-bpf: --%s was given twice\n", option->name);
			return false;
		}
		if (i + 1 >= argc || !parse_list(argv[i + 1], option)) {
			fprintf(stderr, "sonde-bpf: --%s takes %s from %llu to %llu", option->name,
				option->max_count > 1 ? "whole numbers, separated by commas," : "a whole number",
				(unsigned long long)option->min, (unsigned long long)option->max);
			if (option->max_count > 1)
				fprintf(stderr, ", at most %zu of them", option->max_count);
			fputc('\n', stderr);
			return false;
		}
	}
	return true;
}

uint64_t number_or(const struct numbers *numbers, uint64_t otherwise)
{
	return numbers->count > 0 ? numbers->values[0] : otherwise;
}
