/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_BASE_LIMITS_H
#define BUNDLER_BASE_LIMITS_H

/* Every maximum of the program. A size from outside is compared with one of them before use. */

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* Bytes of a recipe: people write them, and one has some 4 KiB. */
#define LIMIT_RECIPE_BYTES (256 * KIB)
/* Bytes of a lock: one is some 2 KiB; 64 platforms with long URLs fit. */
#define LIMIT_LOCK_BYTES (1 * MIB)
/* Bytes of a proof of programs: one of nine platforms has 40 KiB. */
#define LIMIT_PROOF_BYTES (1 * MIB)
/* Bytes of the change of both, as update prints it: at most the old and the new bytes, twice. */
#define LIMIT_PATCH_BYTES (4 * (LIMIT_RECIPE_BYTES + LIMIT_LOCK_BYTES))
/* Bytes of the name of a supplier and of a licence expression in a recipe. */
#define LIMIT_IDENTITY_BYTES 1024
/* Bytes of an expanded template of a recipe: the longest is a URL. */
#define LIMIT_EXPANDED_BYTES LIMIT_URL_BYTES
/*
 * Seconds since 1970 of the latest time of a file: 9999-12-31T23:59:59Z, the last one of RFC
 * 3339.
 */
#define LIMIT_EPOCH 253402300799LL
/* Nested brackets in a recipe: 3 are needed, and libyaml's time grows with the square. */
#define LIMIT_RECIPE_DEPTH 64
/* Releases of a recipe, its own included: a server with an init and a probe has 3. */
#define LIMIT_RECIPE_RELEASES 16
/* Entries in one list of a recipe. */
#define LIMIT_RECIPE_ENTRIES 4096
/* Bytes of a file from the recipe's directory, which is kept in memory. */
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
/* Certificates tried in the search for a path from the server's certificate to a root. */
#define LIMIT_PATH_STEPS 64
/* Comparisons of a certificate's names with one set of name constraints: Go's own limit. */
#define LIMIT_NAME_CHECKS 250000
/* Values in GitHub's document of a release: some 30 for each asset. */
#define LIMIT_SUMS_VALUES 100000
/* Files of a release that init looks at: GitHub allows 1000. */
#define LIMIT_RELEASE_FILES 2048
/* Bytes of a checksum file, which is some 2 KiB, or of that document. */
#define LIMIT_SUMS_BYTES (8 * MIB)
/* Bytes of a release archive whose size the lock does not know. */
#define LIMIT_ARCHIVE_BYTES (4 * GIB)
/* Bytes of a file with logins or fields for private sources: one has some 200. */
#define LIMIT_GRANTS_BYTES (64 * KIB)
/* Names in one directory of a cache, which are kept in memory while it is listed. */
#define LIMIT_CACHE_NAMES 262144
/* Members of a release archive, named by the recipe or not. */
#define LIMIT_ARCHIVE_MEMBERS 65536
/* Members taken out of a release archive: as many as a recipe can name. */
#define LIMIT_TAKEN_MEMBERS LIMIT_RECIPE_ENTRIES
/*
 * Bytes of a ZIP archive's directory, which libarchive keeps in memory: LIMIT_ARCHIVE_MEMBERS of
 * 128.
 */
#define LIMIT_ZIP_DIRECTORY_BYTES (8 * MIB)
/* Bytes that an archive unpacks to: a Go server is some 20 MiB. */
#define LIMIT_UNPACKED_BYTES (4 * GIB)
/* Unpacked bytes per byte of archive; deflate's own limit is 1032, a program reaches 4. */
#define LIMIT_RATIO 200
/* Bytes of a content in memory; larger ones are in an unnamed file. */
#define LIMIT_MEMORY_CONTENT (64 * KIB)
/* Bytes of an mtree manifest: LIMIT_RECIPE_ENTRIES lines of at most some 1400 bytes. */
#define LIMIT_MANIFEST_BYTES (8 * MIB)
/*
 * Bytes of an index.json, an image index or a manifest: the limit of registries
 * (distribution-spec).
 */
#define LIMIT_INDEX_BYTES (4 * MIB)
/* Members of all layers of an image place whose names are kept, and bytes of the names. */
#define LIMIT_LAYER_MEMBERS 524288
#define LIMIT_LAYER_NAMES_BYTES (64 * MIB)
/* Symbolic links in one path: as many as Linux follows. */
#define LIMIT_LINKS 40
/*
 * Members of layers that are laid over one another, for each image that has them, and names looked
 * up to find the programs of images.
 */
