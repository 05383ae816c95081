/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rules. */
#include "lint/rule.h"

#include <string.h>

static const struct row {
	const char *name, *meaning;
} rows[LINT_RULES] = {
	[LINT_FILE] = { "file", "every file exists and is a regular file, not a link" },
	[LINT_SYNTAX] = { "syntax", "Dockerfiles and library files can be parsed" },
	[LINT_VARIANT] = { "variant", "names of variants are not misspelt" },
	[LINT_VERSION] = { "version", "the version is that of the directory" },
	[LINT_BASE] = { "base", "FROM is the image that the directory is named after" },
	[LINT_ACCEPTED] = { "accepted", "Official Images still accept the base image" },
	[LINT_FROM] = { "from", "COPY --from names an image that the tree has" },
	[LINT_ARCHITECTURE] = {
		"architecture", "case arms are possible values of the architecture",
	},
	[LINT_ASSET] = { "asset", "each arm downloads the asset of its architecture" },
	[LINT_HASH] = { "hash", "each download is checked against a SHA-256 or SHA-512" },
	[LINT_SUMS] = { "sums", "the SHA-256 is that of the lock or the release's sums" },
	[LINT_COPIES] = { "copies", "an asset has the same digest everywhere" },
	[LINT_EXPOSE] = { "expose", "variants of a version expose the same ports" },
	[LINT_ENTRYPOINT] = { "entrypoint", "variants of a version start the same program" },
	[LINT_FIELD] = { "field", "the library file has all required and no unknown fields" },
	[LINT_TAG] = { "tag", "tags are well-formed and do not end with -latest" },
	[LINT_NAMING] = { "naming", "tags consist of version and variant, in that order" },
	[LINT_PLAIN] = { "plain", "tags of variants have tags without one: 1.2.3, latest" },
	[LINT_UNIQUE] = { "unique", "no tag is given twice" },
	[LINT_SHARED] = { "shared", "entries that share a tag are for different platforms" },
	[LINT_PUBLISHED] = { "published", "architectures are those of Official Images" },
	[LINT_COVERAGE] = { "coverage", "every published architecture has a download" },
	[LINT_DIRECTORY] = { "directory", "the entry's directory exists" },
	[LINT_CONSTRAINTS] = { "constraints", "constraints name the required Windows images" },
	[LINT_ORDER] = { "order", "an entry follows the entries that it copies from" },
	[LINT_COMMIT] = { "commit", "GitCommit is a full commit ID" },
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
