/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks a layer and hashes it on the way. */
#include "image/layer_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/channel.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/memory.h"
#include "unpack/gzip.h"
#include "unpack/unzstd.h"

#define CHUNK 65536

struct layer_input {
	struct files_reader file;
	uint64_t offset;		/* in file, of what is read next */
	uint64_t *budget;
	struct digest_state digest;	/* of the blob, unless it is the tar */
	struct digest_state diff_id;
	struct channel *hashing;	/* of the tar, in a thread of its own */
	struct gzip *gzip;		/* both NULL for a tar as it is */
	struct unzstd *zstd;
	const char *fault;		/* of the compressed stream */
	unsigned char bytes[CHUNK];
};

static bool is_compressed(const struct layer_input *input)
{
	return input->gzip || input->zstd;
}

/* The blob's next bytes. */
static ssize_t read_blob(void *context, void *bytes, size_t length)
{
	struct layer_input *input = context;
	ssize_t got;

	if (interrupt_signal() != 0) {
		errno = EINTR;
		return -1;
	}
	got = files_reader_read(&input->file, bytes, length, input->offset);
	if (got > 0 && is_compressed(input))
		digest_add(&input->digest, bytes, (size_t)got);
	if (got > 0)
		input->offset += (uint64_t)got;
	return got;
}

static int hash(void *context, const void *bytes, size_t length)
{
	digest_add(context, bytes, length);
	return 0;
}

uint64_t layer_input_budget(uint64_t stored)
{
	if (stored > (LIMIT_LAYERS_BYTES - LIMIT_LAYERS_FREE_BYTES) / LIMIT_RATIO)
		return LIMIT_LAYERS_BYTES;
	return LIMIT_LAYERS_FREE_BYTES + stored * LIMIT_RATIO;
}

/* RFC 1952 section 2.3.1, RFC 8878 section 3.1.1 */
int layer_input_compression(const struct files_reader *file, enum media_compression *compression)
{
	unsigned char magic[4] = { 0 };
	ssize_t got = files_reader_read(file, magic, sizeof magic, 0);

	*compression = memcmp(magic, "\x1f\x8b", 2) == 0 ? MEDIA_GZIP
		       : memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0 ? MEDIA_ZSTD : MEDIA_PLAIN;
	return got < 0 ? -1 : 0;
}

struct layer_input *layer_input_open(const struct files_reader *file,
				     enum media_compression compression, uint64_t *budget)
{
	struct layer_input *input = memory_new(1, sizeof *input);

	input->file = *file;
	input->budget = budget;
	digest_init(&input->digest);
	/* A tar as it is is the blob; out of a compressed one it is made here, not brought. */
	if (compression == MEDIA_PLAIN)
		digest_init(&input->diff_id);
	else
		digest_init_output(&input->diff_id);
	input->hashing = channel_open(NULL, hash, &input->diff_id);
	if (compression == MEDIA_GZIP)
		input->gzip = gzip_open_source(read_blob, input);
	if (compression == MEDIA_ZSTD)
		input->zstd = unzstd_open(read_blob, input);
	return input;
}

static void end_hashing(struct layer_input *input)
{
	if (input->hashing)
		channel_close(input->hashing);
	input->hashing = NULL;
}

void layer_input_close(struct layer_input *input)
{
	end_hashing(input);
	if (input->gzip)
		gzip_close(input->gzip);
	if (input->zstd)
		unzstd_close(input->zstd);
	free(input);
}

/* The tar's next bytes, not counted and not hashed yet. */
static ssize_t read_any(struct layer_input *input, const void **bytes)
{
	if (input->fault)
		return -1;
	if (input->gzip)
		return gzip_read(input->gzip, bytes, &input->fault);
	if (input->zstd)
		return unzstd_read(input->zstd, bytes, &input->fault);
	*bytes = input->bytes;
	return read_blob(input, input->bytes, sizeof input->bytes);
}

static ssize_t read_tar(void *context, const void **bytes, const char **fault)
{
	struct layer_input *input = context;
	ssize_t got = read_any(input, bytes);

	*fault = input->fault;
	if (got <= 0)
		return got;
	if ((uint64_t)got > *input->budget) {
		errno = EFBIG;
		return -1;
	}
	*input->budget -= (uint64_t)got;
	return channel_add(input->hashing, *bytes, (size_t)got) < 0 ? -1 : got;
}

struct tar_source layer_input_source(struct layer_input *input)
{
	return (struct tar_source){ .read = read_tar, .context = input };
}

const char *layer_input_fault(const struct layer_input *input)
{
	return input->fault;
}

int layer_input_end(struct layer_input *input, struct layer_sums *sums, const char **fault)
{
	const void *bytes;
	ssize_t got;

	do
		got = read_tar(input, &bytes, fault);
	while (got > 0);
	/* What follows a fault still counts for the digest of the blob. */
	while (got != 0 && *fault
	       && (got = read_blob(input, input->bytes, sizeof input->bytes)) > 0)
		;
	if (got < 0)
		return -1;
	end_hashing(input);
	*sums = (struct layer_sums){
		.diff_id = digest_read(&input->diff_id), .tar_size = input->diff_id.length,
	};
	sums->digest = is_compressed(input) ? digest_read(&input->digest) : sums->diff_id;
	sums->size = is_compressed(input) ? input->digest.length : sums->tar_size;
	return 0;
}
