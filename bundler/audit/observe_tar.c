/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a tar archive, or a layer, as a tree. */
#include "audit/observe_tar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

/* The greatest numbers of devices. */
#define DEVICE_MAJOR 0xfff
#define DEVICE_MINOR 0xfffff

/* Why the archive could not be read on. */
static int refuse(struct observe *observe, const char *fault, struct error *err)
{
	if (fault)
		return observe_refuse(observe, STATUS_ARCHIVE, fault, err);
	if (errno == EFBIG)
		return observe_refuse(observe, STATUS_LIMIT, "it unpacks to too much", err);
	if (errno == EINTR)
		return error_errno(err, STATUS_INTERRUPTED, "cannot read '%s'", observe->place);
	return error_errno(err, STATUS_FILE, "cannot read '%s'", observe->place);
}

static enum tree_type type_of(const struct tar_member *member)
{
	switch (member->type) {
	case TAR_FILE:
	case TAR_HARD_LINK:
		return TREE_FILE;
	case TAR_SYMLINK:
		return TREE_LINK;
	case TAR_DIRECTORY:
		return TREE_DIRECTORY;
	case TAR_CHARACTER:
	case TAR_BLOCK:
	case TAR_FIFO:
		break;
	}
	return TREE_SPECIAL;
}

static int describe(struct observe *observe, struct tree_node *node,
		    const struct tar_member *member, struct error *err)
{
	/* Linux has no greater ones; UINT32_MAX is no owner to it, and it cuts larger devices. */
	if (member->uid >= UINT32_MAX || member->gid >= UINT32_MAX
	    || member->device_major > DEVICE_MAJOR || member->device_minor > DEVICE_MINOR)
		return observe_refuse(observe, STATUS_ARCHIVE, "a number in it is too large", err);
	if (member->type == TAR_SYMLINK && member->target[0] == '\0')
		return observe_refuse(observe, STATUS_ARCHIVE, "a symbolic link has no target",
				      err);
	/* Linux has no other mode for a link, whatever an archive says. */
	node->mode = member->type == TAR_SYMLINK ? 0777 : member->mode;
	node->uid = (uint32_t)member->uid;
	node->gid = (uint32_t)member->gid;
	node->time = member->mtime;
	node->observed.nanoseconds = member->nanoseconds;
	node->observed.attributes = observe_attributes(member->attributes, member->attribute_count);
	if (node->type == TREE_SPECIAL) {
		node->observed.kind = member->type == TAR_CHARACTER ? S_IFCHR
				      : member->type == TAR_BLOCK ? S_IFBLK : S_IFIFO;
		node->observed.major = (uint32_t)member->device_major;
		node->observed.minor = (uint32_t)member->device_minor;
	}
	if (member->type == TAR_SYMLINK)
		node->target = memory_string(member->target);
	if (member->type == TAR_HARD_LINK)
		node->target = observe_path(member->target);
	if (member->type == TAR_HARD_LINK && !node->target)
		return observe_refuse(observe, STATUS_ARCHIVE, "a hard link leads out of it", err);
	return observe_texts(observe, node, err);
}

static int read_content(struct observe *observe, struct tar *tar, struct error *err)
{
	const char *fault;
	const void *bytes;
	ssize_t got;

	while ((got = tar_read(tar, &bytes, &fault)) > 0)
		if (observe_bytes(observe, bytes, (size_t)got, err) < 0)
			return -1;
	if (got < 0)
		return refuse(observe, fault, err);
	observe_file_end(observe);
	return 0;
}

static int add_member(struct observe *observe, struct tar *tar, const struct tar_member *member,
		      struct error *err)
{
	char *path = observe_path(member->name);
	struct tree_node *node;

	if (!path)
		return observe_refuse(observe, STATUS_ARCHIVE, "a name leads out of it", err);
	node = observe_add(observe, path, type_of(member), err);
	free(path);
	if (!node || describe(observe, node, member, err) < 0)
		return -1;
	return member->type == TAR_FILE ? read_content(observe, tar, err) : 0;
}

int observe_tar_layer(struct observe *observe, struct layer_input *input, struct error *err)
{
	const struct tar_source source = layer_input_source(input);
	struct tar *tar = tar_open(&source);
	struct tar_member member;
	const char *fault;
	int more;

	while ((more = tar_next(tar, &member, &fault)) > 0)
		if (add_member(observe, tar, &member, err) < 0)
			break;
	tar_close(tar);
	if (more < 0)
		return refuse(observe, fault, err);
	return more == 0 ? observe_end(observe, err) : -1;
}

/* Opens the archive; O_NONBLOCK: a FIFO in its place must not hang us. */
static int open_file(struct files_reader *file, const struct location *place, struct error *err)
{
	const char *path = place->path;
	struct stat st;

	*file = (struct files_reader){
		.fd = place->open ? fcntl(place->fd, F_DUPFD_CLOEXEC, 0)
				  : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC),
	};
	if (file->fd < 0)
		return error_errno(err, STATUS_FILE, "cannot read '%s'", path);
	if (fstat(file->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		files_reader_close(file);
		return error_set(err, STATUS_FILE, "cannot read '%s': not a regular file", path);
	}
	file->size = (uint64_t)st.st_size;
	return 0;
}

int observe_tar(struct tree *tree, const struct location *place,
		const struct observe_reference *reference, struct error *err)
{
	enum compression compression;
	struct layer_input *input;
	struct files_reader file;
	struct observe observe;
	uint64_t budget;
	int result;

	tree_init(tree, 0);
	observe_begin(&observe, tree, place->path, reference);
	if (open_file(&file, place, err) < 0)
		return -1;
	budget = layer_input_budget(file.size);
	if (layer_input_compression(&file, &compression) < 0) {
		result = refuse(&observe, NULL, err);
	} else {
		input = layer_input_open(&file, compression, &budget);
		result = observe_tar_layer(&observe, input, err);
		layer_input_close(input);
	}
	files_reader_close(&file);
	return result;
}
