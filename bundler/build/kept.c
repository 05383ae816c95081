/* SPDX-License-Identifier: Apache-2.0 */
/* Finds out what of a layout stays, and takes it over into a new one. */
#include "build/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "build/oci.h"
#include "image/listing.h"

#define BLOBS "blobs/"

static int refuse(const struct kept *kept, const char *reason, struct error *err)
{
	error_set(err, STATUS_FILE, "cannot replace '%s': %s", kept->walk.place, reason);
	return error_hint(err, "move it away, or choose another place");
}

/* Whether oci_layout_fill gives such a name, or another tool that adds images to its layout. */
static bool is_known(const struct files_entry *entry)
{
	static const char *const names[] = {
		"blobs", "image-config.json", "image-index.json", "image-manifest.json",
		"index.json", "manifest.json", "oci-layout", "rootfs.tar", "rootfs.tar.gz",
		"rootfs.tar.zst",
	};
	const char *name = entry->name, *slash;

	if (strncmp(name, BLOBS, strlen(BLOBS)) == 0) {
		slash = strchr(name + strlen(BLOBS), '/');
		return !entry->fault && (slash ? entry->file && !strchr(slash + 1, '/')
					       : entry->type == FILES_DIRECTORY);
	}
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int take_fault(struct walk *walk, enum walk_fault fault, const struct image_file *file,
		      const char *reason)
{
	(void)file;
	return fault == WALK_EXHAUSTED ? error_set(walk->err, STATUS_LIMIT, "cannot replace '%s': "
						   "%s", walk->place, reason) : 0;
}

/* Notes what an entry needs. What a manifest is about, its subject, is needed, too. */
static int take_entry(struct walk *walk, const struct walk_entry *entry)
{
	struct kept *kept = walk->context;
	struct image_document index;
	struct descriptor subject;
	struct image image;
	size_t count;
	int result;

	if (entry->depth == 0
	    && kept->moving != (!kept->tag || oci_has_tag(entry->json, kept->tag)))
		return 0;
	if (entry->depth > LIMIT_INDEX_DEPTH) {
		walk->lost = true;
		return 0;
	}
	if (entry->descriptor->media->kind == MEDIA_INDEX) {
		const char *tag = entry->depth == 0 ? entry->descriptor->reference : NULL;

		result = walk_index(walk, entry, &index);
		if (tag && listing_is_tag(tag) && index.file.entry) {
			json_object_set(kept->lists, tag, index.json.root);
			kept->is_list[index.file.entry->file
				      - files_entries(walk->files, &count)] = true;
		}
		document_free(&index.json);
		return result < 0 ? -1 : 0;
	}
	result = walk_image(walk, entry, &image);
	if (result > 0 && walk_find(walk, &image.config.file) < 0)
		result = -1;
	if (result <= 0 || !oci_manifest_is_ours(image.manifest.json.root))
		kept->foreign = true;
	if (result > 0 && image.manifest_fields->subject) {
		subject = descriptor_read(image.manifest_fields->subject);
		result = take_entry(walk, &(struct walk_entry){
			.descriptor = &subject, .json = image.manifest_fields->subject,
			.user = image.manifest.file.name, .depth = entry->depth + 1,
		});
	}
	image_free(&image);
	return result < 0 ? -1 : 0;
}

static int check_ours(struct kept *kept, struct error *err)
{
	size_t count;
	const struct files_entry *entries = files_entries(kept->walk.files, &count);

	if (walk_table(&kept->walk, IMAGE_INDEX_FILE, &kept->index) < 0)
		return -1;
	if (!oci_index_is_ours(kept->index.json.root))
		return refuse(kept, "bundler did not make it", err);
	for (size_t i = 0; i < count; i++)
		if (!is_known(&entries[i]))
			return refuse(kept, "it has entries that bundler did not make", err);
	return 0;
}

/* First what the old image needs, then what all others need. */
static int find_dropped(struct kept *kept, struct error *err)
{
	const json_t *images = json_object_get(kept->index.json.root, "manifests");
	struct walk *walk = &kept->walk;
	size_t count;

	if (!kept->tag && json_array_size(images) > 1) {
		error_set(err, STATUS_FILE, "cannot replace '%s': it has several images",
			  walk->place);
		return error_hint(err, "name the tag to set (oci:DIR:TAG), or choose another "
				  "place");
	}
	files_entries(walk->files, &count);
	kept->dropped = memory_new(count, sizeof *kept->dropped);
	kept->is_list = memory_new(count, sizeof *kept->is_list);
	kept->moving = true;
	if (walk_entries(walk, &kept->index, 0) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		kept->dropped[i] = walk->states[i].used && !kept->foreign && !walk->lost;
		walk->states[i].used = false;
	}
	if (!kept->tag && kept->foreign)
		return refuse(kept, "bundler did not make the image in it", err);
	kept->moving = false;
	if (walk_entries(walk, &kept->index, 0) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (walk->states[i].used || walk->lost)
			kept->dropped[i] = false;
	return 0;
}

int kept_open(struct kept *kept, const struct location *place, const char *tag, struct error *err)
{
	static const struct walk_visitor visitor = { .fault = take_fault, .entry = take_entry };
	size_t count;

	*kept = (struct kept){ .tag = tag, .lists = json_object() };
	if (walk_open(&kept->walk, place, &visitor, kept, err) < 0)
		return err->status == STATUS_ARCHIVE ? refuse(kept, "bundler did not make it", err)
						     : -1;
	files_entries(kept->walk.files, &count);
	if (count == 0 && place->kind == LOCATION_OCI)
		return 0;
	kept->walk.documents = LIMIT_DOCUMENTS_BYTES;
	if (check_ours(kept, err) < 0)
		return -1;
	return place->kind == LOCATION_OCI ? find_dropped(kept, err) : 0;
}

void kept_close(struct kept *kept)
{
	walk_close(&kept->walk);
	document_free(&kept->index.json);
	json_decref(kept->lists);
	free(kept->dropped);
	free(kept->is_list);
}

/* ---- the new layout ---- */

static int copy(const struct files_reader *file, int root, const char *name)
{
	int fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	char chunk[16384];
	uint64_t offset = 0;
	ssize_t got = -1;

	if (fd < 0)
		return -1;
	while ((got = files_reader_read(file, chunk, sizeof chunk, offset)) > 0
	       && file_write_all(fd, chunk, (size_t)got) == 0)
		offset += (uint64_t)got;
	if (got != 0 || fchmod(fd, 0644) < 0) {
		close(fd);
		return -1;
	}
	return close(fd);
}

/* A blob that the new layout has already is the same one. */
static int add_blob(const struct kept *kept, const struct files_entry *entry, int root,
		    struct error *err)
{
	char link[sizeof "/proc/self/fd/" + 3 * sizeof(int)];
	struct files_reader file;
	int result;

	if (files_reader_open(&file, kept->walk.files, entry, err) < 0)
		return -1;
	/* Not by its name: that may be a link to another file of the layout. */
	snprintf(link, sizeof link, "/proc/self/fd/%d", file.fd);
	result = linkat(AT_FDCWD, link, root, entry->name, AT_SYMLINK_FOLLOW);
	if (result < 0 && errno != EEXIST)
		result = copy(&file, root, entry->name);
	if (result < 0 && errno == EEXIST)
		result = 0;
	if (result < 0)
		error_errno(err, STATUS_FILE, "cannot keep '%s' of '%s'", entry->name,
			    kept->walk.place);
	files_reader_close(&file);
	return result;
}

/* Whether the new index.json still has a list: it is named by its digest. */
static bool has_list(const struct tree *layout, const struct files_entry *entry)
{
	const struct content *index = &tree_find(layout, "/index.json")->content;
	const char *hex = strrchr(entry->name, '/') + 1;

	return !index->bytes || memmem(index->bytes, index->size, hex, strlen(hex));
}

int kept_link(const struct kept *kept, int dirfd, const char *name, const struct tree *layout,
	      struct error *err)
{
	const struct timespec times[2] = { { .tv_sec = (time_t)layout->epoch },
					   { .tv_sec = (time_t)layout->epoch } };
	int root = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct files_entry *entries;
	int result = root < 0 ? -1 : 0;
	size_t count;

	if (result < 0)
		error_errno(err, STATUS_FILE, "cannot open directory '%s'", name);
	entries = files_entries(kept->walk.files, &count);
	/* A directory's name is sorted before those in it. */
	for (size_t i = 0; i < count && result == 0; i++) {
		const struct files_entry *entry = &entries[i];

		if (strncmp(entry->name, BLOBS, strlen(BLOBS)) != 0 || kept->dropped[i]
		    || (kept->is_list[i] && !has_list(layout, entry)))
			continue;
		result = interrupt_check(err);
		if (result == 0 && entry->type != FILES_DIRECTORY)
			result = add_blob(kept, entry, root, err);
		else if (result == 0 && mkdirat(root, entry->name, 0755) < 0 && errno != EEXIST)
			result = error_errno(err, STATUS_FILE, "cannot make '%s'", entry->name);
	}
	for (size_t i = count; i-- > 0 && result == 0;)
		if (entries[i].type == FILES_DIRECTORY
		    && utimensat(root, entries[i].name, times, AT_SYMLINK_NOFOLLOW) < 0)
			result = error_errno(err, STATUS_FILE, "cannot write '%s'",
					     entries[i].name);
	if (root >= 0)
		close(root);
	return result;
}
