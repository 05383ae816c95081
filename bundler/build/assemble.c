/* SPDX-License-Identifier: Apache-2.0 */
#include "build/assemble.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "unpack/binary.h"
#include "unpack/release.h"

/* What the steps of one assembly share. */
struct assembly {
	struct tree *tree;
	const struct recipe *recipe;
	const struct lock *lock;
	const struct platform *platform;
	struct release_member *members;	/* each once, however many entries it is in */
	size_t member_count;
	struct pool pool;
};

static bool applies(const struct assembly *assembly, const struct recipe_entry *entry)
{
	return !entry->os || strcmp(entry->os, assembly->platform->os) == 0;
}

static char *expand(struct assembly *assembly, const char *template, struct error *err)
{
	return recipe_expand(assembly->recipe, assembly->platform, &assembly->pool, template, err);
}

/* The name of an entry's member in the archive, below the directory that wraps everything. */
static const char *member_name(struct assembly *assembly, const struct recipe_entry *entry,
			       struct error *err)
{
	const char *wrapper = expand(assembly, assembly->recipe->release.wrapper, err);
	const char *name = wrapper ? expand(assembly, entry->argument, err) : NULL;

	return name && *wrapper ? pool_format(&assembly->pool, "%s/%s", wrapper, name) : name;
}

static struct release_member *find_member(const struct assembly *assembly, const char *name)
{
	for (size_t i = 0; i < assembly->member_count; i++)
		if (strcmp(assembly->members[i].name, name) == 0)
			return &assembly->members[i];
	return NULL;
}

static int list_members(struct assembly *assembly, struct error *err)
{
	const struct recipe *recipe = assembly->recipe;

	assembly->members = pool_new(&assembly->pool, recipe->entry_count,
				     sizeof *assembly->members);
	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];
		const char *name;

		if (entry->source != RECIPE_MEMBER || !applies(assembly, entry))
			continue;
		name = member_name(assembly, entry, err);
		if (!name)
			return -1;
		if (!find_member(assembly, name))
			assembly->members[assembly->member_count++].name = name;
	}
	return 0;
}

static int read_release(struct assembly *assembly, int fd, uint64_t size, int directory,
			struct error *err)
{
	const struct recipe *recipe = assembly->recipe;
	const char *asset = recipe_asset(recipe, assembly->platform, &assembly->pool, err);

	if (!asset || list_members(assembly, err) < 0)
		return -1;
	return release_read(fd, size, recipe_format(recipe, assembly->platform), asset, directory,
			    assembly->members, assembly->member_count, err);
}

static int read_file(const struct assembly *assembly, const char *path, struct content *content,
		     struct error *err)
{
	struct buffer bytes;
	int result;

	buffer_init(&bytes, LIMIT_RECIPE_FILE_BYTES);
	result = recipe_read_file(assembly->recipe, path, &bytes, err);
	if (result == 0)
		*content = content_of(bytes.bytes ? bytes.bytes : "", bytes.length);
	buffer_free(&bytes);
	return result;
}

static int read_certificates(const struct assembly *assembly, struct content *content,
			     struct error *err)
{
	const struct lock *lock = assembly->lock;

	if (read_file(assembly, assembly->recipe->certificates, content, err) < 0)
		return -1;
	if (digest_equal(&content->digest, &lock->certificates.digest))
		return 0;
	content_free(content);
	error_set(err, STATUS_DIGEST, "cannot use certificates '%s': their SHA-256 is not the one "
		  "in lock '%s'", assembly->recipe->certificates, lock->file);
	return error_hint(err, "'bundler lock' takes over a bundle that was changed on purpose");
}

static int read_member(struct assembly *assembly, const struct recipe_entry *entry,
		       struct content *content, struct error *err)
{
	const char *name = member_name(assembly, entry, err);
	const struct release_member *member = name ? find_member(assembly, name) : NULL;

	if (!member)
		return -1;
	if (entry->program && binary_check(&member->content, assembly->platform, name, err) < 0)
		return -1;
	if (content_share(&member->content, content) < 0)
		return error_errno(err, STATUS_FILE, "cannot use member '%s'", name);
	return 0;
}

static int find_content(struct assembly *assembly, const struct recipe_entry *entry,
			struct content *content, struct error *err)
{
	switch (entry->source) {
	case RECIPE_MEMBER:
		return read_member(assembly, entry, content, err);
	case RECIPE_FILE:
		return read_file(assembly, entry->argument, content, err);
	case RECIPE_CERTIFICATES:
		return read_certificates(assembly, content, err);
	default:
		*content = content_of(entry->argument, strlen(entry->argument));
		return 0;
	}
}

static int add_link(struct assembly *assembly, const struct recipe_entry *entry, const char *path,
		    struct error *err)
{
	const char *target = expand(assembly, entry->argument, err);

	return target ? tree_add_link(assembly->tree, path, target, entry->uid, entry->gid, err)
		      : -1;
}

static int add_entry(struct assembly *assembly, const struct recipe_entry *entry, struct error *err)
{
	const char *path = expand(assembly, entry->path, err);
	struct content content = { .fd = -1 };

	if (!path)
		return -1;
	if (entry->source == RECIPE_DIRECTORY)
		return tree_add_directory(assembly->tree, path, entry->mode, entry->uid, entry->gid,
					  err);
	if (entry->source == RECIPE_LINK)
		return add_link(assembly, entry, path, err);
	if (find_content(assembly, entry, &content, err) < 0)
		return -1;
	return tree_add_file(assembly->tree, path, entry->mode, entry->uid, entry->gid, content,
			     err);
}

int assemble_tree(struct tree *tree, const struct recipe *recipe, const struct lock *lock,
		  const struct platform *platform, int fd, uint64_t size, int directory,
		  struct error *err)
{
	struct assembly assembly = {
		.tree = tree, .recipe = recipe, .lock = lock, .platform = platform,
	};
	int result = read_release(&assembly, fd, size, directory, err);

	/* After a failure release_read has freed the contents. */
	if (result == 0) {
		for (size_t i = 0; i < recipe->entry_count && result == 0; i++)
			if (applies(&assembly, &recipe->entries[i]))
				result = add_entry(&assembly, &recipe->entries[i], err);
		for (size_t i = 0; i < assembly.member_count; i++)
			content_free(&assembly.members[i].content);
	}
	pool_free(&assembly.pool);
	return result;
}
