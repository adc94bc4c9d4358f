/*
 * Requests for tracefs events: parsed from fields of a fixed form, and written anew from what was parsed. No text of a request gets into
 * a definition but names whose every character was looked at.
 */
#ifndef SONDE_PROBE_REQUEST_H
#define SONDE_PROBE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_ARGUMENTS 32
#define MAX_DEREFERENCES 4
#define MAX_NAME 31
#define MAX_SYMBOL 127

enum probe_kind { PROBE_UPROBE, PROBE_KPROBE };

enum argument_base {
	BASE_REGISTER,
	/** $retval */
	BASE_RETURN_VALUE,
	/** $argN of a kernel function, from 1. */
	BASE_ARGUMENT,
	/** $stackN, in words. */
	BASE_STACK,
	/** $comm */
	BASE_COMM,
	/** \N */
	BASE_IMMEDIATE,
};

struct argument {
	char name[MAX_NAME + 1];
	/** One of the kernel's names of types. */
	const char *type;
	enum argument_base base;
	/** One of the kernel's names of registers, without %. */
	const char *reg;
	int64_t number;
	/** Applied one after the other, the first one to the base. */
	struct {
		bool user;
		int64_t offset;
	} dereferences[MAX_DEREFERENCES];
	size_t dereference_count;
};

struct probe_request {
	uint32_t request;
	enum probe_kind kind;
	uint32_t event;
	bool at_return;
	/** uprobe: the file that this process holds open as this descriptor. */
	uint32_t pid, fd;
	uint64_t file_offset;
	/** File offset of the USDT semaphore, 0 for none. */
	uint64_t semaphore_offset;
	/** kprobe */
	char function[MAX_SYMBOL + 1];
	uint64_t function_offset;
	struct argument arguments[MAX_ARGUMENTS];
	size_t argument_count;
};

/**
 * Reads one line, without its newline, of fields separated by single spaces. Null, or what is wrong with it. `request` is set as soon as
 * it could be read, else 0.
 */
const char *parse_probe_request(char *line, size_t length, struct probe_request *request);

/** The line for uprobe_events or kprobe_events. Its length, or 0 where it does not fit. */
size_t write_probe_definition(const struct probe_request *request, const char *group, char *text, size_t size);

#endif
