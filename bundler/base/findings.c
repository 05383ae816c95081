/* SPDX-License-Identifier: Apache-2.0 */
/* A sorted list of what is wrong, with rule and line. */
#include "base/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

/* A new finding; NULL, and counts it as left out, beyond the maximum. */
static struct finding *extend(struct findings *findings)
{
	if (findings->count == LIMIT_FINDINGS) {
		findings->left_out++;
		return NULL;
	}
	if (findings->count == findings->capacity) {
		findings->capacity = findings->capacity ? 2 * findings->capacity : 16;
		findings->items = memory_resize(findings->items, findings->capacity,
						sizeof *findings->items);
	}
	return &findings->items[findings->count++];
}

__attribute__((format(printf, 5, 0)))
static void add(struct findings *findings, const char *subject, size_t line, const char *rule,
		const char *format, va_list ap)
{
	struct finding *finding = extend(findings);
	char text[LIMIT_FINDING_BYTES + 1];

	if (!finding)
		return;
	vsnprintf(text, sizeof text, format, ap);
	*finding = (struct finding){
		.subject = pool_copy(&findings->pool, subject,
				     strnlen(subject, LIMIT_FINDING_BYTES)),
		.line = line, .rule = rule, .text = pool_string(&findings->pool, text),
	};
}

void findings_add(struct findings *findings, const char *subject, const char *rule,
		  const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(findings, subject, 0, rule, format, ap);
	va_end(ap);
}

void findings_add_line(struct findings *findings, const char *subject, size_t line,
		       const char *rule, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(findings, subject, line, rule, format, ap);
	va_end(ap);
}

static int compare(const void *a, const void *b)
{
	const struct finding *one = a, *other = b;
	int order = strcmp(one->subject, other->subject);

	if (order == 0)
		order = (one->line > other->line) - (one->line < other->line);
	if (order == 0)
		order = strcmp(one->rule, other->rule);
	return order != 0 ? order : strcmp(one->text, other->text);
}

void findings_sort(struct findings *findings)
{
	size_t kept = 0;

	if (findings->count == 0)
		return;
	qsort(findings->items, findings->count, sizeof *findings->items, compare);
	for (size_t i = 1; i < findings->count; i++)
		if (compare(&findings->items[kept], &findings->items[i]) != 0)
			findings->items[++kept] = findings->items[i];
	findings->count = kept + 1;
}

void findings_free(struct findings *findings)
{
	free(findings->items);
	pool_free(&findings->pool);
	*findings = (struct findings){ .items = NULL };
}
