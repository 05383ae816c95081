/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_DOCKER_H
#define BUNDLER_VALIDATE_DOCKER_H

#include "validate/blobs.h"

/*
 * An archive as docker save writes it, in its old form and its new one, from manifest.json down to
 * the layers (Docker Image Specification 1.2). One of its images must have the tag, unless that is
 * NULL.
 */
int validate_docker(struct blobs *blobs, const char *tag);

#endif
