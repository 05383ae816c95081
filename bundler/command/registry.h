/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_REGISTRY_H
#define BUNDLER_COMMAND_REGISTRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "base/pool.h"
#include "command/fetcher.h"
#include "command/inputs.h"
#include "command/option.h"
#include "image/location.h"
#include "registry/pull.h"
#include "registry/push.h"

/*
 * Places in registries. Another process has the network and the credentials; it reads HTTP, hands
 * open files to this one, which reads images, and sends those that this one hands to it.
 */

#define COMMAND_REGISTRY_PLACES 2	/* of a command */

struct command_registry {
	const char *authfile;			/* --authfile */
	const char *const *plain_http;		/* --plain-http */
	size_t plain_http_count;
	bool reread;				/* COMMAND_REGISTRY_READ */
	struct command_inputs *inputs;		/* of command_registry_start */
	const struct location *places;
	size_t place_count;
	struct fetcher fetcher;
	struct pull pulls[COMMAND_REGISTRY_PLACES];
	struct pool pool;
};

/* Before the options are read. */
#define COMMAND_REGISTRY_INIT { .fetcher.socket = -1 }
/* The same where each blob that is read is hashed by who reads it (fetch.h). */
#define COMMAND_REGISTRY_READ { .fetcher.socket = -1, .reread = true }

/* Rows for the options of a command whose struct run has such a struct named registry. */
#define COMMAND_REGISTRY_OPTIONS \
	{ "authfile", "FILE", "take logins for registries from FILE", \
	  OPTION(registry.authfile) }, \
	{ "plain-http", "HOST", "ask this registry without TLS; repeatable", \
	  OPTION_CALL(registry, command_registry_plain_http) }

int command_registry_plain_http(void *registry, const struct option_spec *spec, const char *value,
				struct error *err);

/*
 * Starts the process, if one of the places is in a registry. After options and environment were
 * read, before confine_reading and the first thread. The places must not be moved. STATUS_FILE.
 */
int command_registry_start(struct command_registry *registry, struct command_inputs *inputs,
			   const struct location *places, size_t count, struct error *err);

/*
 * Fetches what one of those places, which is in a registry, refers to, so that it can be read: the
 * layers for the platforms that were chosen, or for all if none was; extent as in struct
 * pull_wanted. Errors as for pull_open.
 */
int command_registry_pull(struct command_registry *registry, struct location *place,
			  enum pull_extent extent, struct error *err);

/*
 * Asks for up to PULL_ITEMS items of one of those places, which is in a registry; nothing is
 * checked yet. Errors as for pull_ask.
 */
int command_registry_ask(struct command_registry *registry, const struct location *place,
			 struct pull_item *items, size_t count, struct error *err);

/* After the options were read: whether a place may be written to. STATUS_USAGE with --offline. */
int command_registry_check(const struct location *place, const struct command_inputs *inputs,
			   struct error *err);

/* Sends an image to one of those places, which is in a registry. Errors as for push_image. */
int command_registry_push(struct command_registry *registry, const struct closure *closure,
			  const struct location *place, struct push_result *result,
			  struct error *err);

/* Prints the digest of what was sent to place, and adds it to a report with what was there. */
void command_registry_print(FILE *stream, const char *place, const struct push_result *pushed);
void command_registry_describe(json_t *report, const char *place, const struct push_result *pushed);

/* Ends the process and frees what was fetched; before command_inputs_close. */
void command_registry_close(struct command_registry *registry);

#endif
