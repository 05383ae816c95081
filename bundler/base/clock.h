/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_CLOCK_H
#define BUNDLER_BASE_CLOCK_H

#include <stdint.h>

#include "base/error.h"

/* Milliseconds since an arbitrary start, of a clock that never jumps: for time-outs. */
int64_t clock_now(void);

/* Sleeps for milliseconds; if a signal arrives, STATUS_INTERRUPTED within a tenth of a second. */
int clock_sleep(int64_t milliseconds, struct error *err);

#endif
