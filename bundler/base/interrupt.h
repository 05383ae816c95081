/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_INTERRUPT_H
#define BUNDLER_BASE_INTERRUPT_H

#include "base/error.h"

/*
 * SIGINT, SIGTERM and SIGHUP only raise a flag; long loops look at it and fail with
 * STATUS_INTERRUPTED, so that every temporary dies on the ordinary path. main then
 * takes the signal's default action, as a shell expects.
 */

/*
 * Installs the handlers, but for signals that are ignored (nohup), and ignores SIGPIPE. Called
 * once, by main.
 */
void interrupt_install(void);

/* The number of the signal that arrived, or 0. Safe in every thread. */
int interrupt_signal(void);

/* -1 and STATUS_INTERRUPTED when a signal has arrived, else 0. */
int interrupt_check(struct error *err);

#endif
