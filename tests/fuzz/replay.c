/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds a fuzz target every file of its corpus (CORPUS, a directory) and every proper prefix of
 * the small ones, in the normal test run. Prints TAP, and the name of each file before it is
 * tried: a crash or a sanitizer's report then stands below the name.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_BYTES 512	/* largest input that is also tried cut off at every length */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a block of exactly its size, so that reading past its end is seen. */
static void try(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static int replay(const char *name)
{
	static uint8_t data[1 << 20];
	char path[512];
	FILE *file;
	size_t size;

	snprintf(path, sizeof path, "%s/%s", CORPUS, name);
	file = fopen(path, "rb");
	if (!file)
		return -1;
	size = fread(data, 1, sizeof data, file);
	fclose(file);
	try(data, size);
	for (size_t length = 0; size <= PREFIX_BYTES && length < size; length++)
		try(data, length);
	return 0;
}

int main(void)
{
	struct dirent **entries;
	int count = scandir(CORPUS, &entries, NULL, alphasort), inputs = 0, failed = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			printf("# %s\n", entries[i]->d_name);
			failed |= replay(entries[i]->d_name);
			inputs++;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	failed |= inputs == 0;
	printf("%sok 1 - %d inputs of %s\n1..1\n", failed ? "not " : "", inputs, CORPUS);
	return failed != 0;
}
