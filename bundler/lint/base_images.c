/* SPDX-License-Identifier: Apache-2.0 */
/* The table of base images and the days until which they are accepted. */
#include "lint/base_images.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum name { ALPINE, SERVERCORE, NANOSERVER, OLD_SERVERCORE, OLD_NANOSERVER };

static const char *const names[] = {
	[ALPINE] = "alpine",
	[SERVERCORE] = "mcr.microsoft.com/windows/servercore",
	[NANOSERVER] = "mcr.microsoft.com/windows/nanoserver",
	[OLD_SERVERCORE] = "microsoft/windowsservercore",
	[OLD_NANOSERVER] = "microsoft/nanoserver",
};

#define NO_END "9999-12-31"	/* as far as is known */

/* Arrays, because a pointer in a position-independent program is relocated when it starts. */
struct base {
	unsigned char name;
	char tag[9];		/* of Alpine the release; "": all that have no row above */
	char until[11];		/* the last day, or "": never */
};

/*
 * As of 2026-01-31. Alpine: end of support of each release (alpinelinux.org, "Releases"). Windows:
 * docker-library/official-images issue 18910 and pull request 19138 for 1809, which followed the
 * retirement of its build machines, as those of 2016 had been; Microsoft's lifecycle for 1803.
 */
static const struct base table[] = {
	{ ALPINE, "3.8", "2020-05-01" },
	{ ALPINE, "3.9", "2020-11-01" },
	{ ALPINE, "3.10", "2021-05-01" },
	{ ALPINE, "3.11", "2021-11-01" },
	{ ALPINE, "3.12", "2022-05-01" },
	{ ALPINE, "3.13", "2022-11-01" },
	{ ALPINE, "3.14", "2023-05-01" },
	{ ALPINE, "3.15", "2023-11-01" },
	{ ALPINE, "3.16", "2024-05-23" },
	{ ALPINE, "3.17", "2024-11-22" },
	{ ALPINE, "3.18", "2025-05-09" },
	{ ALPINE, "3.19", "2025-11-01" },
	{ ALPINE, "3.20", "2026-04-01" },
	{ ALPINE, "3.21", "2026-11-01" },
	{ ALPINE, "3.22", "2027-05-01" },
	{ ALPINE, "3.23", "2027-11-01" },
	{ SERVERCORE, "ltsc2025", NO_END },
	{ SERVERCORE, "ltsc2022", NO_END },
	{ SERVERCORE, "1809", "2025-06-30" },
	{ SERVERCORE, "ltsc2019", "2025-06-30" },
	{ SERVERCORE, "ltsc2016", "2022-03-15" },
	{ SERVERCORE, "1803", "2019-11-12" },
	{ SERVERCORE, "", "" },
	{ NANOSERVER, "ltsc2025", NO_END },
	{ NANOSERVER, "ltsc2022", NO_END },
	{ NANOSERVER, "1809", "2025-06-30" },
	{ NANOSERVER, "ltsc2019", "2025-06-30" },
	{ NANOSERVER, "1803", "2019-11-12" },
	{ NANOSERVER, "", "" },
	{ OLD_SERVERCORE, "", "" },
	{ OLD_NANOSERVER, "", "" },
};

/* Whether a tag is a release's or of one of its revisions: "3.18" for 3.18.4, 3.18@sha256:... */
static bool is_tag(const char *tag, const char *release)
{
	const size_t length = strlen(release);

	return strncmp(tag, release, length) == 0
	       && (tag[length] == '\0' || tag[length] == '.' || tag[length] == '@');
}

static const struct base *find(const char *image)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *name = names[table[i].name];
		const size_t length = strlen(name);
		const char *tag = image + length;

		if (strncmp(image, name, length) != 0 || (*tag && *tag != ':'))
			continue;
		if (!*table[i].tag || (*tag && is_tag(tag + 1, table[i].tag)))
			return &table[i];
	}
	return NULL;
}

const char *base_images_fault(const char *image, const char *day, char *reason, size_t size)
{
	const struct base *base = find(image);

	if (!base || strcmp(day, base->until) <= 0)
		return NULL;
	if (*base->until)
		snprintf(reason, size, "'%s' was accepted until %s", image, base->until);
	else
		snprintf(reason, size, "'%s' is not accepted", image);
	return reason;
}
