/* SPDX-License-Identifier: Apache-2.0 */
/* Confinement as the environment asks for it, and reports of it. */
#include "command/confinement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers make other system calls and read other files. */
#ifndef CONFINE_DEFAULT
#define CONFINE_DEFAULT CONFINE_AUTO
#endif

static int read_mode(enum confine_mode *mode, struct error *err)
{
	static const char *const names[] = {
		[CONFINE_AUTO] = "auto", [CONFINE_REQUIRE] = "require", [CONFINE_OFF] = "off",
	};
	const char *value = getenv("BUNDLER_CONFINE");

	*mode = CONFINE_DEFAULT;
	if (!value || !*value)
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(value, names[i]) == 0) {
			*mode = (enum confine_mode)i;
			return 0;
		}
	return error_set(err, STATUS_USAGE, "cannot use BUNDLER_CONFINE '%s': it is not 'auto', "
			 "'require' or 'off'", value);
}

int confinement_begin(struct confine *confine, const struct command *command, bool network,
		      struct error *err)
{
	*confine = (struct confine){ .network = network, .writes = command->writes,
				     .outputs = command->outputs };
	return read_mode(&confine->mode, err) < 0 ? -1 : confine_begin(confine, err);
}

void confinement_print(const struct confine *confine)
{
	if (confine->landlock > 0)
		printf("confined: landlock %d, %s\n", confine->landlock,
		       confine->seccomp ? "seccomp" : "no seccomp");
	else
		printf("confined: %s\n", confine->seccomp ? "no landlock, seccomp" : "no");
}

json_t *confinement_json(const struct confine *confine)
{
	return json_pack("{s:i, s:b}", "landlock", confine->landlock, "seccomp", confine->seccomp);
}
