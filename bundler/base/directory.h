/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_DIRECTORY_H
#define BUNDLER_BASE_DIRECTORY_H

#include <stddef.h>

#include "base/pool.h"

/*
 * Reads the names in the directory with descriptor fd, without "." and "..", sorted as bytes.
 * *names is an array in pool that ends with NULL; a name has at most NAME_MAX bytes. Returns -1
 * with errno set: E2BIG for more than maximum names, and only then. fd stays open; its position
 * changes.
 */
int directory_list(int fd, size_t maximum, struct pool *pool, const char ***names);

#endif
