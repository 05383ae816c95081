/* SPDX-License-Identifier: Apache-2.0 */
/* Compares results with those that the lock pins. */
#include "build/pins.h"

#include <string.h>

#include "build/compress.h"

static const char *const names[] = {
	[PINS_MTREE] = "mtree manifest", [PINS_DIFF_ID] = "uncompressed layer",
	[PINS_MANIFEST] = "image manifest",
};

static const struct digest *pinned(const struct lock_result *result, enum pins_kind kind)
{
	switch (kind) {
	case PINS_MTREE:
		return &result->mtree;
	case PINS_DIFF_ID:
		return result->has_image ? &result->diff_id : NULL;
	case PINS_MANIFEST:
		return result->has_image ? &result->manifest : NULL;
	}
	return NULL;
}

int pins_check(const struct lock *lock, const struct platform *platform, int64_t epoch,
	       enum pins_kind kind, const struct digest *digest, struct error *err)
{
	const struct lock_result *result = lock_result_find(lock, platform);
	const struct digest *wanted = result ? pinned(result, kind) : NULL;
	char made[DIGEST_TEXT_BYTES], text[DIGEST_TEXT_BYTES];

	if (!wanted || epoch != lock->epoch || digest_equal(wanted, digest))
		return 0;
	if (kind == PINS_MANIFEST
	    && strcmp(lock->compressor, compress_version(COMPRESSION_GZIP)) != 0)
		return 0;
	error_set(err, STATUS_DIGEST, "cannot confirm '%s': its %s is %s, but lock '%s' pins %s",
		  platform->name, names[kind], digest_write(digest, made), lock->file,
		  digest_write(wanted, text));
	return error_hint(err, "an input has changed; if it was meant to, 'bundler lock --record' "
			  "pins the new result");
}

const struct lock_result *pins_find(const struct lock *lock, const struct platform *platform,
				    int64_t epoch, struct error *err)
{
	const struct lock_result *result = lock_result_find(lock, platform);

	if (result && epoch == lock->epoch)
		return result;
	error_set(err, STATUS_CONFIG, "cannot use what is pinned: lock '%s' pins no results for "
		  "'%s'%s", lock->file, platform->name,
		  result ? " and the time in SOURCE_DATE_EPOCH" : "");
	error_hint(err, "'bundler lock --record' pins them; --lock names another lock");
	return NULL;
}
