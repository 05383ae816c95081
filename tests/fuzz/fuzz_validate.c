/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a layer, and the layers of an archive: findings come to an end, and are sorted. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/pool.h"
#include "validate/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (strlen(finding->subject) > LIMIT_FINDING_BYTES
		    || strlen(finding->text) > LIMIT_FINDING_BYTES || *finding->text == '\0')
			abort();
		if (i > 0 && strcmp(findings->items[i - 1].subject, finding->subject) > 0)
			abort();
	}
}

static void try(const struct location *place)
{
	for (int strict = 0; strict < 2; strict++) {
		struct findings findings = { .items = NULL };
		struct error err;

		if (validate_place(place, strict, &findings, &err) == 0)
			check(&findings);
		findings_free(&findings);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool pool = { 0 };
	int fd = memfd_create("archive", MFD_CLOEXEC);
	char *path = pool_format(&pool, "/proc/self/fd/%d", fd);

	if (fd < 0 || file_write_all(fd, data, size) < 0)
		abort();
	try(&(struct location){ .kind = LOCATION_OCI_ARCHIVE, .path = path });
	try(&(struct location){ .kind = LOCATION_DOCKER_ARCHIVE, .path = path });
	close(fd);
	pool_free(&pool);
	return 0;
}
