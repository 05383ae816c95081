/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_COMMAND_H
#define BUNDLER_COMMAND_COMMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "command/option.h"

/*
 * A row of main's table. A new command is a file of this room that defines one, its declaration
 * below, and its place in main.
 */
struct command {
	const char *name;
	const char *summary;		/* what it does, in a line */
	const char *synopsis;		/* what follows the name, as in the man page */
	const char *examples;		/* two lines or three, indented */
	const struct option_spec *options;
	bool network, writes;		/* what a run may need: connections, and changing files */
	bool registry;			/* it needs connections for a place in a registry */
	bool streams;			/* an image may go to standard output */
	bool outputs;			/* the files are not only the cache and large temporaries */
	bool begins;			/* it begins the confinement itself, after its options */
	/*
	 * Returns STATUS_OK or the status of what a report has said, commonly STATUS_DIFFERENCES,
	 * or -1 with err filled. Results go to stdout.
	 */
	int (*run)(struct option_parser *parser, struct error *err);
};

extern const struct command command_attest;
extern const struct command command_audit;
extern const struct command command_cache;
extern const struct command command_certs;
extern const struct command command_copy;
extern const struct command command_diff;
extern const struct command command_fetch;
extern const struct command command_image;
extern const struct command command_init;
extern const struct command command_library;
extern const struct command command_lint;
extern const struct command command_lock;
extern const struct command command_rootfs;
extern const struct command command_sbom;
extern const struct command command_update;
extern const struct command command_validate;

#endif