#define LIMIT_LOOKUPS 1000000
/* Programs that start a program, one after the other: as many as Linux goes through. */
#define LIMIT_INTERPRETERS 5
/* Findings that are reported; others are only counted. */
#define LIMIT_FINDINGS 1000
/* Bytes of the text of a finding. */
#define LIMIT_FINDING_BYTES 1024
/* Values in a JSON document of an image: a manifest of a hundred layers has 400. */
#define LIMIT_DOCUMENT_VALUES 131072
/* Bytes of all JSON documents of an image place: one of 100 images has 1 MiB. */
#define LIMIT_DOCUMENTS_BYTES (64 * MIB)
/* Nested arrays and objects in such a document: a config has 4. */
#define LIMIT_DOCUMENT_DEPTH 64
/* Files of an image layout or archive: three for each of at most some hundred layers. */
#define LIMIT_STORE_FILES 65536
/* Bytes of all their names together: one of a blob has 77. */
#define LIMIT_STORE_NAMES_BYTES (16 * MIB)
/*
 * Files of an image in a registry, each of which is an open descriptor: an index for ten platforms
 * with five layers each has 80, and a process may commonly open 1024.
 */
#define LIMIT_REGISTRY_FILES 768
/* Bytes of a name in a layout, an archive or a layer: Linux's PATH_MAX. */
#define LIMIT_NAME_BYTES 4096
/*
 * Binary logarithm of a zstd frame's window, which is kept in memory: 128 MiB, the default of the
 * zstd program and the need of its highest level.
 */
#define LIMIT_ZSTD_WINDOW_LOG 27
/* Bytes of an xz stream's dictionary, which is kept in memory: the need of its highest level. */
#define LIMIT_XZ_DICTIONARY_BYTES (64 * MIB)
/* Layers of an image whose tree is made: overlayfs has 500. Each is applied to those before it. */
#define LIMIT_LAYERS 512
/* Bytes that all layers of an image place unpack to; images of machine learning reach 20 GiB. */
#define LIMIT_LAYERS_BYTES (32 * GIB)
/* Of these, bytes that may exceed LIMIT_RATIO: a file of zeros packs to a thousandth. */
#define LIMIT_LAYERS_FREE_BYTES (1 * GIB)
/* Bytes of one extended header of a tar: names, and extended attributes of at most 64 KiB each. */
#define LIMIT_TAR_EXTENSION_BYTES (1 * MIB)
/* Extended attributes of one member of a tar: Linux has some ten in use. */
#define LIMIT_TAR_ATTRIBUTES 256
/* Zero bytes after the end of a tar: up to the end of a record, commonly 10 KiB. */
#define LIMIT_TAR_PADDING_BYTES (1 * MIB)
/* Images of a place that are compared: one for each of a release's some ten platforms. */
#define LIMIT_IMAGES 64
/*
 * Bytes and values of the JSON documents of such a place, all of which are in memory: an image has
 * some 20 KiB and 700 values, with a hundred layers.
 */
#define LIMIT_OBSERVED_DOCUMENTS_BYTES (16 * MIB)
#define LIMIT_OBSERVED_VALUES 131072
/* Nested image indexes: index.json commonly refers to one at most. */
#define LIMIT_INDEX_DEPTH 4
/* Differences that an audit reports; others are only counted. */
#define LIMIT_DIFFERENCES 100000
/* Paths of the trees of an audited place: images of whole distributions have some 100,000. */
#define LIMIT_OBSERVED_NODES 524288
/* Bytes of all these paths together, with targets of links and extended attributes. */
#define LIMIT_OBSERVED_NAMES_BYTES (64 * MIB)
/*
 * Bytes of those paths that an archive only says what is in: a path of n bytes can imply n * n / 4
 * of them. Archives that state no directories have some 100 KiB.
 */
#define LIMIT_UNSTATED_NAMES_BYTES (4 * MIB)
/* Bytes of a checked Dockerfile: one has some 2 KiB. */
#define LIMIT_DOCKERFILE_BYTES (128 * KIB)
/* Instructions in a Dockerfile: one has some ten. */
#define LIMIT_DOCKERFILE_INSTRUCTIONS 1024
/* Nested case commands in a shell script. */
#define LIMIT_SHELL_DEPTH 16
/* Bytes of a command or parameter that a script substitutes; each is scanned once. */
#define LIMIT_SUBSTITUTION_BYTES (4 * KIB)
/* Bytes of a library file of Docker Official Images: the longest have some 60 KiB. */
#define LIMIT_LIBRARY_BYTES (256 * KIB)
/* Fields of a paragraph, and items of all lists: the longest files have some 1500 tags. */
#define LIMIT_LIBRARY_FIELDS 256
#define LIMIT_LIBRARY_ITEMS 16384
/* Names in one directory of a tree of Dockerfiles, and files read from the tree. */
#define LIMIT_LINT_NAMES 4096
#define LIMIT_LINT_FILES 4096
/* Parts of the paths that entries of library files name: the longest file has some 1000. */
#define LIMIT_LINT_WALKED 65536
/* Bytes that names and files of the whole tree take in memory: a Dockerfile takes some 30 KiB. */
#define LIMIT_LINT_BYTES (40 * MIB)
/* Assignments to variables in a Dockerfile stage or a script. */
#define LIMIT_VARIABLES 256
/* Bytes of all texts of a Dockerfile with expanded variables: one has some 4 KiB. */
#define LIMIT_LINT_EXPANDED_BYTES (1 * MIB)
/* Arms of case commands over architectures in a Dockerfile, and downloads in it. */
#define LIMIT_LINT_ARMS 64
#define LIMIT_LINT_ASSETS 256
/* Bytes of a line on a terminal or in a report, escaped. */
#define LIMIT_REPORT_BYTES (64 * KIB)
/* Program headers read from an ELF file: a static Go program has 8. */
#define LIMIT_PROGRAM_HEADERS 128
/* Entries read from a dynamic section: a static position-independent program has some 25. */
#define LIMIT_DYNAMIC_ENTRIES 1024
/* Section headers read from a program, to find what Go wrote into it: it has some 25. */
#define LIMIT_SECTIONS 1024
/* Bytes of Go's build information: 4 KiB are common, and Kubernetes has some 20. */
#define LIMIT_BUILDINFO_BYTES (1 * MIB)
/* Modules and settings in it: large programs have a thousand, and some twenty. */
#define LIMIT_MODULES 4096
#define LIMIT_BUILD_SETTINGS 256
/*
 * Packages of an SBOM, and bytes of the document: the NATS server's has 30 packages, and a file
 * takes 1 KiB.
 */
