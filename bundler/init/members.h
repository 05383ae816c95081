/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_INIT_MEMBERS_H
#define BUNDLER_INIT_MEMBERS_H

#include "base/content.h"
#include "init/init.h"

/* What an archive has that goes into an image. */

enum init_kind { INIT_OTHER, INIT_PROGRAM, INIT_DYNAMIC, INIT_LICENCE, INIT_SETTINGS };

struct init_member {
	const char *name;		/* "" is the asset itself */
	enum init_kind kind;
	const char *licence;		/* SPDX identifier of a licence, or NULL */
};

struct init_members {
	struct init_member *items;
	size_t count, capacity;
	const struct platform *platform;
	struct pool *pool;
};

/* A release_visit: adds a file to the struct init_members at into. */
int init_members_add(void *into, const char *name, const struct content *content,
		     struct error *err);

/*
 * Completes the plan with the files of the archive that was fetched for choice: directory,
 * programs, licences and settings. STATUS_ARCHIVE when it has no static program.
 */
int init_members_choose(struct init_plan *plan, const struct init_choice *choice,
			const struct init_members *members, struct error *err);

#endif
