/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_CODEC_H
#define BUNDLER_UNPACK_CODEC_H

#include <stdbool.h>
#include <stddef.h>

/* What stream.c needs of a compression; one file each has it. */

/* Between stream.c and a codec: what there is to unpack, and the room for it. */
struct codec_step {
	const unsigned char *packed;	/* advanced over what was unpacked */
	size_t length;
	unsigned char *plain;		/* advanced over what was written */
	size_t room;
	bool last;		/* in: nothing follows what is packed */
	bool begun;		/* a frame has begun and not ended, or nothing was read yet */
	bool ahead;		/* out: the codec unpacks whole frames, from full buffers */
	bool exceeds;		/* out: the fault is a limit of ours */
};

struct codec {
	/* Returns the state of a decoder. */
	void *(*open)(struct codec_step *step);
	void (*close)(void *state);
	/*
	 * Unpacks as much as there is room for, at most to the end of a frame, and says in
	 * step->begun whether it is one. Returns why the stream is refused, or NULL.
	 */
	const char *(*unpack)(void *state, struct codec_step *step);
};

extern const struct codec ungzip_codec, unxz_codec, unzstd_codec, unbzip2_codec;

#endif
