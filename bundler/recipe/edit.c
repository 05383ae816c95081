/* SPDX-License-Identifier: Apache-2.0 */
/* Puts another version into a recipe's text, at the place that libyaml reports. */
#include "recipe/edit.h"

#include <fcntl.h>
#include <string.h>

#include "recipe/load.h"
#include "recipe/yaml.h"

int recipe_edit_version(const struct recipe *recipe, const struct buffer *text, const char *version,
			struct buffer *edited, struct recipe *changed, struct error *err)
{
	const struct recipe_place *place = &recipe->version_place;
	const char *quote = place->plain && yaml_needs_quotes(version) ? "\"" : "";
	const size_t offset = (size_t)place->offset, length = strlen(recipe->version);
	const size_t end = offset + length;

	if (place->offset < 0)
		return error_set(err, STATUS_CONFIG, "cannot read '%s': line %zu, column %zu: the "
				 "version is not written verbatim here", recipe->file,
				 place->line, place->column);
	if (end > text->length || memcmp(text->bytes + offset, recipe->version, length) != 0)
		return error_set(err, STATUS_CONFIG, "cannot change '%s': it has changed meanwhile",
				 recipe->file);
	if (buffer_add(edited, text->bytes, offset) < 0
	    || buffer_format(edited, "%s%s%s", quote, version, quote) < 0
	    || buffer_add(edited, text->bytes + end, text->length - end) < 0)
		return error_set(err, STATUS_LIMIT, "cannot change '%s': larger than %zu bytes",
				 recipe->file, edited->maximum);
	if (recipe_load_text(changed, recipe->file, edited, err) < 0)
		return -1;
	changed->directory = fcntl(recipe->directory, F_DUPFD_CLOEXEC, 0);
	/* If the version is an alias or has one, other values may have changed with it. */
	if (changed->directory < 0)
		error_errno(err, STATUS_FILE, "cannot open the directory of '%s'", recipe->file);
	else if (strcmp(changed->version, version) != 0 || strcmp(changed->name, recipe->name) != 0)
		error_set(err, STATUS_CONFIG, "cannot change '%s': an alias ties its version to "
			  "another value", recipe->file);
	else
		return 0;
	recipe_close(changed);
	return -1;
}
