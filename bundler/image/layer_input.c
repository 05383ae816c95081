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
#include "unpack/stream.h"

#define CHUNK 65536

struct layer_input {
	struct files_reader file;
	uint64_t offset;		/* in file, of what is read next */
	uint64_t *budget;
	struct digest_state digest;	/* of the blob, unless it is the tar */
	struct digest_state diff_id;
	struct channel *hashing;	/* of the tar, in a thread of its own */
	struct stream *stream;
	bool compressed;		/* else the blob is the tar */
	const char *fault;		/* of the compressed stream */
	unsigned char bytes[CHUNK];
};

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
	if (got > 0 && input->compressed)
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

int layer_input_compression(const struct files_reader *file, enum compression *compression)
{
	unsigned char head[MEDIA_HEAD_BYTES] = { 0 };
	const ssize_t got = files_reader_read(file, head, sizeof head, 0);

	*compression = media_compression(head);
	return got < 0 ? -1 : 0;
}

struct layer_input *layer_input_open(const struct files_reader *file,
				     enum compression compression, uint64_t *budget)
{
	struct layer_input *input = memory_new(1, sizeof *input);

	input->file = *file;
	input->budget = budget;
	digest_init(&input->digest);
	/* A tar as it is is the blob; out of a compressed one it is made here, not brought. */
	if (compression == COMPRESSION_NONE)
		digest_init(&input->diff_id);
	else
		digest_init_output(&input->diff_id);
	input->hashing = channel_open(NULL, hash, &input->diff_id);
	input->compressed = compression != COMPRESSION_NONE;
	input->stream = stream_open(compression, read_blob, input);
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
	stream_close(input->stream);
	free(input);
}

static ssize_t read_tar(void *context, const void **bytes, const char **fault)
{
	struct layer_input *input = context;
	ssize_t got = input->fault ? -1 : stream_read(input->stream, bytes, &input->fault);

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
	sums->digest = input->compressed ? digest_read(&input->digest) : sums->diff_id;
	sums->size = input->compressed ? input->digest.length : sums->tar_size;
	return 0;
}
