/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for signatures of images in registries. */
#include "command/verification.h"

#include <string.h>
#include <unistd.h>

#include "attest/verify.h"
#include "base/file.h"
#include "base/limits.h"
#include "command/signer.h"
#include "image/descriptor.h"
#include "image/listing.h"

/* One search. */
struct search {
	struct command_registry *registry;
	const struct location *place;
	const struct attest_key *key;
	struct digest image;
	size_t tried;
	const char *fault;	/* of the last one, or NULL */
	struct error *err;
};

int command_verification_open(struct command_verification *verification,
			      const struct location *place, struct error *err)
{
	if (!verification->file)
		return 0;
	if (place->kind == LOCATION_REGISTRY)
		return command_signer_public(&verification->key, verification->file, err);
	error_set(err, STATUS_USAGE, "cannot use --verify-key for '%s': it is in no registry",
		  place->path);
	return error_hint(err, "signatures are looked for in registries: docker://IMAGE");
}

/* Asks for one item and reads its bytes. */
static int fetch(const struct search *search, struct pull_item item, size_t maximum,
		 struct buffer *bytes)
{
	int result;

	buffer_init(bytes, maximum);
	if (command_registry_ask(search->registry, search->place, &item, 1, search->err) < 0)
		return -1;
	lseek(item.fd, 0, SEEK_SET);
	result = file_read_open(bytes, item.fd, search->place->path, search->err);
	close(item.fd);
	return result;
}

/* The same for bytes that must have the item's digest. */
static int fetch_exactly(const struct search *search, struct pull_item item, size_t maximum,
			 struct buffer *bytes)
{
	struct digest found;

	if (fetch(search, item, maximum, bytes) < 0)
		return -1;
	found = digest_of(bytes->bytes, bytes->length);
	if (digest_equal(&found, &item.digest))
		return 0;
	return error_set(search->err, STATUS_DIGEST, "cannot read '%s': the registry sends other "
			 "bytes than those of a signature's digest", search->place->path);
}

/* Whether what an entry of the list leads to is a signature: 1, 0 or -1. */
static int try_entry(struct search *search, const json_t *entry)
{
	const struct descriptor descriptor = descriptor_read(entry);
	struct pull_item item = { .kind = PULL_MANIFEST, .digest = descriptor.digest };
	struct buffer bytes;
	int result = -1;

	if (descriptor.fault || descriptor.size > LIMIT_INDEX_BYTES)
		return 0;
	if (fetch_exactly(search, item, LIMIT_INDEX_BYTES, &bytes) < 0)
		goto out;
	item.kind = PULL_BLOB;
	search->fault = verify_manifest(&bytes, &search->image, &item.digest, &item.size);
	buffer_free(&bytes);
	result = 0;
	if (search->fault)
		goto out;
	search->tried++;
	result = fetch_exactly(search, item, LIMIT_ENVELOPE_BYTES, &bytes);
	if (result == 0) {
		search->fault = verify_bundle(&bytes, &search->image, search->key);
		result = !search->fault;
	}
out:
	buffer_free(&bytes);
	return result;
}

/* Goes through what refers to the image: 1 for a signature, 0 or -1. */
static int try_all(struct search *search)
{
	const struct pull_item item = { .kind = PULL_LIST, .digest = search->image };
	const json_t *entries, *entry;
	struct buffer pages;
	json_t *list = NULL;
	const char *fault;
	int result = fetch(search, item, LIMIT_INDEX_BYTES, &pages);
	size_t i;

	if (result == 0) {
		fault = listing_parse(&list, &pages);
		if (fault)
			result = error_set(search->err, STATUS_ARCHIVE, "cannot read '%s': its "
					   "list of referrers: %s", search->place->path, fault);
	}
	buffer_free(&pages);
	if (result < 0)
		return -1;
	entries = json_object_get(list, "manifests");
	json_array_foreach(entries, i, entry)
	{
		if (i == LIMIT_REFERRERS)
			result = error_set(search->err, STATUS_LIMIT, "cannot read '%s': more than "
					   "%d things refer to it, and none of these is a "
					   "signature by the key", search->place->path,
					   LIMIT_REFERRERS);
		else
			result = try_entry(search, entry);
		if (result != 0)
			break;
	}
	json_decref(list);
	return result;
}

int command_verification_check(const struct command_verification *verification,
			       struct command_registry *registry, struct location *place,
			       struct error *err)
{
	struct search search = { .registry = registry, .place = place, .key = &verification->key,
				 .err = err };
	struct reference *reference = &place->reference;
	const struct pull_item named = { .kind = PULL_NAMED };
	struct buffer bytes;
	int result;

	if (!verification->file)
		return 0;
	result = fetch(&search, named, LIMIT_INDEX_BYTES, &bytes);
	if (result == 0)
		search.image = digest_of(bytes.bytes, bytes.length);
	buffer_free(&bytes);
	if (result == 0 && reference->has_digest
	    && !digest_equal(&reference->digest, &search.image))
		return error_set(err, STATUS_DIGEST, "cannot read '%s': the registry sends another "
				 "digest than that of the reference", place->path);
	if (result == 0)
		result = try_all(&search);
	if (result < 0)
		return -1;
	reference->has_digest = true;
	reference->digest = search.image;
	if (result > 0)
		return 0;
	error_set(err, STATUS_DIGEST, "cannot read '%s': the key in '%s' has not signed it",
		  place->path, verification->file);
	if (search.tried == 0)
		return error_hint(err, "no signature in a Sigstore bundle refers to it");
	return error_hint(err, "signatures that refer to it: %zu; of the last: %s", search.tried,
			  search.fault ? search.fault : "");
}