#define LIMIT_SBOM_PACKAGES 16384
#define LIMIT_SBOM_BYTES (64 * MIB)
/* Bytes of a module's path or version: Go's own limit of file names is 255. */
#define LIMIT_MODULE_BYTES 512
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
/* Attempts at one source before the next source is tried. */
#define LIMIT_ATTEMPTS 4
/* Longest wait that a server may request (Retry-After); a longer one is a failure. */
#define LIMIT_RETRY_AFTER_SECONDS 60
/* Bytes that are read of what a registry says of a failure: it is some 200. */
#define LIMIT_REFUSAL_BYTES (64 * KIB)
/* Bytes of a key in PEM: one on P-256 has some 240, one of RSA, refused by name, up to 13 KiB. */
#define LIMIT_KEY_BYTES (16 * KIB)
/* Bytes of one signature: one of ECDSA has 72, the longest of RSA 2 KiB. */
#define LIMIT_SIGNATURE_BYTES (4 * KIB)
/* Signatures of one envelope: one is common, and each takes some milliseconds to verify. */
#define LIMIT_SIGNATURES 16
/* Bytes of an in-toto statement: an SBOM has some 100 KiB for each hundred packages. */
#define LIMIT_STATEMENT_BYTES (8 * MIB)
/* Bytes of an envelope or a bundle: a statement in base 64. */
#define LIMIT_ENVELOPE_BYTES (12 * MIB)
/* What refers to an image, and is looked at for a signature: some ten things do. */
#define LIMIT_REFERRERS 256
/* Pages of a registry's list of what refers to an image: one has some hundred entries. */
#define LIMIT_REFERRER_PAGES 64
/* Bytes of the answer of a registry's token service: some 2 KiB, 8 of a registry in a cloud. */
#define LIMIT_TOKEN_BYTES (64 * KIB)
/* Bytes of a file with logins at registries: one of a hundred has 20 KiB. */
#define LIMIT_AUTHFILE_BYTES (1 * MIB)
/* Bytes that a program which keeps logins prints: one has some 200, a token 8 KiB. */
#define LIMIT_HELPER_BYTES (64 * KIB)
/* For such a program, which may ask a person. */
#define LIMIT_HELPER_SECONDS 30
/* To resolve the name, connect, and complete the TLS handshake. */
#define LIMIT_CONNECT_SECONDS 20
/* A transfer has stalled if it averages fewer bytes per second during this many seconds. */
#define LIMIT_STALL_BYTES 1024
#define LIMIT_STALL_SECONDS 30
/* For one source, attempts and pauses included. */
#define LIMIT_TOTAL_SECONDS 3600
/* Bytes of the note beside a partial download: a URL and a validator. */
#define LIMIT_NOTE_BYTES (2 * LIMIT_URL_BYTES)
/* Bytes of a git repository's packed-refs: one of 100,000 references has some 8 MiB. */
#define LIMIT_PACKED_REFS_BYTES (64 * MIB)
/* Bytes of a list of images to audit: a row of a long reference and a recipe has some 150. */
#define LIMIT_LIST_BYTES (64 * MIB)
/* Rows of a list that are audited at a time. */
#define LIMIT_LIST_JOBS 64
/* Rows that are begun behind one that is not done: their lines are kept in memory. */
#define LIMIT_LIST_AHEAD 256
/* Bytes of the report about one row: of an image with a hundred differences some 30 KiB. */
#define LIMIT_LIST_REPORT_BYTES (1 * MIB)
/* Bytes of a file generated for an image's repository, and of the file that it replaces. */
#define LIMIT_GENERATED_BYTES (16 * MIB)

#endif
