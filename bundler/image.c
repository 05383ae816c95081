#include "image.h"

#include <string.h>

#include "buffer.h"
#include "limits.h"
#include "platform.h"

const char *image_platform(struct pool *pool, const char *os, const char *architecture,
			   const char *variant)
{
	const char *name = pool_format(pool, "%s/%s%s%s", os, architecture, *variant ? "/" : "",
				       variant);
	struct error ignored;
	const struct platform *platform = platform_find(name, &ignored);

	return platform ? platform->name : name;
}

int image_document(struct document *document, const struct content *content, struct error *err)
{
	struct buffer text;
	char chunk[4096];
	ssize_t got;
	const char *fault = NULL;

	buffer_init(&text, LIMIT_INDEX_BYTES);
	while ((got = content_read(content, chunk, sizeof chunk, text.length)) > 0)
		if (buffer_add(&text, chunk, (size_t)got) < 0)
			break;
	if (got == 0)
		fault = document_parse(document, &text);
	buffer_free(&text);
	if (got < 0)
		return error_errno(err, STATUS_FILE, "cannot read back a document");
	if (got > 0)
		return error_set(err, STATUS_LIMIT, "cannot read back a document: it is too large");
	return fault ? error_set(err, STATUS_CONFIG, "cannot read back a document: %s", fault) : 0;
}

int image_of(struct image *image, const struct oci_image *built, struct tree *tree,
	     struct error *err)
{
	*image = (struct image){
		.platform = built->platform->name, .has_manifest = true,
		.manifest_digest = built->manifest.digest, .config_digest = built->config.digest,
		.layer_count = 1, .tree = *tree, .has_tree = true,
	};
	*tree = (struct tree){ .nodes = NULL };
	image->layers = pool_new(&image->pool, 1, sizeof *image->layers);
	image->layers[0] = (struct image_layer){
		.digest = built->layer.blob.digest, .size = built->layer.blob.size,
		.has_diff_id = true, .diff_id = built->layer.diff_id,
	};
	if (image_document(&image->config, &built->config, err) < 0)
		return -1;
	return image_document(&image->manifest, &built->manifest, err);
}

void image_free(struct image *image)
{
	document_free(&image->manifest);
	document_free(&image->config);
	tree_free(&image->tree);
	pool_free(&image->pool);
}
