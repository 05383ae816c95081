/* SPDX-License-Identifier: Apache-2.0 */
/* What `bundler --license` prints. */
#include "command/licence.h"

#include <stdio.h>

#include "versions.h"

/*
 * Licences by their SPDX identifiers, as the files that are linked have them; where there is a
 * choice, the chosen one. tests/check/licence compares the rows with what is linked and with
 * Debian's copyright files.
 */
void licence_print(void)
{
	fputs("bundler " BUNDLER_VERSION ": Apache-2.0\n\n"
	      "bearssl " VERSION_BEARSSL ": MIT\n"
	      "bzip2 " VERSION_BZIP2 ": bzip2-1.0.6\n"
	      "curl " VERSION_CURL ": curl\n"
	      "jansson " VERSION_JANSSON ": MIT\n"
	      "libarchive " VERSION_LIBARCHIVE ": BSD-2-Clause AND BSD-3-Clause AND ISC\n"
	      "libdeflate " VERSION_LIBDEFLATE ": MIT\n"
	      "libyaml " VERSION_LIBYAML ": MIT\n"
	      "libzstd " VERSION_LIBZSTD ": BSD-3-Clause\n"
	      "nettle " VERSION_NETTLE ": LGPL-3.0-or-later\n"
	      "xz-utils " VERSION_XZ_UTILS ": LicenseRef-public-domain\n"
	      "zlib " VERSION_ZLIB ": Zlib\n"
#ifdef VERSION_MUSL
	      "musl " VERSION_MUSL ": MIT\n"
#endif
	      "gcc " VERSION_GCC ": GPL-3.0-or-later WITH GCC-exception-3.1\n\n"
	      "The texts are in THIRD-PARTY, which the build writes beside the program.\n"
	      "If you distribute the program, add that file, and the sources of bundler and\n"
	      "of Nettle or an offer of them: Nettle is linked statically (LGPL 3, section 4d).\n",
	      stdout);
}
