#include "audit_runtime.h"

#include <stddef.h>
#include <string.h>

/* The list is that of moby's daemon/initlayer, and the mark that of its containers. */
static const struct {
	const char *path;
	enum tree_type type;
} added[] = {
	{ "/.dockerenv", TREE_FILE },
	{ "/dev", TREE_DIRECTORY },
	{ "/dev/console", TREE_FILE },
	{ "/dev/pts", TREE_DIRECTORY },
	{ "/dev/shm", TREE_DIRECTORY },
	{ "/etc", TREE_DIRECTORY },
	{ "/etc/hostname", TREE_FILE },
	{ "/etc/hosts", TREE_FILE },
	{ "/etc/mtab", TREE_LINK },
	{ "/etc/resolv.conf", TREE_FILE },
	{ "/proc", TREE_DIRECTORY },
	{ "/sys", TREE_DIRECTORY },
};

bool audit_runtime_adds(const struct tree_node *node)
{
	const uint32_t mode = node->type == TREE_LINK ? 0777 : 0755;
	size_t i = 0;

	while (i < sizeof added / sizeof added[0] && strcmp(added[i].path, node->path) != 0)
		i++;
	return i < sizeof added / sizeof added[0] && added[i].type == node->type
	       && node->mode == mode && node->uid == 0 && node->gid == 0
	       && node->content.size == 0 && !node->observed.attributes
	       && node->observed.group == 0 && !node->observed.repeated
	       && (!node->target || strcmp(node->target, "/proc/mounts") == 0);
}

bool audit_runtime_touches(const char *path)
{
	if (strcmp(path, "/") == 0)
		return true;
	for (size_t i = 0; i < sizeof added / sizeof added[0]; i++)
		if (added[i].type == TREE_DIRECTORY && strcmp(added[i].path, path) == 0)
			return true;
	return false;
}
