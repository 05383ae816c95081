/* SPDX-License-Identifier: Apache-2.0 */
/* A Dockerfile: what is read of it is in it, on the lines that are reported. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "lint/dockerfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_lines(const uint8_t *data, size_t size)
{
	size_t count = 1;

	for (size_t i = 0; i < size; i++)
		count += data[i] == '\n';
	return count;
}

static void check_instruction(const struct containerfile_instruction *instruction, size_t lines)
{
	size_t before = instruction->line;

	for (size_t i = 0; i <= strlen(instruction->text); i++) {
		const size_t line = containerfile_line(instruction, i);

		if (line < before || line > lines)
			abort();
		before = line;
	}
}

static void check_dockerfile(const struct lint_dockerfile *file, size_t lines)
{
	for (const struct lint_arm *arm = file->arms; arm; arm = arm->next)
		if (arm->line > lines || !arm->patterns || arm->hash.line > lines)
			abort();
	for (const struct lint_asset *asset = file->assets; asset; asset = asset->next)
		if (asset->line > lines || !strstr(asset->url, asset->name))
			abort();
	for (const struct lint_list *l = file->images; l; l = l->next)
		if (l->item.line == 0 || l->item.line > lines)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t lines = count_lines(data, size);
	struct lint_dockerfile file;
	struct buffer text;

	buffer_init(&text, LIMIT_DOCKERFILE_BYTES);
	if (buffer_add(&text, data, size) == 0) {
		lint_dockerfile_read(&file, "fuzz", &text);
		for (size_t i = 0; i < file.source.count; i++)
			check_instruction(&file.source.instructions[i], lines);
		check_dockerfile(&file, lines);
		lint_dockerfile_free(&file);
	}
	buffer_free(&text);
	return 0;
}
