/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libarchive's configuration: tar and zip, with zlib and no other library. What configure would
 * find besides is not used by the members that are linked; `make reproducible` compares.
 */
#define __LIBARCHIVE_CONFIG_H_INCLUDED 1

/* The C library's extensions, among them localtime_r and the names of wide characters. */
#define _GNU_SOURCE 1

/* Deflated members of zip archives. */
#define HAVE_ZLIB_H 1

/* Headers. */
#define HAVE_ERRNO_H 1
#define HAVE_FCNTL_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_LANGINFO_H 1
#define HAVE_LIMITS_H 1
#define HAVE_PTHREAD_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRING_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TIME_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_UTSNAME_H 1
#define HAVE_SYS_WAIT_H 1
#define HAVE_TIME_H 1
#define HAVE_UNISTD_H 1
#define HAVE_WCHAR_H 1
#define MAJOR_IN_SYSMACROS 1

/* Limits that <stdint.h> and <limits.h> declare. */
#define HAVE_DECL_INT32_MAX 1
#define HAVE_DECL_INT32_MIN 1
#define HAVE_DECL_INT64_MAX 1
#define HAVE_DECL_INT64_MIN 1
#define HAVE_DECL_INTMAX_MAX 1
#define HAVE_DECL_INTMAX_MIN 1
#define HAVE_DECL_SIZE_MAX 1
#define HAVE_DECL_SSIZE_MAX 1
#define HAVE_DECL_UINT32_MAX 1
#define HAVE_DECL_UINT64_MAX 1
#define HAVE_DECL_UINTMAX_MAX 1
#define HAVE_EILSEQ 1

/* Functions. */
#define HAVE_CTIME_R 1
#define HAVE_FCNTL 1
#define HAVE_GMTIME_R 1
#define HAVE_LOCALTIME_R 1
#define HAVE_MBRTOWC 1
#define HAVE_MKSTEMP 1
#define HAVE_NL_LANGINFO 1
#define HAVE_WCRTOMB 1
#define HAVE_WCSCPY 1
#define HAVE_WCSLEN 1
#define HAVE_WMEMCMP 1
#define HAVE_WMEMCPY 1
#define HAVE_WMEMMOVE 1

/* The zone's offset from UTC is a member of struct tm. */
#define HAVE_STRUCT_TM_TM_GMTOFF 1

/* Only with glibc, which the tests use: musl-gcc finds neither this header nor the kernel's. */
#if __has_include(<sys/cdefs.h>)
#define HAVE_ARC4RANDOM_BUF 1
#define HAVE_LINUX_FS_H 1
#define HAVE_SYS_CDEFS_H 1
#define HAVE_WORKING_FS_IOC_GETFLAGS 1
#endif
