/* SPDX-License-Identifier: Apache-2.0 */
/* From the entries of a recipe to the nodes of a tree. */
#include "build/assemble.h"

#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "build/zoneinfo.h"
#include "unpack/binary.h"
#include "unpack/release.h"

/* What is taken of a release. */
struct part {
	const char *archive;	/* name of the asset */
	const char *wrapper;	/* directory in it, or "" */
	struct members members;
};

/* Shared by the steps of one assembly. */
struct assembly {
	struct tree *tree;
	const struct recipe *recipe;
	const struct lock *lock;
	const struct platform *platform;
	struct part parts[LIMIT_RECIPE_RELEASES];
	struct zoneinfo zones;	/* when an entry has them */
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
	const struct part *part = &assembly->parts[entry->release];
	const char *name;

	if (entry->source == RECIPE_ASSET)
		return part->archive;
	name = recipe_expand_of(&assembly->recipe->releases[entry->release], assembly->platform,
				&assembly->pool, entry->argument, err);
	if (name && strncmp(name, "./", 2) == 0)
		name += 2;
	return name && *part->wrapper ? pool_format(&assembly->pool, "%s/%s", part->wrapper, name)
				      : name;
}

/* Names the releases' assets, and lists what the entries need of them. */
static int list_members(struct assembly *assembly, const struct assemble_asset *assets,
			struct error *err)
{
	const struct recipe *recipe = assembly->recipe;

	for (size_t i = 0; i < recipe->release_count; i++) {
		const struct recipe_release *release = &recipe->releases[i];
		struct part *part = &assembly->parts[i];

		if (assets[i].fd < 0)
			continue;
		part->archive = recipe_asset(release, assembly->platform, &assembly->pool, err);
		part->wrapper = recipe_expand_of(release, assembly->platform, &assembly->pool,
						 release->wrapper, err);
		if (!part->archive || !part->wrapper)
			return -1;
	}
	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];
		struct members *members = &assembly->parts[entry->release].members;
		const char *name;

		if (!recipe_is_of_release(entry) || !applies(assembly, entry))
			continue;
		name = member_name(assembly, entry, err);
		if (!name)
			return -1;
		if (entry->source == RECIPE_MEMBERS)
			members_want_directory(members, name, entry->follow);
		else
			members_want(members, name, entry->follow);
	}
	return 0;
}

/* Reads the time zones, if an entry has them. */
static int read_zones(struct assembly *assembly, int directory, struct error *err)
{
	const struct recipe *recipe = assembly->recipe;
	const struct lock *lock = assembly->lock;

	for (size_t i = 0; i < recipe->entry_count; i++)
		if (recipe->entries[i].source == RECIPE_ZONEINFO
		    && applies(assembly, &recipe->entries[i]))
			return zoneinfo_read(&assembly->zones, recipe, &lock->zoneinfo.digest,
					     lock->file, directory, err);
	return 0;
}

