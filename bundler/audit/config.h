/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_AUDIT_CONFIG_H
#define BUNDLER_AUDIT_CONFIG_H

#include <jansson.h>

#include "audit/audit.h"

/*
 * Compares the configurations of two images (image-spec config.md), member by member. Different is
 * what decides how a container runs. Equivalent is a value against its absence where engines take
 * that value by default, and what only says how the image was built.
 *
 * Empty members are as good as none. Variables are compared by name, in any order: the subject of
 * FOO is "/config/Env/FOO". Ports without a protocol are TCP's.
 *
 * labels is an object whose keys are the labels that count, all others being a builder's; NULL when
 * all count but those that builders are known to add.
 */
void audit_config(struct audit *audit, const json_t *expected, const json_t *found,
		  const json_t *labels);

/* Adds the differences of two JSON values under a field; prefix and pointer are the subject. */
void audit_config_json(struct audit *audit, enum audit_field field, enum audit_class class,
		       const char *prefix, const json_t *expected, const json_t *found);

#endif
