/* SPDX-License-Identifier: Apache-2.0 */
/* Recognises the texts of common licences. */
#include "init/licence.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Words that no other licence has, in their order; what is between words does not count. */
static const struct {
	const char *identifier, *words;
} licences[] = {
	{ "Apache-2.0", "apache license version 2 0 january 2004" },
	{ "MIT", "permission is hereby granted free of charge to any person obtaining a copy of "
		 "this software and associated documentation files" },
	{ "MPL-2.0", "mozilla public license version 2 0 1 definitions" },
	{ "ISC", "permission to use copy modify and or distribute this software for any purpose "
		 "with or without fee is hereby granted" },
	{ "BSD-2-Clause", "redistribution and use in source and binary forms with or without "
			  "modification are permitted" },
};

/* What makes another licence of one of these. */
static const char *const additions[] = { "commons clause", "business source license",
					 "llvm exceptions" };

/* The words in lower case, with one space between them. Caller frees. */
static char *normalise(const char *text)
{
	char *words = memory_string(text), *end = words;
	bool inside = false;

	for (; *text; text++) {
		const bool is_word = isalnum((unsigned char)*text);

		if (is_word && !inside && end > words)
			*end++ = ' ';
		if (is_word)
			*end++ = (char)tolower((unsigned char)*text);
		inside = is_word;
	}
	*end = '\0';
	return words;
}

const char *init_licence(const char *text)
{
	char *words = normalise(text);
	const char *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < sizeof licences / sizeof licences[0]; i++)
		if (strstr(words, licences[i].words)) {
			found = licences[i].identifier;
			count++;
		}
	for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++)
		count += strstr(words, additions[i]) ? 2 : 0;
	if (found && strcmp(found, "BSD-2-Clause") == 0 && strstr(words, "neither the name"))
		found = "BSD-3-Clause";
	free(words);
	return count == 1 ? found : NULL;
}
