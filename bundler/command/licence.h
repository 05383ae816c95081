/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_LICENCE_H
#define BUNDLER_COMMAND_LICENCE_H

/* Prints the licence of the program and those of what is linked into it: `bundler --license`. */
void licence_print(void);

#endif
