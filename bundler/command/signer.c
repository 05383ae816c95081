/* SPDX-License-Identifier: Apache-2.0 */
/* Reads keys from files. */
#include "command/signer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"

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

int command_signer_open(struct command_signer *signer, struct error *err)
{
	char text[LIMIT_KEY_BYTES + 1];
	ssize_t length;
	int fd, result = -1;

	if (!signer->file)
		return 0;
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

const struct attest_key *command_signer_key(const struct command_signer *signer)
{
	return signer->file ? &signer->key : NULL;
}

void command_signer_close(struct command_signer *signer)
{
	attest_key_wipe(&signer->key);
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
