/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the words of a netrc file, and the logins in them. */
#include "fetch/netrc.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

void netrc_begin(struct netrc *netrc, char *text)
{
	*netrc = (struct netrc){ 0 };
	netrc->rest = text;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char unescape(char c)
{
	switch (c) {
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	default: return c;
	}
}

/* What a quoted word is, in its place; it may not go on in the next line. NULL without an end. */
static char *read_quoted(struct netrc *netrc)
{
	char *from = netrc->rest + 1, *word = netrc->rest, *to = word;

	while (*from != '"') {
		if (*from == '\\' && from[1] != '\0' && from[1] != '\n')
			*to++ = unescape(*++from);
		else if (*from == '\0' || *from == '\n' || *from == '\\')
			return NULL;
		else
			*to++ = *from;
		from++;
	}
	*to = '\0';
	netrc->rest = from + 1;
	return word;
}

/* The next word, or NULL at the end or for a fault. */
static char *read_word(struct netrc *netrc)
{
	char *word = netrc->word;

	netrc->word = NULL;
	if (word || netrc->fault)
		return word;
	for (;;) {
		while (is_blank(*netrc->rest))
			netrc->rest++;
		if (*netrc->rest != '#')
			break;
		netrc->rest += strcspn(netrc->rest, "\n");
	}
	if (*netrc->rest == '\0')
		return NULL;
	if (*netrc->rest == '"') {
		word = read_quoted(netrc);
		if (!word)
			netrc->fault = "a quoted word has no end";
		return word;
	}
	word = netrc->rest;
	while (*netrc->rest != '\0' && !is_blank(*netrc->rest))
		netrc->rest++;
	if (*netrc->rest != '\0')
		*netrc->rest++ = '\0';
	return word;
}

/* From the word "macdef" on, up to an empty line. */
static void skip_macro(struct netrc *netrc)
{
	char *end = strstr(netrc->rest, "\n\n"), *other = strstr(netrc->rest, "\n\r\n");

	if (!end || (other && other < end))
		end = other;
	netrc->rest = end ? end + 1 : netrc->rest + strlen(netrc->rest);
}

static bool begins_entry(const char *word)
{
	return strcasecmp(word, "machine") == 0 || strcasecmp(word, "default") == 0;
}

/* Looks for the beginning of an entry. */
static char *find_entry(struct netrc *netrc)
{
	char *word;

	while ((word = read_word(netrc)) && !begins_entry(word))
		if (strcasecmp(word, "macdef") == 0)
			skip_macro(netrc);
	return word;
}

/* The first pair of both counts, and until then the last of each. */
static void set(const char **member, const char *word, bool whole)
{
	if (!whole)
		*member = word;
}

int netrc_next(struct netrc *netrc, struct netrc_entry *entry)
{
	char *word = find_entry(netrc);

	*entry = (struct netrc_entry){ 0 };
	if (word && strcasecmp(word, "machine") == 0) {
		entry->machine = read_word(netrc);
		if (!entry->machine && !netrc->fault)
			netrc->fault = "a machine has no name";
	}
	if (!word || netrc->fault)
		return netrc->fault ? -1 : 0;
	while ((word = read_word(netrc))) {
		const bool whole = entry->login && entry->password;

		if (begins_entry(word)) {
			netrc->word = word;
			break;
		}
		if (strcasecmp(word, "macdef") == 0)
			skip_macro(netrc);
		else if (strcasecmp(word, "login") == 0)
			set(&entry->login, read_word(netrc), whole);
		else if (strcasecmp(word, "password") == 0)
			set(&entry->password, read_word(netrc), whole);
	}
	return netrc->fault ? -1 : 1;
}
