/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the writer of a variant, and has the one for scratch. */
#include "library/dockerfile.h"

#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "library/dockerfile_alpine.h"
#include "library/text.h"
#include "library/dockerfile_windows.h"

static void write_scratch(struct library_text *d)
{
	const struct recipe_image *image = &d->recipe->image;

	d->platform.word = TEXT_TARGET;
	text_add(d, "# The tar of bundler rootfs: ADD keeps owner, mode and time of what is in "
		     "it.\nADD rootfs.tar.gz /\n\n");
	text_add_environment(d);
	for (size_t i = 0; i < image->label_count; i++) {
		text_format(d, "%s%s=", i == 0 ? "LABEL " : " \\\n\t", image->labels[i].name);
		text_add_quoted(d, text_expand_common(d, image->labels[i].value));
	}
	text_add(d, image->label_count > 0 ? "\n\n" : "");
	text_add_identity(d, true);
	text_add_ports(d);
	text_add_command(d);
}

/* The first of the library's platforms that the kind is for; the recipe has made sure of one. */
static const struct platform *first_platform(const struct recipe_library *library, const char *os)
{
	size_t i = 0;

	while (i + 1 < library->platform_count && strcmp(library->platforms[i]->os, os) != 0)
		i++;
	return library->platforms[i];
}

/* Why a release is none that all base images unpack, with one command for all platforms. */
static const char *format_reason(const struct recipe *recipe, const struct platform *platform)
{
	const struct recipe_library *library = &recipe->library;
	const struct format *format = recipe_format(recipe->releases, platform);

	if (format->content == FORMAT_PROGRAM)
		return "the release is no archive";
	if (format->content == FORMAT_TAR && format->compression != COMPRESSION_GZIP)
		return "the release is neither 'tar.gz' nor 'zip'";
	for (size_t i = 0; i < library->platform_count; i++)
		if (strcmp(library->platforms[i]->os, platform->os) == 0
		    && recipe_format(recipe->releases, library->platforms[i]) != format)
			return "the platforms of the release have several formats";
	return NULL;
}

/* With a base image, a Dockerfile downloads one archive and copies members of it by name. */
static int check_base(const struct recipe *recipe, const struct library_text *d, struct error *err)
{
	const char *reason;

	if (strcmp(d->kind->name, "scratch") == 0)
		return 0;
	reason = format_reason(recipe, &d->platform);
	for (size_t i = 0; i < recipe->entry_count && !reason; i++)
		if (recipe->entries[i].release > 0 && !recipe->entries[i].os)
			reason = "an entry is of another release";
		else if (recipe->entries[i].follow)
			reason = "an entry follows links";
		else if (text_has(&recipe->entries[i], RECIPE_MEMBERS))
			reason = "an entry takes a directory of the archive";
	if (!reason)
		return 0;
	error_set(err, STATUS_CONFIG, "cannot write the Dockerfile of %s: %s", d->kind->name,
		  reason);
	return error_hint(err, "leave the variant out; scratch has a tar of its own");
}

int dockerfile_add(struct generated *into, const struct recipe *recipe, const struct lock *lock,
		   const struct recipe_variant *variant, struct error *err)
{
	struct library_text d = {
		.into = into, .recipe = recipe, .lock = lock, .variant = variant,
		.kind = variant->kind, .err = err,
		.platform = *first_platform(&recipe->library, variant->kind->os),
	};
	static const struct {
		const char *kind;
		void (*write)(struct library_text *d);
	} writers[] = {
		{ "alpine", dockerfile_alpine_write },
		{ "scratch", write_scratch },
		{ "windowsservercore", dockerfile_windows_write_servercore },
		{ "nanoserver", dockerfile_windows_write_nanoserver },
	};
	const char *directory;

	if (variant->imported)
		return 0;
	if (check_base(recipe, &d, err) < 0)
		return -1;
	directory = recipe_expand_version(recipe, &d.pool, recipe->library.directory, err);
	if (!directory)
		return -1;
	d.directory = pool_format(&d.pool, "%s/%s", directory,
				  variant_name(&d.pool, d.kind, variant->version));
	buffer_init(&d.text, LIMIT_GENERATED_BYTES);
	text_format(&d, "# %s %s, written by bundler library: change the recipe, not this file.\n"
		    "FROM %s%s%s\n\n", recipe->name, recipe->version, d.kind->base,
		    d.kind->joint ? ":" : "", variant->version);
	for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
		if (strcmp(writers[i].kind, d.kind->name) == 0)
			writers[i].write(&d);
	text_add_context_file(&d, "Dockerfile", d.text.bytes, d.text.length, false);
	buffer_free(&d.text);
	pool_free(&d.pool);
	return d.failed ? -1 : 0;
}
