/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_INTERRUPT_H
#define BUNDLER_BASE_INTERRUPT_H

#include "base/error.h"

/*
 * SIGINT, SIGTERM and SIGHUP only raise a flag. Long loops check it and fail with
 * STATUS_INTERRUPTED, so that temporaries are removed on the ordinary path. main then takes the
 * signal's default action, as a shell expects.
 */

/*
 * Installs the handlers, except for signals that are ignored (nohup), and ignores SIGPIPE. main
 * calls it once.
 */
void interrupt_install(void);

/* The number of the signal that arrived, or 0. Safe in every thread. */
int interrupt_signal(void);

/* -1 and STATUS_INTERRUPTED when a signal has arrived, else 0. */
int interrupt_check(struct error *err);

#endif
