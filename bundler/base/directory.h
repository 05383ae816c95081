/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_DIRECTORY_H
#define BUNDLER_BASE_DIRECTORY_H

#include <stddef.h>

#include "base/pool.h"

/*
 * Reads the names in the directory that descriptor fd is open for, without "." and "..", and sorts
 * them as bytes. *names is an array in pool with a NULL behind the last name; a name has at most
 * NAME_MAX bytes. Returns -1 with errno set, which is E2BIG only if there are more than maximum
 * names. fd stays open; its position changes.
 */
int directory_list(int fd, size_t maximum, struct pool *pool, const char ***names);

#endif
