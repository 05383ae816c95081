#ifndef BUNDLER_AUDIT_RUNTIME_H
#define BUNDLER_AUDIT_RUNTIME_H

#include <stdbool.h>

#include "tree.h"

/*
 * What Docker adds to the root of a container before anything runs in it: the places where it
 * mounts, and a mark. docker export has them, empty; one with something in it is somebody else's.
 */

/* Whether an observed node is one of these, just as Docker makes them. */
bool audit_runtime_adds(const struct tree_node *node);

/* Whether making them changes the time of the directory at path. */
bool audit_runtime_touches(const char *path);

#endif