/* Takes all members out of the assets. */
static int read_members(struct assembly *assembly, const struct assemble_asset *assets,
			int directory, struct error *err)
{
	const struct recipe *recipe = assembly->recipe;

	for (size_t i = 0; i < recipe->release_count; i++) {
		struct part *part = &assembly->parts[i];

		if (assets[i].fd >= 0
		    && release_read(assets[i].fd, assets[i].size,
				    recipe_format(&recipe->releases[i], assembly->platform),
				    part->archive, directory, &part->members, err) < 0)
			return -1;
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

/* Adds a file of an archive below a directory, with the path that its name makes there. */
static int add_below(struct assembly *assembly, const struct recipe_entry *entry,
		     const struct members_file *member, const char *archive, const char *path,
		     const char *name, struct error *err)
{
	const char *below = pool_format(&assembly->pool, "%s/%s", path, name);
	const char *fault = tree_fault(assembly->tree, below, TREE_FILE);

	if (fault)
		return error_set(err, STATUS_CONFIG, "cannot add member '%s' of '%s' as '%s': %s",
				 member->name, archive, below, fault);
	return add_member(assembly, entry, member, below, err);
}

/* Adds all members below a directory. */
static int add_members(struct assembly *assembly, const struct recipe_entry *entry,
		       const char *path, struct error *err)
{
	const char *directory = member_name(assembly, entry, err);
	const struct part *part = &assembly->parts[entry->release];

	for (size_t i = 0; i < part->members.file_count && directory; i++) {
		const struct members_file *member = &part->members.files[i];

		if (strncmp(member->name, directory, strlen(directory)) == 0
		    && add_below(assembly, entry, member, part->archive, path,
				 member->name + strlen(directory), err) < 0)
			return -1;
	}
	return directory ? 0 : -1;
}

/* Adds all time zones. */
static int add_zones(struct assembly *assembly, const struct recipe_entry *entry,
		     const char *path, struct error *err)
{
	const struct members *members = &assembly->zones.members;

	for (size_t i = 0; i < members->file_count; i++)
		if (zoneinfo_is_zone(&members->files[i])
		    && add_below(assembly, entry, &members->files[i],
				 assembly->recipe->zoneinfo, path, members->files[i].name,
				 err) < 0)
			return -1;
	return 0;
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
	case RECIPE_ZONEINFO:
		return add_zones(assembly, entry, path, err);
	case RECIPE_ASSET:
	case RECIPE_MEMBER:
		target = member_name(assembly, entry, err);
		member = target ? members_find(&assembly->parts[entry->release].members, target)
				: NULL;
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

		if (applies(assembly, entry) && recipe_is_of_many(entry) == directories
		    && add_entry(assembly, entry, err) < 0)
			return -1;
	}
	return 0;
}

/*
 * Checks a program or script that needs another file: the one that starts or loads it, and so on.
 * What is neither cannot be judged.
 */
static int check_interpreter(const struct assembly *assembly, const struct tree_node *node,
			     struct error *err)
{
	const struct tree *tree = assembly->tree;
	const char *path = node->path;
	uint8_t head[BINARY_INTERPRETER_BYTES];

	for (unsigned i = 0; i < LIMIT_INTERPRETERS; i++) {
		ssize_t got = content_read(&node->content, head, sizeof head, 0);
		const char *next = got < 0 ? NULL : binary_interpreter(head, (size_t)got);

		if (got < 0)
			return error_errno(err, STATUS_FILE, "cannot read program '%s'", path);
		if (!next)
			return 0;
		node = tree_resolve(tree, next);
		if (!node || node->type != TREE_FILE || !(node->mode & 0111))
			return error_set(err, STATUS_ARCHIVE, "cannot use program '%s' for '%s': "
					 "it needs '%s', which is no executable file of the tree",
					 path, assembly->platform->name, next);
		path = node->path;
	}
	return 0;
}

/*
 * The entry point is a program even if its entry does not say so. What begins as none, such as a
 * text, is left alone: only 'program' says what it was meant to be.
 */
static int check_entrypoint(struct assembly *assembly, struct error *err)
{
	const struct recipe *recipe = assembly->recipe;
	const char *path = expand(assembly, recipe->image.entrypoint.items[0], err);
	const struct tree_node *node = path ? tree_resolve(assembly->tree, path) : NULL;
	char head[2];

	if (!path)
		return -1;
	/* Only now it is known of the members of a directory. */
	if (!node || node->type != TREE_FILE
	    || (assembly->platform->format == PLATFORM_ELF && !(node->mode & 0111)))
		return error_set(err, STATUS_ARCHIVE, "cannot use program '%s' for '%s': it is no "
				 "executable file of the tree", path, assembly->platform->name);
	for (size_t i = 0; i < recipe->entry_count; i++) {
		const struct recipe_entry *entry = &recipe->entries[i];

		if (!applies(assembly, entry) || (!entry->program && !entry->dynamic))
			continue;
		path = expand(assembly, entry->path, err);
		if (!path || strcmp(path, node->path) == 0)
			return path ? 0 : -1;
	}
	if (content_read(&node->content, head, sizeof head, 0) != (ssize_t)sizeof head)
		return 0;
	if (memcmp(head, "#!", 2) == 0 && assembly->platform->format == PLATFORM_ELF)
		return check_interpreter(assembly, node, err);
	if (memcmp(head, "\x7f" "E", 2) != 0 && memcmp(head, "MZ", 2) != 0)
		return 0;
	if (binary_check(&node->content, assembly->platform, node->path, err) == 0)
		return 0;
	return error_hint(err, "if other files of 'root' start it, write 'dynamic: true' at its "
			  "entry");
}

/* Checks the dynamic programs, when all that they may need is in the tree. */
static int check_dynamic(struct assembly *assembly, struct error *err)
{
	for (size_t i = 0; i < assembly->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &assembly->recipe->entries[i];
		const struct tree_node *node;
		const char *path, *fault;
		uint8_t head[BINARY_HEAD_BYTES];
		ssize_t got;

		if (!applies(assembly, entry) || !entry->dynamic)
			continue;
		path = expand(assembly, entry->path, err);
		if (!path)
			return -1;
		node = tree_find(assembly->tree, path);
		got = content_read(&node->content, head, sizeof head, 0);
		if (got < 0)
			return error_errno(err, STATUS_FILE, "cannot read program '%s'", path);
		fault = binary_head_fault(head, (size_t)got, assembly->platform);
		if (fault)
			return error_set(err, STATUS_ARCHIVE, "cannot use program '%s' for '%s': "
					 "%s", path, assembly->platform->name, fault);
		if (check_interpreter(assembly, node, err) < 0)
			return -1;
	}
	return 0;
}

int assemble_tree(struct tree *tree, const struct recipe *recipe, const struct lock *lock,
		  const struct platform *platform, const struct assemble_asset *assets,
		  int directory, struct error *err)
{
	struct assembly assembly = {
		.tree = tree, .recipe = recipe, .lock = lock, .platform = platform,
	};
	int result = -1;

	if (list_members(&assembly, assets, err) == 0
	    && read_members(&assembly, assets, directory, err) == 0
	    && read_zones(&assembly, directory, err) == 0
	    && add_entries(&assembly, false, err) == 0 && add_entries(&assembly, true, err) == 0
	    && check_dynamic(&assembly, err) == 0)
		result = check_entrypoint(&assembly, err);
	for (size_t i = 0; i < recipe->release_count; i++)
		members_free(&assembly.parts[i].members);
	zoneinfo_free(&assembly.zones);
	pool_free(&assembly.pool);
	return result;
}
