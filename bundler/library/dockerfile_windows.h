#ifndef BUNDLER_DOCKERFILE_WINDOWS_H
#define BUNDLER_DOCKERFILE_WINDOWS_H

#include "library/dockerfile_text.h"

/* Writes what follows FROM in a variant of Windows Server Core, and of Nano Server. */
void dockerfile_windows_write_servercore(struct draft *d);

/* It copies from the other: it has neither PowerShell nor anything else that could unpack. */
void dockerfile_windows_write_nanoserver(struct draft *d);

#endif
