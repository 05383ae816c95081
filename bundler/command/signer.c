/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in files, and those that are elsewhere. */
#include "command/signer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/envelope.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/replace.h"
#include "command/report.h"

/* Whoever else can read or replace the file can sign, too. */
static int check_owner(int fd, const char *file, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_errno(err, STATUS_FILE, "cannot read '%s'", file);
	if (st.st_uid != geteuid()) {
		error_set(err, STATUS_FILE, "cannot use the key in '%s': another user owns the "
			  "file", file);
		return error_hint(err, "sign with a file of your own, which only you can read");
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	error_set(err, STATUS_FILE, "cannot use the key in '%s': others may use the file, its mode "
		  "is %04o", file, (unsigned)(st.st_mode & 07777));
	return error_hint(err, "chmod 600 '%s'; if others have read it, make a new key", file);
}

static int read_private(struct command_signer *signer, struct error *err)
{
	char text[LIMIT_KEY_BYTES + 1];
	ssize_t length;
	int fd, result = -1;

	fd = file_open(AT_FDCWD, signer->file, err);
	if (fd < 0)
		return -1;
	if (check_owner(fd, signer->file, err) < 0)
		goto out;
	/* Into one place, which is wiped. */
	length = file_read_at(fd, text, sizeof text, 0);
	if (length < 0)
		error_errno(err, STATUS_FILE, "cannot read '%s'", signer->file);
	else if ((size_t)length == sizeof text)
		error_set(err, STATUS_LIMIT, "cannot use the key in '%s': the file is larger than "
			  "%zu bytes", signer->file, sizeof text - 1);
	else
		result = attest_key_read_private(&signer->key, signer->file, text, (size_t)length,
						 err);
	explicit_bzero(text, sizeof text);
out:
	close(fd);
	return result;
}

int command_signer_open(struct command_signer *signer, struct error *err)
{
	if (!!signer->file + !!signer->payloads + !!signer->signatures > 1)
		return error_set(err, STATUS_USAGE, "cannot sign: only one of --key, --payload and "
				 "--signature can be used");
	if (!signer->signatures != !signer->public_file) {
		error_set(err, STATUS_USAGE, "cannot use %s alone", signer->signatures
			  ? "--signature" : "--verify-key");
		return error_hint(err, "--signature DIR --verify-key FILE takes signatures that "
				  "this key has made");
	}
	if (signer->public_file)
		return command_signer_public(&signer->key, signer->public_file, err);
	return signer->file ? read_private(signer, err) : 0;
}

const struct attest_key *command_signer_key(const struct command_signer *signer)
{
	return signer->file || signer->payloads || signer->signatures ? &signer->key : NULL;
}

int command_signer_list(struct command_signer *signer, struct confine *confine, struct error *err)
{
	int fd;

	confine_read(confine, signer->signatures);
	if (!signer->payloads)
		return 0;
	signer->made = file_first_missing(signer->payloads);
	confine_write(confine, signer->payloads);
	fd = file_make_directory(signer->payloads, err);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

/* The file of what is signed, or of its signature; services sign this digest, too. */
static char *name_file(struct pool *pool, const char *directory, const struct buffer *text,
		       const char *suffix)
{
	const struct digest digest = digest_of_output(text->bytes, text->length);
	char hex[DIGEST_HEX_BYTES];

	return pool_format(pool, "%s/sha256-%s%s", directory, digest_write_hex(&digest, hex),
			   suffix);
}

/* Reads the signature of a text by the key. */
static int read_signature(struct command_signer *signer, const struct buffer *text,
			  struct attest_signature *signature, struct error *err)
{
	const char *file = name_file(&signer->pool, signer->signatures, text, ".sig");
	struct buffer bytes;
	int result;

	buffer_init(&bytes, LIMIT_SIGNATURE_BYTES);
	result = file_read(&bytes, AT_FDCWD, file, err);
	if (result < 0) {
		error_hint(err, "'--payload' writes what is to be signed; a key signs 'X' as "
			   "'X.sig', in DER");
	} else if (bytes.length > sizeof signature->bytes
		   || !attest_key_verify(&signer->key, text->bytes, text->length, bytes.bytes,
					 bytes.length)) {
		result = error_set(err, STATUS_DIGEST, "cannot use signature '%s': the key in '%s' "
				   "has not made it", file, signer->public_file);
		error_hint(err, "it is of ECDSA with SHA-256, in DER, not in base 64");
	} else {
		memcpy(signature->bytes, bytes.bytes, bytes.length);
		signature->length = bytes.length;
	}
	buffer_free(&bytes);
	return result;
}

int command_signer_sign(struct command_signer *signer, const char *type, const void *payload,
			size_t length, struct attest_signature *signature, struct error *err)
{
	struct buffer text;
	int result = 0;

	buffer_init(&text, SIZE_MAX);
	if (type)
		envelope_encode(&text, type, payload, length);
	else
		buffer_add(&text, payload, length);
	if (signer->file)
		attest_key_sign(&signer->key, text.bytes, text.length, signature);
	else if (signer->signatures)
		result = read_signature(signer, &text, signature, err);
	if (!signer->payloads) {
		buffer_free(&text);
		return result;
	}
	signature->length = 0;
	signer->texts = memory_resize(signer->texts, signer->count + 1, sizeof *signer->texts);
	signer->texts[signer->count++] = text;
	return result;
}

/* For replace_files. */
static int print_names(void *context, struct error *err)
{
	struct command_signer *signer = context;

	for (size_t i = 0; i < signer->count; i++) {
		report_text(stdout, name_file(&signer->pool, signer->payloads, &signer->texts[i],
					      ""));
		putchar('\n');
	}
	return report_flush(err);
}

int command_signer_publish(struct command_signer *signer, struct error *err)
{
	struct replacement *files = pool_new(&signer->pool, signer->count, sizeof *files);

	for (size_t i = 0; i < signer->count; i++)
		files[i] = (struct replacement){
			.path = name_file(&signer->pool, signer->payloads, &signer->texts[i], ""),
			.bytes = &signer->texts[i],
		};
	if (replace_files(files, signer->count, print_names, signer, err) < 0)
		return -1;
	free(signer->made);
	signer->made = NULL;
	return 0;
}

void command_signer_close(struct command_signer *signer)
{
	attest_key_wipe(&signer->key);
	if (signer->made)
		file_remove_directories(signer->payloads, signer->made);
	free(signer->made);
	for (size_t i = 0; i < signer->count; i++)
		buffer_free(&signer->texts[i]);
	free(signer->texts);
	pool_free(&signer->pool);
}

int command_signer_public(struct attest_key *key, const char *file, struct error *err)
{
	struct buffer text;
	int result;

	buffer_init(&text, LIMIT_KEY_BYTES);
	result = file_read(&text, AT_FDCWD, file, err);
	if (result == 0)
		result = attest_key_read_public(key, file, text.bytes ? text.bytes : "",
						text.length, err);
	buffer_free(&text);
	return result;
}
