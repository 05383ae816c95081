/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the files of an image while it is validated. */
#include "validate/blobs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "validate/rule.h"

int blobs_open(struct blobs *blobs, const struct location *place,
	       const struct walk_visitor *visitor, struct error *err)
{
	size_t count;

	*blobs = (struct blobs){
		.lookups = LIMIT_LOOKUPS,
		.members = { LIMIT_LAYER_MEMBERS, LIMIT_LAYER_NAMES_BYTES },
	};
	if (walk_open(&blobs->walk, place, visitor, blobs, err) < 0)
		return -1;
	blobs->walk.stored = LIMIT_LAYERS_BYTES;
	blobs->walk.documents = LIMIT_DOCUMENTS_BYTES;
	blobs->unpacked = layer_input_budget(walk_stored_bytes(&blobs->walk));
	files_entries(blobs->walk.files, &count);
	blobs->states = memory_new(count, sizeof *blobs->states);
	return 0;
}

void blobs_close(struct blobs *blobs)
{
	size_t count = 0;

	if (blobs->states)
		files_entries(blobs->walk.files, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sizeof blobs->states->layers / sizeof(void *); k++) {
			struct blobs_layer *layer = blobs->states[i].layers[k];

			if (layer)
				layer_members_free(&layer->members);
			free(layer);
		}
	free(blobs->states);
	pool_free(&blobs->pool);
	walk_close(&blobs->walk);
}

struct blobs_state *blobs_state(const struct blobs *blobs, const struct files_entry *entry)
{
	size_t count;

	return &blobs->states[entry - files_entries(blobs->walk.files, &count)];
}

int blobs_limit(const struct blobs *blobs, const char *reason)
{
	return error_set(blobs->walk.err, STATUS_LIMIT, "cannot check '%s': %s", blobs->walk.place,
			 reason);
}

/* What ended the reading of a layer, by errno. */
static int break_off(const struct blobs *blobs, const struct image_file *file)
{
	struct error *err = blobs->walk.err;

	if (errno == EFBIG)
		return blobs_limit(blobs, "its layers unpack to too much");
	if (errno == E2BIG)
		return blobs_limit(blobs, "its layers have too many members");
	if (errno == EINTR && interrupt_check(err) < 0)
		return -1;
	return error_errno(err, STATUS_FILE, "cannot read '%s' in '%s'", file->name,
			   blobs->walk.place);
}

int blobs_compression(struct blobs *blobs, const struct image_file *file,
		      enum compression *compression)
{
	struct files_reader reader;
	int result;

	if (files_reader_open(&reader, blobs->walk.files, file->entry, blobs->walk.err) < 0)
		return -1;
	result = layer_input_compression(&reader, compression);
	files_reader_close(&reader);
	return result < 0 ? break_off(blobs, file) : 0;
}

int blobs_layer(struct blobs *blobs, const struct image_file *file,
		enum compression compression, const struct blobs_layer **layer)
{
	struct blobs_layer **known = &blobs_state(blobs, file->entry->file)->layers[compression];
	const bool zstd = compression == COMPRESSION_ZSTD;
	struct layer_input *input;
	struct files_reader reader;
	struct blobs_layer *made;
	const char *fault;
	int result = 0;

	*layer = *known;
	if (*known)
		return walk_hash(&blobs->walk, file);
	if (walk_spend(&blobs->walk, file) < 0
	    || files_reader_open(&reader, blobs->walk.files, file->entry, blobs->walk.err) < 0)
		return -1;
	*layer = *known = made = memory_new(1, sizeof *made);
	input = layer_input_open(&reader, compression, &blobs->unpacked);
	if (layer_members_read(&made->members, input, &blobs->members, blobs->findings,
			       file->name) < 0
	    || layer_input_end(input, &made->sums, &fault) < 0) {
		result = break_off(blobs, file);
	} else {
		made->unpacked = !fault;
		if (fault)
			findings_add(blobs->findings, file->name, zstd ? RULE_ZSTD : RULE_GZIP,
				     "the %s stream cannot be read: %s", zstd ? "zstd" : "gzip",
				     fault);
		result = walk_note(&blobs->walk, file, &made->sums.digest);
	}
	layer_input_close(input);
	files_reader_close(&reader);
	return result;
}
