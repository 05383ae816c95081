/* SPDX-License-Identifier: Apache-2.0 */
/* Listing directories; the only reader of whole ones. */
#include "base/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static int order_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int directory_list(int fd, size_t maximum, struct pool *pool, const char ***names)
{
	/* A copy, because closedir closes it. It shares its position with fd. */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0), fault;
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	size_t count = 0, capacity = 0;
	const char **list = NULL;
	struct dirent *entry;

	if (!stream) {
		fault = errno;
		if (copy >= 0)
			close(copy);
		errno = fault;
		return -1;
	}
	rewinddir(stream);
	while ((errno = 0, entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (count == maximum) {
			errno = E2BIG;
			break;
		}
		if (count == capacity) {
			capacity = 2 * capacity + 16;
			list = memory_resize(list, capacity, sizeof *list);
		}
		list[count++] = pool_string(pool, entry->d_name);
	}
	fault = errno;
	closedir(stream);
	if (fault == 0) {
		*names = pool_new(pool, count + 1, sizeof **names);
		if (count > 0) {
			qsort(list, count, sizeof *list, order_names);
			memcpy(*names, list, count * sizeof *list);
		}
	}
	free(list);
	errno = fault;
	return fault == 0 ? 0 : -1;
}
