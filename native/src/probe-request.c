#include "probe-request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"

#define MAX_FIELDS (8 + MAX_ARGUMENTS)
#define MAX_EVENT 9999

/** Names of registers as the kernel has them (regs_query_register_offset). */
static const char *const REGISTERS[] = {
#if defined(__x86_64__)
	"ax", "bx", "cx", "dx", "si", "di", "bp", "sp", "ip", "flags", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
#elif defined(__aarch64__)
	"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",	"x8",  "x9",  "x10", "x11", "x12", "x13", "x14", "x15", "x16",
	"x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "lr",  "sp",	 "pc",
#endif
};

static const char *const TYPES[] = { "u8",  "u16", "u32", "u64", "s8",	 "s16",	   "s32",
				     "s64", "x8",  "x16", "x32", "x64", "string", "ustring" };

static const char *one_of(const char *text, size_t length, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0)
			return names[i];
	return NULL;
}
#define ONE_OF(text, length, names) one_of(text, length, names, sizeof(names) / sizeof(*(names)))

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/** A C identifier; `dots` as in the names of functions that a compiler has copied (`foo.isra.0`). */
static bool copy_name(const char *text, size_t length, bool dots, char *name, size_t max)
{
	if (length == 0 || length > max || !is_letter(text[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_letter(text[i]) && !is_digit(text[i]) && !(dots && text[i] == '.'))
			return false;
	memcpy(name, text, length);
	name[length] = 0;
	return true;
}

static bool parse_offset(const char *text, size_t length, int64_t *offset)
{
	bool negative = length > 0 && text[0] == '-';
	uint64_t size;

	if (!parse_number(text + negative, length - negative, negative, INT32_MAX, &size))
		return false;
	*offset = negative ? -(int64_t)size : (int64_t)size;
	return true;
}

static bool parse_base(const char *text, size_t length, enum probe_kind kind, bool at_return, struct argument *argument)
{
	uint64_t number;

	if (length > 1 && text[0] == '%') {
		argument->base = BASE_REGISTER;
		argument->reg = ONE_OF(text + 1, length - 1, REGISTERS);
		return argument->reg != NULL;
	}
	if (length == 3 && memcmp(text, "ret", 3) == 0) {
		argument->base = BASE_RETURN_VALUE;
		return at_return;
	}
	if (length == 4 && memcmp(text, "comm", 4) == 0) {
		argument->base = BASE_COMM;
		return true;
	}
	if (length > 3 && memcmp(text, "arg", 3) == 0) {
		if (kind != PROBE_KPROBE || at_return || !parse_number(text + 3, length - 3, 1, 12, &number))
			return false;
		argument->base = BASE_ARGUMENT;
		argument->number = number;
		return true;
	}
	if (length > 5 && memcmp(text, "stack", 5) == 0) {
		if (!parse_number(text + 5, length - 5, 0, 255, &number))
			return false;
		argument->base = BASE_STACK;
		argument->number = number;
		return true;
	}
	if (length > 3 && memcmp(text, "imm", 3) == 0) {
		argument->base = BASE_IMMEDIATE;
		return parse_offset(text + 3, length - 3, &argument->number);
	}
	return false;
}

/** `name:type:base` and, for each dereference, `:offset` or `:uOFFSET`. */
static const char *parse_argument(const char *text, enum probe_kind kind, bool at_return, struct argument *argument)
{
	size_t length = strcspn(text, ":");

	memset(argument, 0, sizeof(*argument));
	// The kernel's own fields begin so.
	if (!copy_name(text, length, false, argument->name, MAX_NAME) || strncmp(text, "common_", 7) == 0 || strncmp(text, "__probe", 7) == 0)
		return "an argument's name is a C identifier of at most 31 characters";
	text += length;
	if (*text++ != ':')
		return "an argument is name:type:base";
	length = strcspn(text, ":");
	argument->type = ONE_OF(text, length, TYPES);
	if (!argument->type)
		return "an argument's type is u8 to u64, s8 to s64, x8 to x64, string or ustring";
	text += length;
	if (*text++ != ':')
		return "an argument is name:type:base";
	length = strcspn(text, ":");
	if (!parse_base(text, length, kind, at_return, argument))
		return "an argument's base is %register, ret (at a return), argN (of a kernel function), stackN, immN or comm";
	text += length;
	while (*text == ':') {
		text++;
		length = strcspn(text, ":");
		if (argument->dereference_count == MAX_DEREFERENCES)
			return "an argument has at most 4 dereferences";
		bool user = text[0] == 'u';

		if (!parse_offset(text + user, length - user, &argument->dereferences[argument->dereference_count].offset))
			return "a dereference is an offset in bytes, with u before it for user memory";
		argument->dereferences[argument->dereference_count++].user = user;
		text += length;
	}
	if ((argument->base == BASE_COMM || argument->base == BASE_IMMEDIATE) && argument->dereference_count > 0)
		return "comm and numbers have no dereferences";
	bool is_text = strstr(argument->type, "string") != NULL;

	if (argument->base == BASE_COMM ? strcmp(argument->type, "string") != 0 : is_text && argument->dereference_count == 0)
		return "text needs a dereference, and comm is a string";
	return NULL;
}

static const char *parse_uprobe(char **fields, size_t count, struct probe_request *request)
{
	uint64_t pid, fd;

	if (count < 8)
		return "a uprobe is: uprobe REQUEST EVENT entry|return PID FD FILE-OFFSET SEMAPHORE-OFFSET ARGUMENT…";
	if (!parse_number(fields[4], strlen(fields[4]), 1, 4194304, &pid) || !parse_number(fields[5], strlen(fields[5]), 0, INT32_MAX, &fd))
		return "a file is a process id and one of its descriptors";
	request->pid = pid;
	request->fd = fd;
	if (!parse_number(fields[6], strlen(fields[6]), 0, INT64_MAX, &request->file_offset) ||
	    !parse_number(fields[7], strlen(fields[7]), 0, INT64_MAX, &request->semaphore_offset))
		return "offsets are whole numbers";
	return NULL;
}

static const char *parse_kprobe(char **fields, size_t count, struct probe_request *request)
{
	if (count < 6)
		return "a kprobe is: kprobe REQUEST EVENT entry|return FUNCTION OFFSET ARGUMENT…";
	if (!copy_name(fields[4], strlen(fields[4]), true, request->function, MAX_SYMBOL))
		return "a function is a name of letters, digits, _ and .";
	if (!parse_number(fields[5], strlen(fields[5]), 0, 65535, &request->function_offset) || (request->at_return && request->function_offset > 0))
		return "an offset is a whole number, and 0 at a return";
	return NULL;
}

const char *parse_probe_request(char *line, size_t length, struct probe_request *request)
{
	char *fields[MAX_FIELDS];
	size_t count = 0;
	uint64_t number;

	memset(request, 0, sizeof(*request));
	if (memchr(line, 0, length))
		return "a line has no zero byte";
	// An empty field fails where it is read.
	for (char *at = line; at; count++) {
		if (count == MAX_FIELDS)
			return "too many fields";
		fields[count] = strsep(&at, " ");
	}
	if (count >= 2 && parse_number(fields[1], strlen(fields[1]), 1, UINT32_MAX, &number))
		request->request = number;
	if (strcmp(fields[0], "uprobe") == 0)
		request->kind = PROBE_UPROBE;
	else if (strcmp(fields[0], "kprobe") == 0)
		request->kind = PROBE_KPROBE;
	else
		return "a request begins with uprobe or kprobe";
	if (count < 4 || request->request == 0 || !parse_number(fields[2], strlen(fields[2]), 0, MAX_EVENT, &number))
		return "after its kind a request has its number, from 1, and the event's, 0 to 9999";
	request->event = number;
	request->at_return = strcmp(fields[3], "return") == 0;
	if (!request->at_return && strcmp(fields[3], "entry") != 0)
		return "a probe is at entry or return";
	bool user = request->kind == PROBE_UPROBE;
	const char *problem = user ? parse_uprobe(fields, count, request) : parse_kprobe(fields, count, request);

	for (size_t i = user ? 8 : 6; !problem && i < count; i++) {
		struct argument *argument = &request->arguments[request->argument_count];

		problem = request->argument_count == MAX_ARGUMENTS ? "a probe has at most 32 arguments" :
								      parse_argument(fields[i], request->kind, request->at_return, argument);
		for (size_t j = 0; !problem && j < request->argument_count; j++)
			if (strcmp(request->arguments[j].name, argument->name) == 0)
				problem = "two arguments have the same name";
		request->argument_count++;
	}
	return problem;
}

struct text {
	char *at;
	size_t room;
	bool full;
};

static void __attribute__((format(printf, 2, 3))) append(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(text->at, text->room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= text->room) {
		text->full = true;
		return;
	}
	text->at += length;
	text->room -= length;
}

static void append_argument(struct text *text, const struct argument *argument)
{
	append(text, " %s=", argument->name);
	for (size_t i = argument->dereference_count; i-- > 0;)
		append(text, "%c%s%lld(", argument->dereferences[i].offset < 0 ? '-' : '+', argument->dereferences[i].user ? "u" : "",
		       (long long)(argument->dereferences[i].offset < 0 ? -argument->dereferences[i].offset : argument->dereferences[i].offset));
	switch (argument->base) {
	case BASE_REGISTER:
		append(text, "%%%s", argument->reg);
		break;
	case BASE_RETURN_VALUE:
		append(text, "$retval");
		break;
	case BASE_ARGUMENT:
		append(text, "$arg%lld", (long long)argument->number);
		break;
	case BASE_STACK:
		append(text, "$stack%lld", (long long)argument->number);
		break;
	case BASE_COMM:
		append(text, "$comm");
		break;
	case BASE_IMMEDIATE:
		append(text, "\\%lld", (long long)argument->number);
		break;
	}
	for (size_t i = 0; i < argument->dereference_count; i++)
		append(text, ")");
	append(text, ":%s", argument->type);
}

size_t write_probe_definition(const struct probe_request *request, const char *group, char *buffer, size_t size)
{
	struct text text = { .at = buffer, .room = size };

	// A number after "probe": no name of an event that perf takes for a modifier.
	append(&text, "%c:%s/probe%u ", request->at_return ? 'r' : 'p', group, request->event);
	if (request->kind == PROBE_UPROBE) {
		append(&text, "/proc/%u/fd/%u:0x%llx", request->pid, request->fd, (unsigned long long)request->file_offset);
		if (request->semaphore_offset > 0)
			append(&text, "(0x%llx)", (unsigned long long)request->semaphore_offset);
	} else {
		append(&text, "%s", request->function);
		if (request->function_offset > 0)
			append(&text, "+%llu", (unsigned long long)request->function_offset);
	}
	for (size_t i = 0; i < request->argument_count; i++)
		append_argument(&text, &request->arguments[i]);
	return text.full ? 0 : text.at - buffer;
}
