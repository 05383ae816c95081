/* SPDX-License-Identifier: Apache-2.0 */
/* One certificate in DER, read, and judged in each place of a path. */
#include <stdlib.h>
#include <string.h>

#include "trust/certificate.h"
#include "trust/constraint.h"
#include "trust/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read lies within the certificate. */
static void check(struct der part, const uint8_t *data, size_t size)
{
	if (part.length > 0 && (part.bytes < data || part.length > size ||
				(size_t)(part.bytes - data) > size - part.length))
		abort();
}

static void judge(const struct certificate *certificate)
{
	const struct certificate *const path[] = { certificate, certificate, certificate };
	char reason[POLICY_REASON_BYTES];

	for (size_t count = 1; count <= 3; count++)
		policy_check(path, count, "www.example.com", certificate->not_before, reason);
}

static void read_extensions(const struct certificate *certificate, const uint8_t *data, size_t size)
{
	struct der rest = certificate->extensions;
	struct extension extension;

	while (certificate_next_extension(&rest, &extension) > 0) {
		check(extension.value, data, size);
		constraint_check(extension.value, certificate, "www.example.com");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certificate certificate;
	struct der names;
	br_x509_pkey key;

	if (certificate_parse(&certificate, data, size) < 0)
		return 0;
	check(certificate.serial, data, size);
	check(certificate.issuer, data, size);
	check(certificate.subject, data, size);
	check(certificate.key, data, size);
	check(certificate.extensions, data, size);
	if (certificate_names(&certificate, &names) > 0)
		check(names, data, size);
	certificate_key(&certificate, &key);
	free(certificate_name(certificate.subject));
	read_extensions(&certificate, data, size);
	judge(&certificate);
	return 0;
}
