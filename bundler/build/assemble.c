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
	const char *archive;		/* name of the asset */
	const char *wrapper;		/* directory in it, or "" */
	struct members members;
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

/*
 * The name in the archive of what an entry takes, below the release's directory; NULL and err. The
 * asset itself is named after itself, and "./" is that directory.
 */
static const char *member_name(struct assembly *assembly, const struct recipe_entry *entry,
			       struct error *err)
{
	const char *name;

	if (entry->source == RECIPE_ASSET)
		return assembly->archive;
	name = expand(assembly, entry->argument, err);
	if (name && strncmp(name, "./", 2) == 0)
		name += 2;
	return name && *assembly->wrapper
	       ? pool_format(&assembly->pool, "%s/%s", assembly->wrapper, name) : name;
}

/* Lists what the entries need of the archive. */
static int list_members(struct assembly *assembly, struct error *err)
{
	const struct recipe *recipe = assembly->recipe;

	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];
		const char *name;

		if (!recipe_is_of_release(entry) || !applies(assembly, entry))
			continue;
		name = member_name(assembly, entry, err);
		if (!name)
			return -1;
		if (entry->source == RECIPE_MEMBERS)
			members_want_directory(&assembly->members, name, entry->follow);
		else
			members_want(&assembly->members, name, entry->follow);
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

static int add_member(struct assembly *assembly, const struct recipe_entry *entry,
		      const struct members_file *member, const char *path, struct error *err)
{
	struct content content;

	if (content_share(&member->content, &content) < 0)
		return error_errno(err, STATUS_FILE, "cannot use member '%s'", member->name);
	return tree_add_file(assembly->tree, path, entry->mode, entry->uid, entry->gid, content,
			     err);
}

/* Adds all members below a directory. */
static int add_members(struct assembly *assembly, const struct recipe_entry *entry,
		       const char *path, struct error *err)
{
	const char *directory = member_name(assembly, entry, err);

	for (size_t i = 0; i < assembly->members.file_count && directory; i++) {
		const struct members_file *member = &assembly->members.files[i];
		const char *below, *fault;

		if (strncmp(member->name, directory, strlen(directory)) != 0)
			continue;
		below = pool_format(&assembly->pool, "%s/%s", path,
				    member->name + strlen(directory));
		fault = tree_fault(assembly->tree, below, TREE_FILE);
		if (fault)
			return error_set(err, STATUS_CONFIG, "cannot add member '%s' of '%s' as "
					 "'%s': %s", member->name, assembly->archive, below, fault);
		if (add_member(assembly, entry, member, below, err) < 0)
			return -1;
	}
	return directory ? 0 : -1;
}

static int add_entry(struct assembly *assembly, const struct recipe_entry *entry,
		     struct error *err)
{
	const char *path = expand(assembly, entry->path, err), *target;
	const struct members_file *member;
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
	case RECIPE_MEMBERS:
		return add_members(assembly, entry, path, err);
	case RECIPE_ASSET:
	case RECIPE_MEMBER:
		target = member_name(assembly, entry, err);
		member = target ? members_find(&assembly->members, target) : NULL;
		if (!member || (entry->program && binary_check(&member->content,
							       assembly->platform, member->name,
							       err) < 0))
			return -1;
		return add_member(assembly, entry, member, path, err);
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

/* The members of directories come last, so that what they are in the way of is there. */
static int add_entries(struct assembly *assembly, bool directories, struct error *err)
{
	const struct recipe *recipe = assembly->recipe;

	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];

		if (applies(assembly, entry) && (entry->source == RECIPE_MEMBERS) == directories
		    && add_entry(assembly, entry, err) < 0)
			return -1;
	}
	return 0;
}

int assemble_tree(struct tree *tree, const struct recipe *recipe, const struct lock *lock,
		  const struct platform *platform, int fd, uint64_t size, int directory,
		  struct error *err)
{
	struct assembly assembly = {
		.tree = tree, .recipe = recipe, .lock = lock, .platform = platform,
	};
	int result = -1;

	assembly.archive = recipe_asset(recipe, platform, &assembly.pool, err);
	assembly.wrapper = expand(&assembly, recipe->release.wrapper, err);
	if (assembly.archive && assembly.wrapper && list_members(&assembly, err) == 0
	    && release_read(fd, size, recipe_format(recipe, platform), assembly.archive, directory,
			    &assembly.members, err) == 0
	    && add_entries(&assembly, false, err) == 0)
		result = add_entries(&assembly, true, err);
	members_free(&assembly.members);
	pool_free(&assembly.pool);
	return result;
}
