/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_OCI_H
#define BUNDLER_VALIDATE_OCI_H

#include "validate/blobs.h"

/*
 * An OCI image layout from oci-layout and index.json down to the layers. One of the references must
 * be tag, unless that is NULL.
 */
int validate_oci(struct blobs *blobs, const char *tag);

/* What the walk's visitor does with an entry of an index: checks all that it leads to, once. */
int validate_oci_entry(struct walk *walk, const struct walk_entry *entry);

#endif
