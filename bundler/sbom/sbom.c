/* SPDX-License-Identifier: Apache-2.0 */
/* From recipe, lock and tree to the model of an SBOM, and from there to a document. */
#include "sbom/sbom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/purl.h"
#include "recipe/identity.h"
#include "sbom/cyclonedx.h"
#include "sbom/model.h"
#include "sbom/spdx.h"
#include "unpack/buildinfo.h"

const struct sbom_kind sbom_kinds[SBOM_FORMATS] = {
	[SBOM_SPDX] = { "spdx", "spdx.json" },
	[SBOM_CYCLONEDX] = { "cyclonedx", "cdx.json" },
};

/* One making of a model. */
struct making {
	struct sbom *sbom;
	struct sbom_package *releases[LIMIT_RECIPE_RELEASES];	/* NULL: not for the platform */
	struct sbom_package **owners;	/* of each node of the tree: its release, or NULL */
};

/* ---- the image ---- */

/* A label of the image, expanded; NULL without it. */
static const char *label(struct sbom *sbom, const char *name)
{
	const struct recipe *recipe = sbom->source->recipe;
	struct error ignored;

	for (size_t i = 0; i < recipe->image.label_count; i++) {
		const struct recipe_label *row = &recipe->image.labels[i];
		const char *value;

		if (strcmp(row->name, name) != 0)
			continue;
		/* It was expanded when the recipe was read. */
		value = recipe_expand(recipe, sbom->source->platform, &sbom->pool, row->value,
				      &ignored);
		return value && *value ? value : NULL;
	}
	return NULL;
}

static void describe_image(struct sbom *sbom)
{
	const struct sbom_source *source = sbom->source;
	const struct recipe *recipe = source->recipe;
	const struct platform *platform = source->platform;
	struct sbom_package *image = &sbom->image;
	const char *licence = label(sbom, "org.opencontainers.image.licenses");
	const char *name = recipe_image_name(recipe, &sbom->pool);
	char *digest = pool_new(&sbom->pool, DIGEST_TEXT_BYTES, 1);
	const struct purl_qualifier qualifiers[] = {
		{ "arch", platform->architecture }, { "os", platform->os },
		{ "tag", recipe_tag(recipe, &sbom->pool) }, { NULL, NULL },
	};

	digest_write(&source->manifest, digest);
	*image = (struct sbom_package){
		.role = SBOM_IMAGE, .name = name, .version = recipe->version,
		.supplier = label(sbom, "org.opencontainers.image.vendor"),
		.licence = licence && !recipe_identity_licence_fault(licence) ? licence : NULL,
		.summary = pool_format(&sbom->pool, "%s of %s %s for %s",
				       source->image ? "image" : "root file system", recipe->name,
				       recipe->version, platform->name),
		.sha256 = source->image ? &source->manifest : NULL,
		.needs_known = SBOM_NEEDS_ALL,
	};
	image->purl = source->image ? purl_make(&sbom->pool, "oci", path_name(name), digest,
						qualifiers)
				    : purl_make(&sbom->pool, "generic", path_name(name),
						recipe->version, qualifiers);
	sbom_model_fact(sbom, image, "platform", platform->name);
	sbom_model_fact(sbom, image, "release", source->lock->release);
	sbom_model_fact(sbom, image, "compat", pool_format(&sbom->pool, "%d", LOCK_COMPAT));
	if (!source->image)
		sbom_model_fact(sbom, image, "mtree", digest);
	sbom->author = label(sbom, "org.opencontainers.image.authors");
	sbom->title = pool_format(&sbom->pool, "%s-%s-%s", recipe->name, recipe->version,
				  platform->directory);
}

/* ---- releases ---- */

static void take_identity(struct sbom_package *package, const struct recipe_identity *identity)
{
	if (identity->supplier)
		package->supplier = identity->supplier;
	if (identity->licence)
		package->licence = identity->licence;
}

/* Adds the package of a release that has an archive for the platform. */
static int add_release(struct making *making, size_t number, struct error *err)
{
	struct sbom *sbom = making->sbom;
	const struct sbom_source *source = sbom->source;
	const struct recipe_release *release = &source->recipe->releases[number];
	const struct lock_asset *asset = lock_find_in(&source->lock->releases[number],
						      source->platform);
	struct sbom_package package = {
		.role = SBOM_PROGRAM, .name = release->name, .version = release->version,
		.needs_known = SBOM_NEEDS_ALL,
	};

	if (!asset || !recipe_format(release, source->platform))
		return 0;
	package.file = recipe_asset(release, source->platform, &sbom->pool, err);
	if (!package.file)
		return -1;
	if (release->identity.purl) {
		package.purl = recipe_expand_of(release, source->platform, &sbom->pool,
						release->identity.purl, err);
		if (!package.purl)
			return -1;
	}
	package.url = asset->url;
	package.sha256 = &asset->digest;
	package.sha512 = source->archives ? &source->archives[number] : NULL;
	package.summary = pool_format(&sbom->pool, "%s %s for %s", release->name, release->version,
				      source->platform->name);
	take_identity(&package, &release->identity);
	making->releases[number] = sbom_model_add(sbom, &package, err);
	return making->releases[number] ? 0 : -1;
}

