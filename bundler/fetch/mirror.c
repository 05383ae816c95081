/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what a mirror has for an asset. */
#include "fetch/mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/path.h"

#define PLACEHOLDER "{asset}"

/* Replaces each from in text, which is changed, by the shorter to. */
static void shorten(char *text, const char *from, const char *to)
{
	while ((text = strstr(text, from))) {
		memmove(text + strlen(to), text + strlen(from), strlen(text + strlen(from)) + 1);
		memcpy(text, to, strlen(to));
		text += strlen(to);
	}
}

/* The URL of a mirror, still with its placeholder. Caller frees. */
static char *write_url(const char *mirror)
{
	char *path, *text;

	if (mirror[0] != '/')
		return memory_string(mirror);
	path = url_encode(mirror);
	shorten(path, "%2F", "/");
	shorten(path, "%7Basset%7D", PLACEHOLDER);
	text = memory_format("file://%s", path);
	free(path);
	return text;
}

/* The path of the directory that is before the asset's name, with a slash at its end; or NULL. */
static char *find_directory(const char *text, size_t place)
{
	char *prefix = memory_copy(text, place), *slash, *directory = NULL;
	struct url url;

	slash = strrchr(prefix, '/');
	if (slash)
		slash[1] = '\0';
	if (!url_parse(&url, prefix)) {
		if (url.scheme == URL_FILE)
			directory = url_file_path(&url);
		url_free(&url);
	}
	free(prefix);
	return directory;
}

const char *mirror_find(struct mirror_source *source, const char *mirror, const char *asset)
{
	char *text = write_url(mirror), *name = url_encode(asset), *whole, *place;
	const char *fault;

	if (!strstr(text, PLACEHOLDER)) {
		const size_t length = strlen(text);

		whole = memory_format("%s%s" PLACEHOLDER, text,
				      length > 0 && text[length - 1] == '/' ? "" : "/");
		free(text);
		text = whole;
	}
	place = strstr(text, PLACEHOLDER);
	whole = memory_format("%.*s%s%s", (int)(place - text), text, name,
			      place + strlen(PLACEHOLDER));
	*source = (struct mirror_source){ .directory = NULL };
	fault = url_parse(&source->url, whole);
	if (!fault && source->url.scheme == URL_FILE)
		source->directory = find_directory(text, (size_t)(place - text));
	free(whole);
	free(text);
	free(name);
	return fault;
}

void mirror_source_free(struct mirror_source *source)
{
	url_free(&source->url);
	free(source->directory);
	source->directory = NULL;
}

int mirror_open(const char *directory, const char *path)
{
	const size_t length = strlen(directory);
	int dirfd, fd, saved;

	if (strncmp(path, directory, length) != 0) {
		errno = EXDEV;
		return -1;
	}
	dirfd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return -1;
	fd = path_open_within(dirfd, path + length, O_NOCTTY);
	saved = errno;
	close(dirfd);
	errno = saved;
	return fd;
}
