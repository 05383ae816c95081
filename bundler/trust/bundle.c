/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a PEM bundle of root certificates, whole or not at all. */
#include "trust/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "trust/pem.h"

static int compare(const void *left, const void *right)
{
	const struct bundle_entry *a = left, *b = right;

	return memcmp(a->digest.bytes, b->digest.bytes, DIGEST_BYTES);
}

/* Adds the certificate in der, and takes its bytes. */
static int add(struct bundle *bundle, struct buffer *der, const struct pem_reader *reader,
	       struct error *err)
{
	struct bundle_entry entry;
	size_t length = der->length;

	if (bundle->count == LIMIT_BUNDLE_CERTIFICATES)
		return error_set(err, STATUS_LIMIT, "cannot read '%s': more than %d certificates",
				 reader->name, LIMIT_BUNDLE_CERTIFICATES);
	entry.der = (uint8_t *)buffer_take(der);
	entry.digest = digest_of(entry.der, length);
	if (certificate_parse(&entry.certificate, entry.der, length) < 0) {
		free(entry.der);
		return error_set(err, STATUS_TLS, "cannot read '%s': line %u: malformed "
				 "certificate ends here (RFC 5280 section 4.1)", reader->name,
				 reader->line - 1);
	}
	bundle->entries = memory_resize(bundle->entries, bundle->count + 1, sizeof entry);
	bundle->entries[bundle->count++] = entry;
	return 0;
}

static void sort(struct bundle *bundle)
{
	size_t kept = 0;

	qsort(bundle->entries, bundle->count, sizeof bundle->entries[0], compare);
	for (size_t i = 0; i < bundle->count; i++) {
		if (kept > 0 && compare(&bundle->entries[kept - 1], &bundle->entries[i]) == 0)
			free(bundle->entries[i].der);
		else
			bundle->entries[kept++] = bundle->entries[i];
	}
	bundle->duplicates = bundle->count - kept;
	bundle->count = kept;
}

int bundle_parse(struct bundle *bundle, const char *name, const char *pem, size_t length,
		 struct error *err)
{
	struct pem_reader reader;
	struct buffer der;
	int found;

	*bundle = (struct bundle){ 0 };
	buffer_init(&der, LIMIT_CERTIFICATE_BYTES);
	pem_init(&reader, name, pem, length);
	while ((found = pem_next(&reader, &der, err)) > 0)
		if (add(bundle, &der, &reader, err) < 0)
			break;
	if (found == 0 && bundle->count == 0)
		found = error_set(err, STATUS_TLS, "cannot read '%s': no certificate in it", name);
	buffer_free(&der);
	if (found != 0) {
		bundle_free(bundle);
		return -1;
	}
	sort(bundle);
	return 0;
}

int bundle_load(struct bundle *bundle, int dirfd, const char *path, struct error *err)
{
	struct buffer text;
	int result;

	*bundle = (struct bundle){ 0 };
	buffer_init(&text, LIMIT_BUNDLE_BYTES);
	result = file_read(&text, dirfd, path, err);
	if (result == 0)
		result = bundle_parse(bundle, path, text.bytes, text.length, err);
	buffer_free(&text);
	return result;
}

void bundle_free(struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++)
		free(bundle->entries[i].der);
	free(bundle->entries);
	*bundle = (struct bundle){ 0 };
}

const struct bundle_entry *bundle_find(const struct bundle *bundle, const struct digest *digest)
{
	const struct bundle_entry key = { .digest = *digest };

	if (bundle->count == 0)
		return NULL;
	return bsearch(&key, bundle->entries, bundle->count, sizeof key, compare);
}

int bundle_write(const struct bundle *bundle, struct buffer *text)
{
	for (size_t i = 0; i < bundle->count; i++) {
		struct der whole = bundle->entries[i].certificate.whole;

		if (pem_write(text, whole.bytes, whole.length) < 0)
			return -1;
	}
	return 0;
}
