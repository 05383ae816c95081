/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_CLOCK_H
#define BUNDLER_BASE_CLOCK_H

#include <stdint.h>

#include "base/error.h"

/* Time for time-outs: milliseconds of a clock that never jumps, from an arbitrary start. */
int64_t clock_now(void);

/*
 * Sleeps for milliseconds; -1 and STATUS_INTERRUPTED, within a tenth of a second, when a signal
 * arrives.
 */
int clock_sleep(int64_t milliseconds, struct error *err);

#endif
