/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_REGISTRY_CHALLENGE_H
#define BUNDLER_REGISTRY_CHALLENGE_H

#include <stdbool.h>

/*
 * How a registry wants to be asked: the challenges of WWW-Authenticate (RFC 9110 section 11.6.1).
 * What is in them is the server's word; who uses it decides what it may bring about (token.h).
 */
struct challenge {
	bool basic, bearer;		/* of other schemes nothing is kept */
	char *realm, *service, *scope, *error;	/* of the first Bearer challenge, or NULL */
};

/*
 * Reads the fields of one answer, put together with commas. Returns NULL, or why they are refused.
 * Ended with challenge_free in both cases.
 */
const char *challenge_parse(struct challenge *challenge, const char *text);
void challenge_free(struct challenge *challenge);

#endif
