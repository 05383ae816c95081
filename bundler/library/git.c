/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the references of a git repository to commits. */
#include "library/git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"

#define HEX "0123456789abcdef"
#define HEADS "refs/heads/"
/* How many references in turn may lead to a commit, as HEAD does; git itself follows five. */
#define MAXIMUM_STEPS 5

const char *git_commit_fault(const char *text)
{
	size_t digits = strspn(text, HEX);

	if (text[digits] != '\0' || (digits != 40 && digits != 64))
		return "it is not 40 or 64 hexadecimal digits in lower case";
	return NULL;
}

/* The first line of a file, without its end; NULL with errno. Caller frees. */
static char *read_line(int directory, const char *path)
{
	struct error ignored;
	struct buffer text;
	char *line = NULL;

	buffer_init(&text, LIMIT_NAME_BYTES);
	errno = 0;
	if (file_read(&text, directory, path, &ignored) == 0) {
		line = buffer_take(&text);
		if (!line)
			line = memory_string("");
		line[strcspn(line, "\n")] = '\0';
	}
	buffer_free(&text);
	return line;
}

static int open_directory(int base, const char *path)
{
	return openat(base, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int git_open(struct git *git, int directory, const char *where, struct error *err)
{
	static const char prefix[] = "gitdir: ";
	char *line;

	git->common = -1;
	git->directory = open_directory(directory, ".git");
	if (git->directory < 0 && errno == ENOTDIR) {
		/* The .git of a linked work tree or a submodule is a file with the path. */
		line = read_line(directory, ".git");
		if (line && strncmp(line, prefix, strlen(prefix)) == 0)
			git->directory = open_directory(directory, line + strlen(prefix));
		free(line);
	}
	if (git->directory >= 0) {
		/* A linked work tree has only HEAD of its own. */
		line = read_line(git->directory, "commondir");
		git->common = open_directory(git->directory, line ? line : ".");
		free(line);
	}
	if (git->common >= 0)
		return 0;
	if (git->directory >= 0)
		close(git->directory);
	return error_set(err, STATUS_FILE, "cannot find the commit: '%s' is not the top of a git "
			 "repository", where);
}

void git_close(struct git *git)
{
	close(git->directory);
	close(git->common);
}

/* What packed-refs says of a reference, or NULL: a line is a commit, a blank and the name. */
static char *read_packed(int common, const char *name)
{
	const size_t length = strlen(name);
	struct error ignored;
	struct buffer text;
	char *commit = NULL;

	buffer_init(&text, LIMIT_PACKED_REFS_BYTES);
	if (file_read(&text, common, "packed-refs", &ignored) < 0 || text.length == 0)
		goto out;
	for (const char *line = text.bytes; line && !commit; ) {
		const size_t digits = strspn(line, HEX);
		const char *rest = line + digits;

		if ((digits == 40 || digits == 64) && *rest++ == ' '
		    && strncmp(rest, name, length) == 0 && (!rest[length] || rest[length] == '\n'))
			commit = memory_copy(line, digits);
		line = strchr(line, '\n');
		line += line ? 1 : 0;
	}
out:
	buffer_free(&text);
	return commit;
}

/* The text of a reference: a commit, or "ref: " and another. NULL when it is not there. */
static char *read_reference(const struct git *git, const char *name)
{
	char *text;

	if (strcmp(name, "HEAD") == 0)
		return read_line(git->directory, name);
	text = read_line(git->common, name);
	return text ? text : read_packed(git->common, name);
}

/* Follows name to a commit. *last, which the caller frees, is the reference that has it. */
static int resolve(const struct git *git, const char *name, char commit[GIT_COMMIT_BYTES],
		   char **last)
{
	static const char symbolic[] = "ref: ";

	*last = memory_string(name);
	for (int step = 0; step < MAXIMUM_STEPS; step++) {
		char *text = read_reference(git, *last);
		bool leads = text && strncmp(text, symbolic, strlen(symbolic)) == 0
			     && strncmp(text + strlen(symbolic), "refs/", 5) == 0
			     && !path_beneath_fault(text + strlen(symbolic));

		if (text && !git_commit_fault(text)) {
			memcpy(commit, text, strlen(text) + 1);
			free(text);
			return 0;
		}
		if (leads) {
			free(*last);
			*last = memory_string(text + strlen(symbolic));
		}
		free(text);
		if (!leads)
			return -1;
	}
	return -1;
}

int git_head(const struct git *git, char commit[GIT_COMMIT_BYTES], char *branch, size_t size,
	     struct error *err)
{
	char *last;
	int result = resolve(git, "HEAD", commit, &last);
	bool is_branch = strncmp(last, HEADS, strlen(HEADS)) == 0;

	if (result < 0)
		error_set(err, STATUS_FILE, "cannot find the commit: '%s' has none",
			  is_branch ? last + strlen(HEADS) : last);
	else
		snprintf(branch, size, "%s", is_branch ? last + strlen(HEADS) : "");
	free(last);
	return result;
}

int git_branch(const struct git *git, const char *branch, char commit[GIT_COMMIT_BYTES],
	       struct error *err)
{
	static const char *const places[] = { HEADS, "refs/remotes/origin/" };
	int result = -1;

	for (size_t i = 0; i < sizeof places / sizeof places[0] && result < 0; i++) {
		char *name = memory_format("%s%s", places[i], branch), *last;

		result = resolve(git, name, commit, &last);
		free(last);
		free(name);
	}
	return result < 0 ? error_set(err, STATUS_FILE, "cannot find the commit of '%s': no such "
				      "branch", branch) : 0;
}
