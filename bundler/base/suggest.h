/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_SUGGEST_H
#define BUNDLER_BASE_SUGGEST_H

#include <stddef.h>

#include "base/error.h"

/*
 * The word that somebody meant who wrote another one: of several words that which takes the fewest
 * edits. An edit adds, removes or replaces a character, or exchanges two neighbours (Damerau 1964);
 * case does not count, and a word of which the first three characters or more were written takes
 * one edit.
 */
struct suggest {
	const char *word;	/* as written, at most length bytes of it */
	size_t length;
	const char *best;	/* of the words that were offered, or NULL when none is near */
	size_t edits;		/* that best takes */
};

/* Begins with the word that was written. */
struct suggest suggest_begin(const char *word, size_t length);

/* Offers a word, which must live as long as the search. Of two that are as near, the first wins. */
void suggest_offer(struct suggest *suggest, const char *word);

#define SUGGEST_BYTES 80	/* of a text, with its NUL */

/*
 * Writes "did you mean 'WORD'? " for the begin of a hint, or "" when no word is near. before, of at
 * most 8 bytes, stands in front of the word.
 */
const char *suggest_text(const struct suggest *suggest, const char *before,
			 char text[SUGGEST_BYTES]);

/* Adds that question as the hint of a filled error, when a word is near. Returns -1. */
int suggest_hint(const struct suggest *suggest, struct error *err);

#endif
