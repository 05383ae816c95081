/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the decoder of a compression, and sees where its stream ends. */
#include "unpack/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "unpack/codec.h"

#define BLOCK 65536
#define WHOLE 524288		/* plain bytes of a frame that is unpacked at once: compress.h's */
#define WHOLE_PACKED (WHOLE + 4096)	/* room for one that does not get smaller */
/* The same of a file that is one frame: that of a server has 8 MiB and unpacks to 21. */
#define WHOLE_FILE (32 * MIB)
#define WHOLE_RATIO 4		/* room for each byte of such a file; a program's is 3 */

struct stream {
	stream_source *source;
	void *context;
	int fd;				/* of stream_open_file */
	const struct codec *codec;	/* NULL: the bytes as they are */
	void *state;			/* the codec's */
	struct codec_step step;
	unsigned char *packed, *plain;	/* pages that are not used take no memory */
	size_t packed_bytes, plain_bytes;
};

static struct stream *open_with(enum compression compression, stream_source *source,
				void *context, size_t packed_bytes, size_t plain_bytes)
{
	static const struct codec *const codecs[] = {
		[COMPRESSION_NONE] = NULL, [COMPRESSION_GZIP] = &ungzip_codec,
		[COMPRESSION_XZ] = &unxz_codec, [COMPRESSION_ZSTD] = &unzstd_codec,
		[COMPRESSION_BZIP2] = &unbzip2_codec,
	};
	struct stream *stream = memory_new(1, sizeof *stream);

	stream->source = source;
	stream->context = context;
	stream->codec = codecs[compression];
	stream->packed_bytes = packed_bytes;
	stream->plain_bytes = plain_bytes;
	stream->packed = memory_new(packed_bytes, 1);
	stream->plain = memory_new(plain_bytes, 1);
	stream->step.packed = stream->packed;
	stream->step.begun = true;
	if (stream->codec)
		stream->state = stream->codec->open(&stream->step);
	return stream;
}

struct stream *stream_open(enum compression compression, stream_source *source, void *context)
{
	return open_with(compression, source, context, WHOLE_PACKED, WHOLE);
}

static ssize_t read_file(void *context, void *bytes, size_t length)
{
	const int *fd = context;
	ssize_t got;

	do
		got = read(*fd, bytes, length);
	while (got < 0 && errno == EINTR);
	return got;
}

struct stream *stream_open_file(enum compression compression, int fd)
{
	size_t packed = WHOLE_PACKED, plain = WHOLE;
	struct stream *stream;
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size > WHOLE / WHOLE_RATIO
	    && st.st_size < (off_t)WHOLE_FILE / WHOLE_RATIO * 2) {
		packed = (size_t)st.st_size + 1;	/* the end is seen, too */
		plain = (size_t)st.st_size * WHOLE_RATIO;
		if (packed < WHOLE_PACKED)
			packed = WHOLE_PACKED;
		if (plain > WHOLE_FILE)
			plain = WHOLE_FILE;
	}
	stream = open_with(compression, read_file, NULL, packed, plain);
	stream->fd = fd;
	stream->context = &stream->fd;
	return stream;
}

void stream_close(struct stream *stream)
{
	if (stream->codec)
		stream->codec->close(stream->state);
	free(stream->packed);
	free(stream->plain);
	free(stream);
}

bool stream_exceeds(const struct stream *stream)
{
	return stream->step.exceeds;
}

/* Reads input if there is none, or ahead as much as there is room for. -1 with errno set. */
static int fill(struct stream *stream)
{
	struct codec_step *step = &stream->step;
	const size_t wanted = step->ahead ? stream->packed_bytes : 1;
	const size_t room = step->ahead ? stream->packed_bytes : BLOCK;
	ssize_t got = 1;

	if (step->length >= wanted || step->last)
		return 0;
	memmove(stream->packed, step->packed, step->length);
	step->packed = stream->packed;
	while (got > 0 && step->length < wanted) {
		got = stream->source(stream->context, stream->packed + step->length,
				     room - step->length);
		step->length += got > 0 ? (size_t)got : 0;
	}
	step->last = got == 0;
	return got < 0 ? -1 : 0;
}

ssize_t stream_read(struct stream *stream, const void **bytes, const char **fault)
{
	struct codec_step *step = &stream->step;
	const size_t room = step->ahead ? stream->plain_bytes : BLOCK;
	size_t left;

	*bytes = stream->plain;
	*fault = NULL;
	if (!stream->codec)
		return stream->source(stream->context, stream->plain, BLOCK);
	step->plain = stream->plain;
	step->room = room;
	do {
		left = step->room;
		if (fill(stream) < 0)
			return -1;
		if (step->last && step->length == 0 && !step->begun)
			break;
		/* A decoder may hold bytes that need no more input. */
		*fault = stream->codec->unpack(stream->state, step);
		if (!*fault && step->last && step->length == 0 && step->begun
		    && step->room == left)
			*fault = "truncated";
		if (*fault)
			return -1;
	} while (step->room > 0 && !(step->ahead && step->room < room));
	return (ssize_t)(room - step->room);
}
