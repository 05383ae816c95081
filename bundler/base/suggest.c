/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the word that was probably meant. */
#include "base/suggest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAXIMUM 40	/* bytes of a word that is compared */
#define FIRST 3		/* bytes that are enough of a longer word */

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, by three rows of its table. */
static size_t count_edits(const char *from, size_t from_length, const char *to, size_t to_length)
{
	size_t rows[3][MAXIMUM + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t k = 0; k <= to_length; k++)
		last[k] = k;
	for (size_t i = 1; i <= from_length; i++) {
		size_t *const spent = before;

		row[0] = i;
		for (size_t k = 1; k <= to_length; k++) {
			const int one = lower(from[i - 1]), other = lower(to[k - 1]);

			row[k] = least(last[k - 1] + (one != other),
				       least(last[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && one == lower(to[k - 2])
			    && other == lower(from[i - 2]))
				row[k] = least(row[k], before[k - 2] + 1);
		}
		before = last;
		last = row;
		row = spent;
	}
	return last[to_length];
}

struct suggest suggest_begin(const char *word, size_t length)
{
	return (struct suggest){ .word = word, .length = length };
}

void suggest_offer(struct suggest *suggest, const char *word)
{
	const size_t length = strlen(word), allowed = least((suggest->length + 2) / 3, 3);
	size_t edits;

	if (suggest->length > MAXIMUM || length > MAXIMUM)
		return;
	edits = count_edits(suggest->word, suggest->length, word, length);
	if (suggest->length >= FIRST && suggest->length < length
	    && strncasecmp(suggest->word, word, suggest->length) == 0)
		edits = 1;
	if (edits > allowed || edits >= length || (suggest->best && edits >= suggest->edits))
		return;
	suggest->best = word;
	suggest->edits = edits;
}

const char *suggest_text(const struct suggest *suggest, const char *before,
			 char text[SUGGEST_BYTES])
{
	text[0] = '\0';
	if (suggest->best)
		snprintf(text, SUGGEST_BYTES, "did you mean '%s%s'? ", before, suggest->best);
	return text;
}

int suggest_hint(const struct suggest *suggest, struct error *err)
{
	return suggest->best ? error_hint(err, "did you mean '%s'?", suggest->best) : -1;
}
