/* SPDX-License-Identifier: Apache-2.0 */
/* From the entries of a recipe to the nodes of a tree. */
#include "build/assemble.h"

#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "unpack/binary.h"
#include "unpack/release.h"

/* Shared by the steps of one assembly. */
struct assembly {
	struct tree *tree;
	const struct recipe *recipe;
	const struct lock *lock;
	const struct platform *platform;
	struct release_member *members;	/* without duplicates */
	size_t member_count;
	struct release_member **sources;	/* the member of each entry, or NULL */
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

/* Lists the members that the entries need, without duplicates, below the release's directory. */
static int list_members(struct assembly *assembly, const char *asset, struct error *err)
{
	const struct recipe *recipe = assembly->recipe;
	const char *wrapper = expand(assembly, recipe->release.wrapper, err);

	assembly->members = pool_new(&assembly->pool, recipe->entry_count,
				     sizeof *assembly->members);
	assembly->sources = pool_new(&assembly->pool, recipe->entry_count,
				     sizeof *assembly->sources);
	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];
		struct release_member *member = assembly->members;
		const struct release_member *end = member + assembly->member_count;
		const char *name;

		if ((entry->source != RECIPE_MEMBER && entry->source != RECIPE_ASSET)
		    || !applies(assembly, entry))
			continue;
		name = !wrapper ? NULL : entry->source == RECIPE_ASSET ? asset
		       : expand(assembly, entry->argument, err);
		if (!name)
			return -1;
		if (*wrapper && entry->source == RECIPE_MEMBER)
			name = pool_format(&assembly->pool, "%s/%s", wrapper, name);
		while (member < end && strcmp(member->name, name) != 0)
			member++;
		if (member == end)
			assembly->members[assembly->member_count++].name = name;
		assembly->sources[i] = member;
	}
	return 0;
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
	return error_hint(err, "if the bundle was changed on purpose, 'bundler lock' updates the "
			  "lock");
}


static int add_entry(struct assembly *assembly, size_t number, struct error *err)
{
	const struct recipe_entry *entry = &assembly->recipe->entries[number];
	const struct release_member *member = assembly->sources[number];
	const char *path = expand(assembly, entry->path, err), *target;
	struct content content = { .fd = -1 };

	if (!path)
		return -1;
	switch (entry->source) {
	case RECIPE_DIRECTORY:
		return tree_add_directory(assembly->tree, path, entry->mode, entry->uid, entry->gid,
					  err);
	case RECIPE_LINK:
		target = expand(assembly, entry->argument, err);
		return target ? tree_add_link(assembly->tree, path, target, entry->uid,
					      entry->gid, err) : -1;
	case RECIPE_ASSET:
	case RECIPE_MEMBER:
		if (entry->program && binary_check(&member->content, assembly->platform,
						   member->name, err) < 0)
			return -1;
		if (content_share(&member->content, &content) < 0)
			return error_errno(err, STATUS_FILE, "cannot use member '%s'",
					   member->name);
		break;
	case RECIPE_FILE:
		if (read_file(assembly, entry->argument, &content, err) < 0)
			return -1;
		break;
	case RECIPE_CERTIFICATES:
		if (read_certificates(assembly, &content, err) < 0)
			return -1;
		break;
	default:
		content = content_of(entry->argument, strlen(entry->argument));
	}
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
	const char *asset = recipe_asset(recipe, platform, &assembly.pool, err);
	int result = asset ? list_members(&assembly, asset, err) : -1;

	if (result < 0)
		goto out;
	result = release_read(fd, size, recipe_format(recipe, platform), asset, directory,
			      assembly.members, assembly.member_count, err);
	/* On failure, it has freed the contents. */
	if (result < 0)
		goto out;
	for (size_t i = 0; i < recipe->entry_count && result == 0; i++)
		if (applies(&assembly, &recipe->entries[i]))
			result = add_entry(&assembly, i, err);
	for (size_t i = 0; i < assembly.member_count; i++)
		content_free(&assembly.members[i].content);
out:
	pool_free(&assembly.pool);
	return result;
}
