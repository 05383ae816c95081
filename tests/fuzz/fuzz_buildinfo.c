/* SPDX-License-Identifier: Apache-2.0 */
/* A program with Go's build information: what is read has the forms that the header states. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "unpack/buildinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_module(const struct buildinfo_module *module)
{
	for (const char *at = module->path; *at; at++)
		if (*at < ' ' || *at > '~')
			abort();
	if (!*module->path || strlen(module->version) > LIMIT_MODULE_BYTES
	    || (*module->sum && strlen(module->sum) != 47))
		abort();
	if (module->replacement)
		check_module(module->replacement);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct content content = content_of(data, size);
	struct pool pool = { 0 };
	struct buildinfo info;
	struct error err;

	if (buildinfo_read(&info, &content, "fuzz", &pool, &err) < 0)
		abort();
	if (info.fault ? info.go || info.module_count || info.setting_count
		       : !*info.go || info.module_count > LIMIT_MODULES
			 || info.setting_count > LIMIT_BUILD_SETTINGS)
		abort();
	if (info.main.path)
		check_module(&info.main);
	for (size_t i = 0; i < info.module_count; i++)
		check_module(&info.modules[i]);
	for (size_t i = 0; i < info.setting_count; i++)
		if (!strchr(info.settings[i], '='))
			abort();
	pool_free(&pool);
	content_free(&content);
	return 0;
}
