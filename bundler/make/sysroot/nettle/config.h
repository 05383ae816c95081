/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nettle's configuration: SHA-256 with the instructions that the processor turns out to have. The
 * table from which Nettle chooses holds its other functions, too, so they are linked with it.
 */
#define HAVE_ALLOCA 1
#define HAVE_ALLOCA_H 1
#define HAVE_GCC_ATTRIBUTE 1
#define HAVE_SECURE_GETENV 1

/* Functions of which the table has one in assembler, in place of the only one in C. */
#define HAVE_NATIVE_aes128_decrypt 1
#define HAVE_NATIVE_aes128_encrypt 1
#define HAVE_NATIVE_aes192_decrypt 1
#define HAVE_NATIVE_aes192_encrypt 1
#define HAVE_NATIVE_aes256_decrypt 1
#define HAVE_NATIVE_aes256_encrypt 1
#define HAVE_NATIVE_ghash_set_key 1
#define HAVE_NATIVE_ghash_update 1
#if defined(__x86_64__)
#define HAVE_NATIVE_cbc_aes128_encrypt 1
#define HAVE_NATIVE_cbc_aes192_encrypt 1
#define HAVE_NATIVE_cbc_aes256_encrypt 1
#elif defined(__aarch64__)
#define HAVE_NATIVE_sha1_compress 1
#define HAVE_NATIVE_sha256_compress 1
#define HAVE_NATIVE_sha256_compress_n 1
#endif
