/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_REFUSAL_H
#define BUNDLER_REGISTRY_REFUSAL_H

#include "base/buffer.h"

/*
 * What a registry says of a failure (distribution-spec, "Error Codes"), or a token service: "CODE:
 * message" of the first error, at most 200 bytes, unescaped. NULL when body is no such document.
 * Caller frees.
 */
char *refusal_read(const struct buffer *body);

#endif
