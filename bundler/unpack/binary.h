/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_UNPACK_BINARY_H
#define BUNDLER_UNPACK_BINARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/error.h"
#include "base/platform.h"

/*
 * Checks that content is a program that runs on platform and needs nothing else: for Linux an ELF
 * executable of its class, byte order and machine that begins in one of its segments, has all of
 * them in the file, and neither a PT_INTERP nor a DT_NEEDED (System V gABI, chapters 4 and 5); for
 * Windows a PE image of its machine that is no DLL and has all its sections in the file (PE/COFF
 * specification, sections 3 and 4). name is for messages. STATUS_ARCHIVE when it is not.
 */
int binary_check(const struct content *content, const struct platform *platform, const char *name,
		 struct error *err);

#define BINARY_HEAD_BYTES 20	/* of an ELF file, to its e_machine */

/*
 * Returns why a file cannot be a program of an ELF platform, or NULL when it may be one. head has
 * its first bytes: BINARY_HEAD_BYTES, or all of a shorter file. A script is accepted, because its
 * interpreter is another file.
 */
const char *binary_head_fault(const uint8_t *head, size_t length, const struct platform *platform);

#define BINARY_INTERPRETER_BYTES 8192	/* of a file, in which the name of its interpreter is */

/*
 * The path of the program that starts a script, or that loads a dynamically linked ELF executable
 * of whatever platform; it ends with a NUL in head, which is changed for that. NULL when there is
 * none among the file's first bytes.
 */
const char *binary_interpreter(uint8_t *head, size_t length);

#endif
