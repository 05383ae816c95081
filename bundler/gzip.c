#include "gzip.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "memory.h"

#define BLOCK 65536
#define WINDOW_OF_GZIP (15 + 16)	/* zlib.h: the largest window, and a gzip wrapper */

struct gzip {
	gzip_source *source;
	void *context;
	int fd;			/* of gzip_open */
	bool begun;		/* a member has begun and not ended, or nothing was read yet */
	z_stream stream;
	unsigned char packed[BLOCK], plain[BLOCK];
};

struct gzip *gzip_open_source(gzip_source *source, void *context)
{
	struct gzip *gzip = memory_new(1, sizeof *gzip);

	gzip->source = source;
	gzip->context = context;
	gzip->begun = true;
	if (inflateInit2(&gzip->stream, WINDOW_OF_GZIP) != Z_OK)
		abort();
	return gzip;
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

struct gzip *gzip_open(int fd)
{
	struct gzip *gzip = gzip_open_source(read_file, NULL);

	gzip->fd = fd;
	gzip->context = &gzip->fd;
	return gzip;
}

void gzip_close(struct gzip *gzip)
{
	inflateEnd(&gzip->stream);
	free(gzip);
}

/* Sees to it that there is input: 1, or 0 at the end of the source, or -1 with errno set. */
static int fill(struct gzip *gzip)
{
	ssize_t got;

	if (gzip->stream.avail_in > 0)
		return 1;
	got = gzip->source(gzip->context, gzip->packed, sizeof gzip->packed);
	if (got <= 0)
		return (int)got;
	gzip->stream.next_in = gzip->packed;
	gzip->stream.avail_in = (unsigned)got;
	return 1;
}

/* Unpacks what there is room for: why the stream is refused, or NULL. */
static const char *unpack(struct gzip *gzip)
{
	/* Behind a member only another one may follow (section 2.2). */
	if (!gzip->begun && inflateReset(&gzip->stream) != Z_OK)
		abort();
	gzip->begun = true;
	switch (inflate(&gzip->stream, Z_NO_FLUSH)) {
	case Z_STREAM_END:
		gzip->begun = false;
		return NULL;
	case Z_OK:
	case Z_BUF_ERROR:
		return NULL;
	case Z_MEM_ERROR:
		abort();
	}
	if (gzip->stream.total_out == 0 || !gzip->stream.msg)
		return "not in gzip format";
	return gzip->stream.msg;
}

ssize_t gzip_read(struct gzip *gzip, const void **bytes, const char **fault)
{
	*bytes = gzip->plain;
	*fault = NULL;
	gzip->stream.next_out = gzip->plain;
	gzip->stream.avail_out = sizeof gzip->plain;
	while (!*fault && gzip->stream.avail_out > 0) {
		int more = fill(gzip);

		if (more < 0)
			return -1;
		if (more == 0 && !gzip->begun)
			break;
		*fault = more > 0 ? unpack(gzip) : "truncated";
	}
	return *fault ? -1 : (ssize_t)(sizeof gzip->plain - gzip->stream.avail_out);
}