/*
 * The package URL of what GitHub has, as its definition asks for it: in lower case. NULL for
 * another URL.
 */
static char *github_purl(struct pool *pool, const char *url)
{
	static const char before[] = "https://github.com/", between[] = "/releases/download/";
	const char *path, *repository, *tag, *end;
	char *lower;

	if (strncmp(url, before, strlen(before)) != 0)
		return NULL;
	path = url + strlen(before);
	repository = strchr(path, '/');
	tag = repository ? strchr(repository + 1, '/') : NULL;
	if (!tag || strncmp(tag, between, strlen(between)) != 0)
		return NULL;
	lower = pool_copy(pool, path, (size_t)(tag - path));
	for (char *at = lower; *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	tag += strlen(between);
	end = strchr(tag, '/');
	if (!end || end == tag || memchr(tag, '%', (size_t)(end - tag)))
		return NULL;
	return purl_make(pool, "github", lower, pool_copy(pool, tag, (size_t)(end - tag)), NULL);
}

/* Names the package of a release, when its programs have been read. */
static void name_release(struct sbom *sbom, struct sbom_package *package)
{
	const char first = package->version[0];
	char digest[DIGEST_TEXT_BYTES];
	const struct purl_qualifier qualifiers[] = {
		{ "checksum", digest_write(package->sha256, digest) },
		{ "download_url", package->url }, { NULL, NULL },
	};

	/* Scanners look a Go program up by its module, and Go's versions begin with "v". */
	if (package->main) {
		package->name = package->main;
		if (first >= '0' && first <= '9')
			package->version = pool_format(&sbom->pool, "v%s", package->version);
	}
	if (!package->purl && package->main)
		package->purl = purl_make(&sbom->pool, "golang", package->name, package->version,
					  NULL);
	if (!package->purl)
		package->purl = github_purl(&sbom->pool, package->url);
	if (!package->purl)
		package->purl = purl_make(&sbom->pool, "generic", package->name, package->version,
					  qualifiers);
	if (package->path_count == 0)
		sbom_model_fact(sbom, package, "unknown", "dependencies: none of its files is a "
				"program");
	if (package->needs_count == 0)
		package->needs_known = SBOM_NEEDS_UNKNOWN;
}

/* ---- data ---- */

/* Whether an entry of the platform has this source. */
static bool has_entry(const struct sbom_source *source, enum recipe_source wanted)
{
	for (size_t i = 0; i < source->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &source->recipe->entries[i];

		if (entry->source == wanted
		    && (!entry->os || strcmp(entry->os, source->platform->os) == 0))
			return true;
	}
	return false;
}

/* The distribution that an origin begins with: "Debian ca-certificates 20250419~deb12u2". */
static const char *distribution(const char *origin)
{
	static const char *const names[] = { "Debian", "Ubuntu" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(origin, names[i], strlen(names[i])) == 0
		    && origin[strlen(names[i])] == ' ')
			return names[i];
	return NULL;
}

/* The release of Debian in a version such as "20250419~deb12u2", as "debian-12"; or NULL. */
static char *debian_release(struct pool *pool, const char *version)
{
	const char *mark = strstr(version, "deb");
	const size_t digits = mark ? strspn(mark + 3, "0123456789") : 0;

	return digits > 0 && mark[3 + digits] == 'u'
	       ? pool_format(pool, "debian-%.*s", (int)digits, mark + 3) : NULL;
}

/* Takes name, version and package URL from the origin of a distribution's package. */
static void take_origin(struct sbom *sbom, struct sbom_package *package, const char *origin)
{
	struct pool *pool = &sbom->pool;
	const char *name = distribution(origin);
	char *rest = pool_string(pool, name ? origin + strlen(name) + 1 : ""), *lower;
	const char *package_name = strsep(&rest, " "), *version = strsep(&rest, " ");

	if (!version || rest || !*package_name || !*version)
		return;
	lower = pool_string(pool, name);
	lower[0] = (char)(lower[0] - 'A' + 'a');
	package->supplier = name;
	package->name = package_name;
	package->version = version;
	package->purl = purl_make(pool, "deb", pool_format(pool, "%s/%s", lower, package_name),
				  version, (struct purl_qualifier[]){
		{ "arch", "all" }, { "distro", debian_release(pool, version) }, { NULL, NULL },
	});
}

/* Adds a file beside the recipe that somebody else has made. */
static int add_data(struct sbom *sbom, const char *file, const char *origin,
		    const struct digest *digest, const struct recipe_identity *identity,
		    struct error *err)
{
	char hex[DIGEST_TEXT_BYTES];
	struct sbom_package package = {
		.role = SBOM_DATA, .name = path_name(file), .file = path_name(file),
		.sha256 = digest, .needs_known = SBOM_NEEDS_ALL,
	};
	const struct purl_qualifier qualifiers[] = {
		{ "checksum", digest_write(digest, hex) }, { NULL, NULL },
	};

	take_origin(sbom, &package, origin);
	take_identity(&package, identity);
	if (identity->purl)
		package.purl = identity->purl;
	if (!package.purl)
		package.purl = purl_make(&sbom->pool, "generic", package.name, NULL, qualifiers);
	sbom_model_fact(sbom, &package, "origin", origin);
	if (!package.version)
		sbom_model_fact(sbom, &package, "unknown", "version: the origin is no package of "
				"a distribution");
	return sbom_model_add(sbom, &package, err) ? 0 : -1;
}

static int add_all_data(struct sbom *sbom, struct error *err)
{
	const struct sbom_source *source = sbom->source;
	const struct recipe *recipe = source->recipe;

	if (has_entry(source, RECIPE_CERTIFICATES)
	    && add_data(sbom, recipe->certificates, recipe->origin,
			&source->lock->certificates.digest, &recipe->certificates_identity,
			err) < 0)
		return -1;
	return has_entry(source, RECIPE_ZONEINFO)
	       ? add_data(sbom, recipe->zoneinfo, recipe->zoneinfo_origin,
			  &source->lock->zoneinfo.digest, &recipe->zoneinfo_identity, err) : 0;
}

/* ---- files ---- */

/* Notes that what an entry takes of a release is at its path, or below it. */
static void own(struct making *making, const struct recipe_entry *entry, const char *path)
{
	const struct tree *tree = making->sbom->source->tree;
	const struct tree_node *node = tree_find(tree, path);
	const size_t length = strlen(path);

	if (node && entry->source != RECIPE_MEMBERS)
		making->owners[node - tree->nodes] = making->releases[entry->release];
	else if (node)
		for (; node < tree->nodes + tree->count && strncmp(node->path, path, length) == 0;
		     node++)
			if (node->path[length] == '/' && !making->owners[node - tree->nodes])
				making->owners[node - tree->nodes] =
					making->releases[entry->release];
}

static int find_owners(struct making *making, struct error *err)
{
	const struct sbom_source *source = making->sbom->source;
	struct pool *pool = &making->sbom->pool;

	making->owners = pool_new(pool, source->tree->count, sizeof(struct sbom_package *));
	for (size_t i = 0; i < source->recipe->entry_count; i++) {
		const struct recipe_entry *entry = &source->recipe->entries[i];
		const char *path;

		if (!recipe_is_of_release(entry)
		    || (entry->os && strcmp(entry->os, source->platform->os) != 0))
			continue;
		path = recipe_expand(source->recipe, source->platform, pool, entry->path, err);
		if (!path)
			return -1;
		own(making, entry, path);
	}
	return 0;
}

/* Reads a file once, for its digests, and again if it is a program. */
static int add_file(struct making *making, const struct tree_node *node, struct error *err)
{
	struct sbom *sbom = making->sbom;
	struct sbom_file *file = &sbom->files[sbom->file_count++];
	struct digest_further state;
	uint8_t bytes[16384];
	uint64_t at = 0;
	ssize_t got;

	file->node = node;
	digest_further_init(&state);
	while ((got = content_read(&node->content, bytes, sizeof bytes, at)) > 0) {
		if (at == 0)
			file->program = buildinfo_is_program(bytes, (size_t)got);
		digest_further_add(&state, bytes, (size_t)got);
		at += (uint64_t)got;
	}
	if (got < 0 || at != node->content.size)
		return error_errno(err, STATUS_FILE, "cannot read file '%s'", node->path);
	file->sha1 = digest_further_sha1(&state);
	file->sha512 = digest_further_sha512(&state);
	if (!file->program)
		return 0;
	return sbom_model_program(sbom, making->owners[node - sbom->source->tree->nodes], node,
				  err);
}

static int add_files(struct making *making, struct error *err)
{
	struct sbom *sbom = making->sbom;
	const struct tree *tree = sbom->source->tree;

	sbom->files = pool_new(&sbom->pool, tree->count, sizeof *sbom->files);
	for (size_t i = 0; i < tree->count; i++)
		if (tree->nodes[i].type == TREE_FILE
		    && add_file(making, &tree->nodes[i], err) < 0)
			return -1;
	return 0;
}

/* ---- the whole ---- */

static int make(struct making *making, struct error *err)
{
	struct sbom *sbom = making->sbom;
	const struct recipe *recipe = sbom->source->recipe;

	describe_image(sbom);
	for (size_t i = 0; i < recipe->release_count; i++)
		if (add_release(making, i, err) < 0)
			return -1;
	if (add_all_data(sbom, err) < 0 || find_owners(making, err) < 0
	    || add_files(making, err) < 0)
		return -1;
	for (size_t i = 0; i < recipe->release_count; i++)
		if (making->releases[i])
			name_release(sbom, making->releases[i]);
	sbom_model_end(sbom);
	return 0;
}

struct sbom *sbom_make(const struct sbom_source *source, struct error *err)
{
	struct sbom *sbom = memory_new(1, sizeof *sbom);
	struct making making = { .sbom = sbom };

	sbom->source = source;
	if (make(&making, err) == 0)
		return sbom;
	sbom_free(sbom);
	return NULL;
}

void sbom_free(struct sbom *sbom)
{
	if (!sbom)
		return;
	pool_free(&sbom->pool);
	free(sbom);
}

/* ---- documents ---- */

#define UUID_BYTES 37

/*
 * Makes a UUID of a name (RFC 9562, version 5, in the namespace of URLs). It depends on what the
 * document is of and on what it says, so that no two documents have one.
 */
static void make_uuid(const struct sbom *sbom, const char *text, char uuid[UUID_BYTES])
{
	static const uint8_t namespace[] = {
		0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4,
		0x30, 0xc8,
	};
	const struct digest digest = digest_of_output(text, strlen(text));
	char subject[DIGEST_TEXT_BYTES], content[DIGEST_TEXT_BYTES], hex[DIGEST_SHA1_HEX_BYTES];
	struct digest_further state;
	struct digest_sha1 hash;
	char name[2 * DIGEST_TEXT_BYTES + 16];

	snprintf(name, sizeof name, "urn:sbom:%s:%s",
		 digest_write(&sbom->source->manifest, subject), digest_write(&digest, content));
	digest_further_init(&state);
	digest_further_add(&state, namespace, sizeof namespace);
	digest_further_add(&state, name, strlen(name));
	hash = digest_further_sha1(&state);
	hash.bytes[6] = (uint8_t)((hash.bytes[6] & 0x0f) | 0x50);
	hash.bytes[8] = (uint8_t)((hash.bytes[8] & 0x3f) | 0x80);
	digest_write_sha1(&hash, hex);
	snprintf(uuid, UUID_BYTES, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		 hex + 20);
}

/* The member that identifies a document, once the rest is known. */
static json_t *identifier(const struct sbom *sbom, enum sbom_format format, const char *text)
{
	char uuid[UUID_BYTES];

	make_uuid(sbom, text, uuid);
	return format == SBOM_CYCLONEDX
	       ? json_sprintf("urn:uuid:%s", uuid)
	       : json_sprintf("https://spdx.org/spdxdocs/%s-%s", sbom->title, uuid);
}

int sbom_write(const struct sbom *sbom, enum sbom_format format, struct buffer *text,
	       struct error *err)
{
	const size_t flags = JSON_INDENT(2);
	json_t *document = (format == SBOM_SPDX ? sbom_spdx : sbom_cyclonedx)(sbom);
	char *json = json_dumps(document, flags);
	int result = 0;

	if (json) {
		json_object_set_new(document,
				    format == SBOM_SPDX ? "documentNamespace" : "serialNumber",
				    identifier(sbom, format, json));
		free(json);
		json = json_dumps(document, flags);
	}
	json_decref(document);
	if (!json)
		result = error_set(err, STATUS_CONFIG, "cannot write the SBOM of '%s': its text "
				   "is not UTF-8", sbom->source->platform->name);
	else if (buffer_format(text, "%s\n", json) < 0)
		result = error_set(err, STATUS_LIMIT, "cannot write the SBOM of '%s': larger than "
				   "%zu bytes", sbom->source->platform->name, text->maximum);
	free(json);
	return result;
}
