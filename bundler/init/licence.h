/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_INIT_LICENCE_H
#define BUNDLER_INIT_LICENCE_H

/* The SPDX identifier of the licence with this text; NULL when it is not certain. */
const char *init_licence(const char *text);

#endif
