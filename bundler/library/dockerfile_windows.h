/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_LIBRARY_DOCKERFILE_WINDOWS_H
#define BUNDLER_LIBRARY_DOCKERFILE_WINDOWS_H

#include "library/text.h"

/* Writes what follows FROM in a variant of Windows Server Core, and of Nano Server. */
void dockerfile_windows_write_servercore(struct library_text *d);

/* It copies from the other: it has neither PowerShell nor anything else that could unpack. */
void dockerfile_windows_write_nanoserver(struct library_text *d);

#endif
