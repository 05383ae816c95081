/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_LIMITS_H
#define BUNDLER_BASE_LIMITS_H

/*
 * Every maximum of the program: a size from outside is compared with one of these before it is
 * used.
 */

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* Bytes of a recipe: one is some 4 KiB; people write them. */
#define LIMIT_RECIPE_BYTES (256 * KIB)
/* Bytes of a lock: one is some 2 KiB; 64 platforms with long URLs fit. */
#define LIMIT_LOCK_BYTES (1 * MIB)
/* Bytes of the change of both, as update prints it: at most what was there and what will be. */
#define LIMIT_PATCH_BYTES (4 * (LIMIT_RECIPE_BYTES + LIMIT_LOCK_BYTES))
/* Bytes of a recipe's template once it is expanded: the longest is a URL. */
#define LIMIT_EXPANDED_BYTES LIMIT_URL_BYTES
/*
 * Seconds since 1970 of the latest time of a file: 9999-12-31T23:59:59Z, the last one of RFC
 * 3339.
 */
#define LIMIT_EPOCH 253402300799LL
/* Brackets inside of brackets in a recipe, which needs 3; libyaml's time grows with the square. */
#define LIMIT_RECIPE_DEPTH 64
/* Entries in one list of a recipe. */
#define LIMIT_RECIPE_ENTRIES 4096
/* Bytes of a file that a recipe takes from its own directory; held in memory. */
#define LIMIT_RECIPE_FILE_BYTES (16 * MIB)
/* Bytes of a path in the root file system: what ustar's name and prefix can hold. */
#define LIMIT_PATH_BYTES 255
/* Bytes of a PEM bundle: Mozilla's is 0.25 MiB. */
#define LIMIT_BUNDLE_BYTES (4 * MIB)
/* Certificates in a bundle: Mozilla's has some 150. */
#define LIMIT_BUNDLE_CERTIFICATES 2048
/* Bytes of one certificate of a bundle: Mozilla's largest root has 2 KiB. */
#define LIMIT_CERTIFICATE_BYTES (64 * KIB)
/* Bytes of the certificates that a server sends: 4 KiB is common, hundreds of names reach 20. */
#define LIMIT_CHAIN_BYTES (64 * KIB)
/* Certificates that a server sends: 2 or 3 are common, 5 are known. */
#define LIMIT_CHAIN_CERTIFICATES 10
/* Certificates looked at while a path from the server's to a root is searched. */
#define LIMIT_PATH_STEPS 64
/* Comparisons of a certificate's names with one set of name constraints: Go's own limit. */
#define LIMIT_NAME_CHECKS 250000
/* Bytes of a SHA256SUMS file: one is some 2 KiB. */
#define LIMIT_SUMS_BYTES (1 * MIB)
/* Bytes of a release archive whose size the lock does not know. */
#define LIMIT_ARCHIVE_BYTES (4 * GIB)
/* Members of a release archive, named by the recipe or not. */
#define LIMIT_ARCHIVE_MEMBERS 65536
/*
 * Bytes of a ZIP archive's directory, which libarchive keeps in memory: LIMIT_ARCHIVE_MEMBERS of
 * 128.
 */
#define LIMIT_ZIP_DIRECTORY_BYTES (8 * MIB)
/* Bytes that an archive unpacks to: a Go server is some 20 MiB. */
#define LIMIT_UNPACKED_BYTES (4 * GIB)
/* Unpacked bytes per byte of archive; deflate's own limit is 1032, a program reaches 4. */
#define LIMIT_RATIO 200
/* Bytes of a file that is held in memory instead of in the spool file. */
#define LIMIT_MEMORY_CONTENT (64 * KIB)
/* Bytes of an mtree manifest: LIMIT_RECIPE_ENTRIES lines of at most some 1400 bytes. */
#define LIMIT_MANIFEST_BYTES (8 * MIB)
/*
 * Bytes of an index.json, an image index or a manifest: the limit of registries
 * (distribution-spec).
 */
#define LIMIT_INDEX_BYTES (4 * MIB)
/*
 * Members of all layers of an image place, as far as their names are kept, and bytes of the names.
 */
#define LIMIT_LAYER_MEMBERS 524288
#define LIMIT_LAYER_NAMES_BYTES (64 * MIB)
/* Symbolic links in one path: as many as Linux follows. */
#define LIMIT_LINKS 40
/* Names looked up in layers to find the programs of images: 100 layers are some 10,000 for one. */
#define LIMIT_LOOKUPS 1000000
/* Findings that are told; the others are counted. */
#define LIMIT_FINDINGS 1000
/* Bytes of what one of them says. */
#define LIMIT_FINDING_BYTES 1024
/* Values in a JSON document of an image: a manifest of a hundred layers has 400. */
#define LIMIT_DOCUMENT_VALUES 131072
/* Bytes of all JSON documents of an image place: one of 100 images has 1 MiB. */
#define LIMIT_DOCUMENTS_BYTES (64 * MIB)
/* Arrays and objects in one another in such a document: a config has 4. */
#define LIMIT_DOCUMENT_DEPTH 64
/*
 * Files of an image layout or archive: three for each layer, and layers are at most some hundred.
 */
#define LIMIT_STORE_FILES 65536
/* Bytes of all their names together: one of a blob has 77. */
#define LIMIT_STORE_NAMES_BYTES (16 * MIB)
/* Bytes of a name in a layout, an archive or a layer: Linux's PATH_MAX. */
#define LIMIT_NAME_BYTES 4096
/*
 * Logarithm of the bytes of a zstd frame's window, which is held in memory: 128 MiB, what the zstd
 * program takes unless it is told to take more, and its highest level wants.
 */
