/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_ENVIRONMENT_H
#define BUNDLER_COMMAND_ENVIRONMENT_H

/* A variable of the environment that is set to something, else NULL. */
const char *environment_get(const char *name);

#endif
