#ifndef BUNDLER_BINARY_H
#define BUNDLER_BINARY_H

#include "content.h"
#include "error.h"
#include "platform.h"

/*
 * Checks that content is a program that runs on platform and needs nothing else: for Linux an
 * ELF executable of its class, byte order and machine without PT_INTERP, all of whose segments
 * are in the file (System V gABI, chapters 4 and 5); for Windows a PE image of its machine
 * (PE/COFF specification, section 3.3). name is for messages. STATUS_ARCHIVE when it is not.
 */
int binary_check(const struct content *content, const struct platform *platform, const char *name,
		 struct error *err);

#endif
