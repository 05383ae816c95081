/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_ERROR_H
#define BUNDLER_BASE_ERROR_H

#include <stddef.h>

/*
 * A function that can fail returns 0 or -1 and, on -1, fills the caller's struct error. Only main
 * prints and escapes it, so a message may have untrusted bytes.
 */

/* Exit statuses, the same for every command; a contract with scripts. */
enum status {
	STATUS_OK = 0,
	STATUS_DIFFERENCES = 1,	/* audit, lint, diff: something was found */
	STATUS_USAGE = 2,
	STATUS_CONFIG = 3,	/* recipe or lock invalid */
	STATUS_NETWORK = 4,	/* unreachable or timed out */
	STATUS_TLS = 5,		/* handshake or certificate */
	STATUS_HTTP = 6,	/* HTTP status or redirect refused */
	STATUS_DIGEST = 7,	/* digest or size mismatch */
	STATUS_ARCHIVE = 8,	/* archive or binary refused */
	STATUS_FILE = 9,	/* file system */
	STATUS_LIMIT = 10,	/* a maximum of limits.h exceeded */
	STATUS_REGISTRY = 11,
	STATUS_INTERRUPTED = 12	/* internal: main re-raises the signal instead of exiting with it */
};

struct error {
	enum status status;
	char message[1024];
	char hint[256];		/* what to do, printed on a line of its own; or empty */
	char excerpt[72];	/* of the line of a text at fault, printed below; or empty */
	size_t caret;		/* the byte of excerpt that is marked */
};

/* Fills err; a message that is too long is cut. Returns -1. err must not be NULL. */
int error_set(struct error *err, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, and appends ": " and the text of errno. */
int error_errno(struct error *err, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the hint to a filled error. Returns -1. */
int error_hint(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds to a filled error the line of a text, as far as there is room, and the place in it. */
void error_excerpt(struct error *err, const char *line, size_t length, size_t place);

/* Inline, so that compilers and analysers know the result in every caller. */
static inline int error_result(void)
{
	return -1;
}
#define error_set(...) (error_set(__VA_ARGS__), error_result())
#define error_errno(...) (error_errno(__VA_ARGS__), error_result())
#define error_hint(...) (error_hint(__VA_ARGS__), error_result())

#endif
