/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_COMMAND_FINDINGS_H
#define BUNDLER_COMMAND_FINDINGS_H

#include <stdbool.h>

#include "base/findings.h"

/*
 * Prints findings on standard output, a line each, or as JSON, and returns the status of the
 * command: STATUS_DIFFERENCES when there are any.
 */
int command_findings_print(const struct findings *findings, bool json);

#endif