#define LIMIT_ZSTD_WINDOW_LOG 27
/* Layers of an image whose tree is made: overlayfs has 500, and each is laid over all before it. */
#define LIMIT_LAYERS 512
/* Bytes that all layers of an image place unpack to; images of machine learning reach 20 GiB. */
#define LIMIT_LAYERS_BYTES (32 * GIB)
/* Of these, what they may unpack to beyond LIMIT_RATIO: a file of zeros packs to a thousandth. */
#define LIMIT_LAYERS_FREE_BYTES (1 * GIB)
/* Bytes of one extended header of a tar: names, and extended attributes of at most 64 KiB each. */
#define LIMIT_TAR_EXTENSION_BYTES (1 * MIB)
/* Extended attributes of one member of a tar: Linux has some ten in use. */
#define LIMIT_TAR_ATTRIBUTES 256
/* Bytes of zeros behind the end of a tar: to the end of a record, which has 10 KiB commonly. */
#define LIMIT_TAR_PADDING_BYTES (1 * MIB)
/* Images of a place that are compared: one for each platform, of which a release has some ten. */
#define LIMIT_IMAGES 64
/* Image indexes in one another: index.json leads to one, at most. */
#define LIMIT_INDEX_DEPTH 4
/* Differences that an audit tells; the others are counted. */
#define LIMIT_DIFFERENCES 100000
/* Paths of a tree that is audited: images of whole distributions have some 100,000. */
#define LIMIT_OBSERVED_NODES 524288
/* Bytes of all these paths together, with targets of links and extended attributes. */
#define LIMIT_OBSERVED_NAMES_BYTES (64 * MIB)
/* Bytes of a Dockerfile that is checked: one is some 2 KiB. */
#define LIMIT_DOCKERFILE_BYTES (128 * KIB)
/* Instructions of it: one has some ten. */
#define LIMIT_DOCKERFILE_INSTRUCTIONS 1024
/* Case commands in one another in a shell script. */
#define LIMIT_SHELL_DEPTH 16
/* Bytes of a command or parameter that a script substitutes: they are looked through once each. */
#define LIMIT_SUBSTITUTION_BYTES (4 * KIB)
/* Bytes of a library file of Docker Official Images: the longest have some 60 KiB. */
#define LIMIT_LIBRARY_BYTES (256 * KIB)
/* Fields of one of its paragraphs, and items of all lists: the longest have some 1500 tags. */
#define LIMIT_LIBRARY_FIELDS 256
#define LIMIT_LIBRARY_ITEMS 16384
/* Names in one directory of a tree of Dockerfiles, and files of it that are read. */
#define LIMIT_LINT_NAMES 4096
#define LIMIT_LINT_FILES 4096
/* Variables of a Dockerfile stage or a script, with those that are set again. */
#define LIMIT_VARIABLES 256
/* Bytes of all texts of a Dockerfile once its variables are put in: one has some 4 KiB. */
#define LIMIT_LINT_EXPANDED_BYTES (1 * MIB)
/* Arms of cases over architectures in a Dockerfile, and downloads that it chooses from. */
#define LIMIT_LINT_ARMS 64
#define LIMIT_LINT_ASSETS 256
/* Bytes of a line on a terminal or in a report, escaped. */
#define LIMIT_REPORT_BYTES (64 * KIB)
/* Program headers read from an ELF file: a static Go program has 8. */
#define LIMIT_PROGRAM_HEADERS 128
/* Entries read from its dynamic section: a static position-independent program has some 25. */
#define LIMIT_DYNAMIC_ENTRIES 1024
/* Bytes of a URL: a signed one of GitHub's has 1 KiB. */
#define LIMIT_URL_BYTES (8 * KIB)
/* Redirects that one download follows. */
#define LIMIT_REDIRECTS 5
/*
 * Bytes and lines of all headers of one answer, interim answers included; a server sends some 2
 * KiB.
 */
#define LIMIT_HEADER_BYTES (64 * KIB)
#define LIMIT_HEADER_LINES 256
/*
 * Bytes that one connection may bring besides its answer: certificates, records without data, a
 * proxy's answer. So many in any case, since a chain has up to LIMIT_CHAIN_BYTES, and so many more
 * for each byte of the answer: one that is sent byte by byte has 29 of the record around it.
 */
#define LIMIT_WIRE_BYTES (256 * KIB)
#define LIMIT_WIRE_RATIO 64
/* Mirrors of one run, from options and environment. */
#define LIMIT_MIRRORS 64
/* Times that one source is asked before the next one is. */
#define LIMIT_ATTEMPTS 4
/*
 * Longest wait between attempts that a server may ask for (Retry-After); who asks for more has
 * failed.
 */
#define LIMIT_RETRY_AFTER_SECONDS 60
/* Until name, connection and TLS stand. */
#define LIMIT_CONNECT_SECONDS 20
/*
 * A transfer has stalled when it brings less than so many bytes in each second of so many
 * seconds.
 */
#define LIMIT_STALL_BYTES 1024
#define LIMIT_STALL_SECONDS 30
/* For one source, attempts and pauses included. */
#define LIMIT_TOTAL_SECONDS 3600
/* Bytes of the note beside a partial download: a URL and a validator. */
#define LIMIT_NOTE_BYTES (2 * LIMIT_URL_BYTES)
/* Bytes of a git repository's packed-refs: one of 100,000 references has some 8 MiB. */
#define LIMIT_PACKED_REFS_BYTES (64 * MIB)
/* Bytes of a file that is generated for an image's repository, or is replaced by one. */
#define LIMIT_GENERATED_BYTES (16 * MIB)

#endif
