/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the names of places, such as oci:DIR:TAG. */
#include "image/location.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "image/reference.h"

static const struct {
	const char *prefix;
	enum location_kind kind;
	bool tagged;
} kinds[] = {
	{ "dir:", LOCATION_DIRECTORY, false },
	{ "tar:", LOCATION_TAR, false },
	{ "oci:", LOCATION_OCI, true },
	{ "oci-archive:", LOCATION_OCI_ARCHIVE, true },
	{ "docker-archive:", LOCATION_DOCKER_ARCHIVE, true },
	{ "docker://", LOCATION_REGISTRY, false },
};

static int split(struct location *place, const char *text, bool tagged, struct error *err)
{
	char *colon = strchr(place->path, ':');

	if (tagged && colon) {
		*colon = '\0';
		place->tag = colon + 1;
	}
	if (place->path[0] == '\0')
		return error_set(err, STATUS_USAGE, "cannot use place '%s': it has no path", text);
	if (place->tag && reference_tag_fault(place->tag) && reference_fault(place->tag))
		return error_set(err, STATUS_USAGE, "cannot use place '%s': '%s' is not a tag",
				 text, place->tag);
	place->standard = strcmp(place->path, "-") == 0;
	if (place->standard && (place->kind == LOCATION_OCI || place->kind == LOCATION_DIRECTORY)) {
		error_set(err, STATUS_USAGE, "cannot use place '%s': only an archive can be "
			  "standard input or output", text);
		return error_hint(err, "write './-' for a directory of this name");
	}
	return 0;
}

static int parse_registry(struct location *place, struct pool *pool, const char *text,
			  struct error *err)
{
	const char *fault = reference_parse(&place->reference, pool, place->path);

	place->path = pool_string(pool, text);
	return !fault ? 0 : error_set(err, STATUS_USAGE, "cannot use place '%s': %s", text, fault);
}

const char *location_path(const char *text)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t length = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, length) == 0)
			return text + length;
	}
	return NULL;
}

int location_parse(struct location *place, struct pool *pool, const char *text, struct error *err)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t length = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, length) != 0)
			continue;
		*place = (struct location){
			.kind = kinds[i].kind, .path = pool_string(pool, text + length),
		};
		return place->kind == LOCATION_REGISTRY
		       ? parse_registry(place, pool, text, err)
		       : split(place, text, kinds[i].tagged, err);
	}
	error_set(err, STATUS_USAGE, "cannot use place '%s': its kind is unknown", text);
	return error_hint(err, "places are written as oci:DIR[:TAG], oci-archive:FILE, "
			  "docker-archive:FILE, docker://IMAGE, dir:DIR, tar:FILE");
}
