/* JSON lines on stdout. */
#ifndef SONDE_OUTPUT_H
#define SONDE_OUTPUT_H

#include <stddef.h>

/** Adds text to the output; it is written when the buffer is full or at output_flush(). Ends the process where nobody reads any more. */
void output(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Adds a JSON string of at most `size` bytes, ending at the first zero byte. What is no valid UTF-8 becomes U+FFFD: comm and the like are
 * bytes that any process may choose.
 */
void output_string(const char *bytes, size_t size);

void output_flush(void);

/** From now on output that nobody reads is dropped. */
void output_go_on_unread(void);

#endif
