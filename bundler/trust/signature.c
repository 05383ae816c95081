/* SPDX-License-Identifier: Apache-2.0 */
/* Verifies one certificate's signature, with BearSSL. */
#include "trust/signature.h"

#include <string.h>

/* The AlgorithmIdentifiers, octet by octet (CABF BR 7.1.3.2.1 and 7.1.3.2.2). */
#define RSA(number, size) { &br_sha##size##_vtable, BR_HASH_OID_SHA##size, 15, BR_KEYTYPE_RSA, \
	{ 0x30, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, number, 0x05, 0 } }
#define ECDSA(number, size) { &br_sha##size##_vtable, BR_HASH_OID_SHA##size, 12, BR_KEYTYPE_EC, \
	{ 0x30, 10, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, number } }

static const struct algorithm {
	const br_hash_class *hash;
	const unsigned char *hash_oid;
	size_t length;
	unsigned char key_type;
	uint8_t identifier[15];
} algorithms[] = {
	RSA(11, 256), RSA(12, 384), RSA(13, 512), ECDSA(2, 256), ECDSA(3, 384), ECDSA(4, 512),
};

static const struct algorithm *find(struct der identifier)
{
	for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
		if (der_equal(identifier, (struct der){ algorithms[i].identifier,
							algorithms[i].length }))
			return &algorithms[i];
	return NULL;
}

const char *signature_check(const struct certificate *certificate,
			    const struct certificate *issuer)
{
	static const char wrong[] = "a certificate is not signed by the one above it";
	const struct algorithm *algorithm = find(certificate->outer_algorithm);
	struct der inner = certificate->inner, signature = certificate->signature;
	unsigned char hash[64], signed_hash[64];
	br_hash_compat_context context;
	br_x509_pkey key;
	uint32_t right;
	size_t size;

	if (!algorithm)
		return "a certificate is signed with an algorithm that is not supported";
	if (certificate_key(issuer, &key) < 0 || key.key_type != algorithm->key_type)
		return wrong;
	size = (algorithm->hash->desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK;
	algorithm->hash->init(&context.vtable);
	algorithm->hash->update(&context.vtable, inner.bytes, inner.length);
	algorithm->hash->out(&context.vtable, hash);
	if (key.key_type == BR_KEYTYPE_EC) {
		br_ecdsa_vrfy verify = br_ecdsa_vrfy_asn1_get_default();

		right = verify(br_ec_get_default(), hash, size, &key.key.ec, signature.bytes,
			       signature.length);
	} else {
		br_rsa_pkcs1_vrfy verify = br_rsa_pkcs1_vrfy_get_default();

		right = verify(signature.bytes, signature.length, algorithm->hash_oid, size,
			       &key.key.rsa, signed_hash) && memcmp(hash, signed_hash, size) == 0;
	}
	return right ? NULL : wrong;
}
