/* SPDX-License-Identifier: Apache-2.0 */
/* Fills the struct error of a failure. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0)))
static void fill(struct error *err, enum status status, const char *format, va_list ap)
{
	err->status = status;
	err->hint[0] = '\0';
	err->excerpt[0] = '\0';
	vsnprintf(err->message, sizeof err->message, format, ap);
}

int (error_set)(struct error *err, enum status status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fill(err, status, format, ap);
	va_end(ap);
	return -1;
}

int (error_errno)(struct error *err, enum status status, const char *format, ...)
{
	int saved = errno;
	size_t used;
	va_list ap;

	va_start(ap, format);
	fill(err, status, format, ap);
	va_end(ap);
	used = strlen(err->message);
	snprintf(err->message + used, sizeof err->message - used, ": %s", strerror(saved));
	return -1;
}

void error_excerpt(struct error *err, const char *line, size_t length, size_t place)
{
	const size_t room = sizeof err->excerpt - 1;
	/* Of a long line what is around the place. */
	const size_t begin = length <= room || place < room / 2 ? 0 : place - room / 2;

	length -= begin;
	if (length > room)
		length = room;
	memcpy(err->excerpt, line + begin, length);
	err->excerpt[length] = '\0';
	err->caret = place - begin;
}

int (error_hint)(struct error *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(err->hint, sizeof err->hint, format, ap);
	va_end(ap);
	return -1;
}
