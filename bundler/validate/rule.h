/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_VALIDATE_RULE_H
#define BUNDLER_VALIDATE_RULE_H

/*
 * What a finding breaks: sections of the OCI image-spec 1.1, by the names that its pages and their
 * headings have in links, and what it builds on. bundler(1) lists them.
 */

#define RULE_LAYOUT "image-layout.md#oci-layout-file"
#define RULE_INDEX_FILE "image-layout.md#indexjson-file"
#define RULE_BLOBS "image-layout.md#blobs"
#define RULE_INDEX "image-index.md#image-index-property-descriptions"
#define RULE_MANIFEST "manifest.md#image-manifest-property-descriptions"
#define RULE_CONFIG "config.md#properties"
#define RULE_DIFF_ID "config.md#layer-diffid"
#define RULE_DESCRIPTOR "descriptor.md#properties"
#define RULE_DIGESTS "descriptor.md#digests"
#define RULE_VERIFICATION "descriptor.md#verification"
#define RULE_ANNOTATIONS "annotations.md#rules"
#define RULE_LAYER "layer.md#distributable-format"
#define RULE_GZIP "layer.md#gzip-media-types"
#define RULE_ZSTD "layer.md#zstd-media-types"
#define RULE_HARD_LINKS "layer.md#hardlinks"
#define RULE_WHITEOUTS "layer.md#whiteouts"

/* RFC 8259: JSON. */
#define RULE_JSON "rfc8259"
/* POSIX.1-2017, pax: names of members and what they may lead to. */
#define RULE_NAMES "pax"
/* Docker Image Specification 1.2, "Combined Image JSON + Filesystem Changeset Format". */
#define RULE_DOCKER "docker-archive"
/* What Docker Official Images take from "Builder: oci-import" (bashbrew), asked for by --strict. */
#define RULE_IMPORT "oci-import"

#endif
