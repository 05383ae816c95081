/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_HELP_H
#define BUNDLER_COMMAND_HELP_H

#include <stdio.h>

#include "command/command.h"

/* Prints how the program is called, with its commands; the list ends with NULL. */
void help_print_usage(FILE *stream, const struct command *const *commands);

/* Prints what --help says of a command, in lines of 79 columns where its words allow. */
void help_print(const struct command *command);

#endif
