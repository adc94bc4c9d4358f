#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char buffer[256 * 1024];
static size_t used;
static bool go_on_unread;

void output_flush(void)
{
	for (size_t written = 0; written < used;) {
		ssize_t count = write(STDOUT_FILENO, buffer + written, used - written);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && go_on_unread)
			break;
		if (count < 0)
			_exit(1);
		written += count;
	}
	used = 0;
}

void output_go_on_unread(void)
{
	go_on_unread = true;
}

void output(const char *format, ...)
{
	for (;;) {
		size_t room = sizeof(buffer) - used;
		va_list arguments;

		va_start(arguments, format);
		int length = vsnprintf(buffer + used, room, format, arguments);
		va_end(arguments);
		if (length >= 0 && (size_t)length < room) {
			used += length;
			return;
		}
		// One piece is far smaller than the buffer.
		if (length < 0 || used == 0)
			abort();
		output_flush();
	}
}

/** Length of the valid UTF-8 sequence at the start (RFC 3629), 0 where there is none. */
static size_t utf8_length(const unsigned char *bytes, size_t size)
{
	unsigned char first = bytes[0];
	size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;

	if (length == 0 || length > size)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	// Overlong forms, surrogates, and what lies above U+10FFFF.
	if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) || (first == 0xf0 && bytes[1] < 0x90) ||
	    (first == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return length;
}

void output_string(const char *bytes, size_t size)
{
	size_t length = strnlen(bytes, size);

	output("\"");
	for (size_t i = 0; i < length;) {
		const unsigned char *at = (const unsigned char *)bytes + i;
		size_t step = utf8_length(at, length - i);

		if (step == 0)
			output("\\ufffd");
		else if (step == 1 && (*at < 0x20 || *at == 0x7f))
			output("\\u%04x", *at);
		else if (*at == '"' || *at == '\\')
			output("\\%c", *at);
		else
			output("%.*s", (int)step, at);
		i += step == 0 ? 1 : step;
	}
	output("\"");
}
