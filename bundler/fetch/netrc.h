/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_FETCH_NETRC_H
#define BUNDLER_FETCH_NETRC_H

/*
 * netrc files, as curl reads them: words, words in double quotes with \n, \r, \t and other escapes,
 * and comments from a "#" that begins a word. A macro (macdef) ends with an empty line.
 */

struct netrc {
	char *rest;		/* of the text, which is changed */
	char *word;		/* read, and not taken */
	const char *fault;	/* why the text ends here, or NULL */
};

/* The login for a machine; the strings are in the text. */
struct netrc_entry {
	const char *machine;	/* NULL of "default" */
	const char *login, *password;	/* or NULL */
};

/* Begins with a text, which is changed. */
void netrc_begin(struct netrc *netrc, char *text);

/* Takes the next entry: 1, or 0 at the end, or -1 with netrc->fault set. */
int netrc_next(struct netrc *netrc, struct netrc_entry *entry);

#endif
