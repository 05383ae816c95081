/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a plan as a recipe, for people to go on from. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "init/init.h"
#include "recipe/version.h"
#include "recipe/yaml.h"

/* The text as a YAML scalar: in quotes, unless it is a simple word. */
static const char *scalar(const struct init_plan *plan, const char *text)
{
	static const char simple[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789._/+-";
	struct buffer quoted;
	const char *made;

	if (text[strspn(text, simple)] == '\0' && (isalpha((unsigned char)*text) || *text == '/')
	    && !yaml_needs_quotes(text))
		return text;
	buffer_init(&quoted, 4 * strlen(text) + 2);
	buffer_add(&quoted, "\"", 1);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buffer_format(&quoted, "\\%c", *text);
		else if (*text >= 0x20 && *text < 0x7f)
			buffer_add(&quoted, text, 1);
		else
			buffer_format(&quoted, "\\x%02x", (unsigned)(unsigned char)*text);
	}
	buffer_add(&quoted, "\"", 1);
	made = pool_string(plan->pool, quoted.bytes);
	buffer_free(&quoted);
	return made;
}

/* The questions about a section, as comments before it. */
static void write_questions(const struct init_plan *plan, enum init_section section,
			    const char *indent, struct buffer *text)
{
	const struct init_question *question;

	for (question = plan->questions; question; question = question->next)
		if (question->section == section)
			buffer_format(text, "%s# ? %s\n", indent, question->text);
}

static void write_target(const struct init_plan *plan, struct buffer *text)
{
	bool begun = false;

	if (plan->target) {
		if (strcmp(plan->target, "{os}-{arch}") != 0)
			buffer_format(text, "  target: %s\n", scalar(plan, plan->target));
		return;
	}
	for (size_t i = 0; i < plan->choice_count; i++) {
		const struct init_choice *choice = &plan->choices[i];

		if (*choice->word == '\0')
			continue;
		buffer_format(text, "%s    %s: %s\n", begun ? "" : "  target:\n",
			      choice->platform->name, scalar(plan, choice->word));
		begun = true;
	}
}

static void write_release(const struct init_plan *plan, struct buffer *text)
{
	buffer_format(text, "name: %s\nversion: %s\n\nrelease:\n", scalar(plan, plan->name),
		      !version_fault(plan->version) && !yaml_needs_quotes(plan->version)
		      ? plan->version : scalar(plan, plan->version));
	write_questions(plan, INIT_RELEASE, "  ", text);
	write_target(plan, text);
	buffer_format(text, "  asset: %s\n  url: %s\n  sums: %s\n", scalar(plan, plan->asset),
		      scalar(plan, plan->url), scalar(plan, plan->sums));
	buffer_format(text, "  directory: %s\n", scalar(plan, plan->directory));
	buffer_format(text, "  format: {linux: %s}\n\nplatforms:\n", plan->format);
	write_questions(plan, INIT_PLATFORMS, "  ", text);
	for (size_t i = 0; i < plan->choice_count; i++)
		buffer_format(text, "  - %s\n", plan->choices[i].platform->name);
	if (plan->certificates)
		buffer_format(text, "\ncertificates:\n");
	else
		buffer_format(text, "\n");
	write_questions(plan, INIT_CERTIFICATES, plan->certificates ? "  " : "", text);
	if (plan->certificates)
		buffer_format(text, "  file: %s\n  origin: %s\n\n", plan->certificates,
			      scalar(plan, plan->origin));
}

/* Entries of files, each line behind what margin is. */
static void write_files(const struct init_plan *plan, const struct init_file *file, bool program,
			const char *margin, struct buffer *text)
{
	for (; file; file = file->next) {
		buffer_format(text, "%s- path: %s\n", margin, scalar(plan, file->path));
		if (*file->member)
			buffer_format(text, "%s  member: %s\n", margin, scalar(plan, file->member));
		else
			buffer_format(text, "%s  asset: true\n", margin);
		if (program)
			buffer_format(text, "%s  mode: \"0755\"\n%s  program: true\n", margin,
				      margin);
	}
}

static void write_root(const struct init_plan *plan, struct buffer *text)
{
	buffer_format(text, "root:\n");
	write_questions(plan, INIT_ROOT, "  ", text);
	write_files(plan, plan->program, true, "  ", text);
	if (plan->others)
		buffer_format(text, "  # Also in the archive:\n");
	write_files(plan, plan->others, true, "  # ", text);
	write_files(plan, plan->licences, false, "  ", text);
	if (plan->settings)
		buffer_format(text, "\n  # Samples: they are read only where the program looks for "
			      "them.\n");
	write_files(plan, plan->settings, false, "  ", text);
	buffer_format(text, "\n  # What a static program expects of a root: certificates to trust, "
		      "names of users and\n  # groups, files before DNS when it looks up a host, "
		      "a place for temporary files.\n");
	if (plan->certificates)
		buffer_format(text, "  - path: /etc/ssl/certs/ca-certificates.crt\n"
			      "    certificates: true\n");
	buffer_format(text,
		      "  - path: /etc/passwd\n"
		      "    text: |\n"
		      "      root:x:0:0:root:/root:/sbin/nologin\n"
		      "      nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n"
		      "  - path: /etc/group\n"
		      "    text: |\n"
		      "      root:x:0:\n"
		      "      nonroot:x:65532:\n"
		      "  - path: /etc/nsswitch.conf\n"
		      "    text: |\n"
		      "      hosts: files dns\n"
		      "  - path: /tmp\n"
		      "    directory: true\n"
		      "    mode: \"1777\"\n"
		      "  - path: /root\n"
		      "    directory: true\n"
		      "    mode: \"0700\"\n"
		      "  - path: /home/nonroot\n"
		      "    directory: true\n"
		      "    mode: \"0700\"\n"
		      "    owner: \"65532:65532\"\n");
}

static void write_image(const struct init_plan *plan, struct buffer *text)
{
	buffer_format(text, "\nimage:\n");
	buffer_format(text, "  entrypoint: [%s]\n", scalar(plan, plan->program->path));
	buffer_format(text, "  # cmd: [\"--help\"]\n"
		      "  # ports: [8080/tcp]\n"
		      "  workdir: /\n"
		      "  flavours:\n"
		      "    nonroot:\n"
		      "      user: \"65532:65532\"\n"
		      "      workdir: /home/nonroot\n"
		      "  labels:\n");
	write_questions(plan, INIT_LABELS, "    ", text);
	buffer_format(text, "    org.opencontainers.image.title: %s\n"
		      "    org.opencontainers.image.version: \"{version}\"\n",
		      scalar(plan, plan->name));
	if (plan->source)
		buffer_format(text, "    org.opencontainers.image.source: %s\n",
			      scalar(plan, plan->source));
	if (plan->licence)
		buffer_format(text, "    org.opencontainers.image.licenses: %s\n",
			      scalar(plan, plan->licence));
}

void init_write(const struct init_plan *plan, struct buffer *text)
{
	buffer_format(text, "# A recipe for images of %s, as `bundler init` found the release; "
		      "bundler-recipe(5) explains\n# every key.%s\n\n", plan->name,
		      plan->questions ? " A question has a \"?\": answer it, and remove it." : "");
	write_release(plan, text);
	write_root(plan, text);
	write_image(plan, text);
}
