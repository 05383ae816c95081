/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rules. */
#include "lint/rule.h"

#include <string.h>

static const struct row {
	const char *name, *meaning;
} rows[LINT_RULES] = {
	[LINT_FILE] = { "file", "every file is there, a plain one, and no link" },
	[LINT_SYNTAX] = { "syntax", "Dockerfiles and library files can be read" },
	[LINT_VARIANT] = { "variant", "directories are named as variants are published" },
	[LINT_VERSION] = { "version", "the version is that of the directory" },
	[LINT_BASE] = { "base", "FROM is the image that the directory is named after" },
	[LINT_ACCEPTED] = { "accepted", "Official Images still accept the base image" },
	[LINT_FROM] = { "from", "images of the tree that are copied from exist in it" },
	[LINT_ARCHITECTURE] = { "architecture", "case arms are names that the tool prints" },
	[LINT_ASSET] = { "asset", "what an arm downloads is for its architecture" },
	[LINT_HASH] = { "hash", "each download has a SHA-256 of 64 digits, and it is checked" },
	[LINT_SUMS] = { "sums", "the SHA-256 is that of the lock or the release's sums" },
	[LINT_COPIES] = { "copies", "an asset has the same SHA-256 wherever it stands" },
	[LINT_EXPOSE] = { "expose", "variants of a version expose the same ports" },
	[LINT_ENTRYPOINT] = { "entrypoint", "variants of a version start the same program" },
	[LINT_FIELD] = { "field", "the library file has the fields it needs, and known ones only" },
	[LINT_TAG] = { "tag", "tags have the form of tags, and none ends with -latest" },
	[LINT_NAMING] = { "naming", "tags are made of version and variant, in their order" },
	[LINT_UNIQUE] = { "unique", "a tag stands once" },
	[LINT_SHARED] = { "shared", "entries that share a tag are for different platforms" },
	[LINT_PUBLISHED] = { "published", "architectures are ones of Official Images" },
	[LINT_COVERAGE] = { "coverage", "every published architecture has a download" },
	[LINT_DIRECTORY] = { "directory", "the entry's directory exists" },
	[LINT_CONSTRAINTS] = { "constraints", "constraints name the Windows images needed" },
	[LINT_ORDER] = { "order", "an entry stands behind those that it copies from" },
	[LINT_COMMIT] = { "commit", "GitCommit is a whole commit" },
	[LINT_FETCH] = { "fetch", "GitFetch names the branch, unless it is master" },
};

const char *lint_rule_name(enum lint_rule rule)
{
	return rows[rule].name;
}

const char *lint_rule_meaning(enum lint_rule rule)
{
	return rows[rule].meaning;
}

enum lint_rule lint_rule_find(const char *name)
{
	enum lint_rule rule = 0;

	while (rule < LINT_RULES && strcmp(rows[rule].name, name) != 0)
		rule++;
	return rule;
}
