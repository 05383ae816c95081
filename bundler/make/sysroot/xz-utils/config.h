/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liblzma's configuration: the decoder of .xz, in one thread. Of the filters before LZMA2 those for
 * programs of the processors that there are platforms of; without CLMUL, which is chosen when the
 * program starts. `make reproducible` compares it with what configure finds.
 */
#define HAVE_DECODERS 1
#define HAVE_DECODER_LZMA1 1	/* LZMA2 is made of it */
#define HAVE_DECODER_LZMA2 1
#define HAVE_DECODER_X86 1
#define HAVE_DECODER_ARM 1
#define HAVE_DECODER_ARMTHUMB 1
#define HAVE_DECODER_ARM64 1

/* What may follow a block, beside nothing; the tools write CRC-64. */
#define HAVE_CHECK_CRC32 1
#define HAVE_CHECK_CRC64 1
#define HAVE_CHECK_SHA256 1

/* Without assertions. */
#define NDEBUG 1

/* Compiler and C library. */
#define HAVE_INTTYPES_H 1
#define HAVE_LIMITS_H 1
#define HAVE_STDBOOL_H 1
#define HAVE_STDINT_H 1
#define HAVE_STRING_H 1
#define HAVE_VISIBILITY 1
#define HAVE__BOOL 1
#define HAVE___BUILTIN_ASSUME_ALIGNED 1
#define HAVE___BUILTIN_BSWAPXX 1
#define SIZEOF_SIZE_T 8
#ifdef __x86_64__
#define TUKLIB_FAST_UNALIGNED_ACCESS 1
#endif
