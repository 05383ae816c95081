#include "yaml.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"

static int parser_fault(const char *name, const yaml_parser_t *parser, struct error *err)
{
	return error_set(err, STATUS_CONFIG, "cannot read '%s': line %zu, column %zu: %s", name,
			 parser->problem_mark.line + 1, parser->problem_mark.column + 1,
			 parser->problem ? parser->problem : "not YAML");
}

/* 1 when a second document follows, 0 when none does, -1 when what follows is not YAML. */
static int another(yaml_parser_t *parser)
{
	yaml_document_t next;
	int found;

	if (!yaml_parser_load(parser, &next))
		return -1;
	found = yaml_document_get_root_node(&next) != NULL;
	yaml_document_delete(&next);
	return found;
}

int yaml_load(struct yaml *yaml, const char *name, struct pool *pool, const struct buffer *text,
	      struct error *err)
{
	yaml_parser_t parser;
	int result = -1, more;

	yaml->name = name;
	yaml->pool = pool;
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(text->bytes ? text->bytes : ""),
				     text->length);
	if (!yaml_parser_load(&parser, &yaml->document)) {
		parser_fault(name, &parser, err);
		goto out;
	}
	if (!yaml_document_get_root_node(&yaml->document)) {
		error_set(err, STATUS_CONFIG, "cannot read '%s': it is empty", name);
		goto unload;
	}
	more = another(&parser);
	if (more == 0)
		result = 0;
	else if (more < 0)
		parser_fault(name, &parser, err);
	else
		error_set(err, STATUS_CONFIG, "cannot read '%s': more than one document", name);
unload:
	if (result < 0)
		yaml_document_delete(&yaml->document);
out:
	yaml_parser_delete(&parser);
	return result;
}

void yaml_unload(struct yaml *yaml)
{
	yaml_document_delete(&yaml->document);
}

yaml_node_t *yaml_root(struct yaml *yaml)
{
	return yaml_document_get_root_node(&yaml->document);
}

int yaml_fault(const struct yaml *yaml, const yaml_node_t *node, struct error *err,
	       const char *format, ...)
{
	char reason[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, sizeof reason, format, ap);
	va_end(ap);
	return error_set(err, STATUS_CONFIG, "cannot read '%s': line %zu, column %zu: %s", yaml->name,
			 node->start_mark.line + 1, node->start_mark.column + 1, reason);
}

const char *yaml_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

size_t yaml_count(const yaml_node_t *node)
{
	if (node->type == YAML_SEQUENCE_NODE)
		return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (node->type == YAML_MAPPING_NODE)
		return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
	return 0;
}

/* The key of a pair, which must be a scalar and must not stand in the pairs before it. */
static yaml_node_t *new_key(struct yaml *yaml, yaml_node_t *node, yaml_node_pair_t *pair,
			    struct error *err)
{
	yaml_node_t *key = yaml_document_get_node(&yaml->document, pair->key);

	if (key->type != YAML_SCALAR_NODE) {
		yaml_fault(yaml, key, err, "a key must be plain text");
		return NULL;
	}
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < pair; p++) {
		yaml_node_t *other = yaml_document_get_node(&yaml->document, p->key);

		if (strcmp(yaml_text(other), yaml_text(key)) == 0) {
			yaml_fault(yaml, key, err, "key '%s' stands twice", yaml_text(key));
			return NULL;
		}
	}
	return key;
}

int yaml_pairs(struct yaml *yaml, yaml_node_t *node,
	       int (*take)(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
			   struct error *err),
	       void *into, struct error *err)
{
	if (node->type != YAML_MAPPING_NODE)
		return yaml_fault(yaml, node, err, "a mapping is expected here");
	if (yaml_count(node) > LIMIT_RECIPE_ENTRIES)
		return yaml_fault(yaml, node, err, "more than %d keys", LIMIT_RECIPE_ENTRIES);
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = new_key(yaml, node, pair, err);
		yaml_node_t *value = yaml_document_get_node(&yaml->document, pair->value);

		if (!key || take(yaml, key, value, into, err) < 0)
			return -1;
	}
	return 0;
}

/* What yaml_mapping hands through yaml_pairs. */
struct keyed {
	const struct yaml_key *keys;
	uint64_t seen;		/* a bit for each row of keys */
	void *into;
};

static int take_key(struct yaml *yaml, yaml_node_t *key, yaml_node_t *value, void *into,
		    struct error *err)
{
	struct keyed *keyed = into;

	for (size_t i = 0; keyed->keys[i].name; i++) {
		if (strcmp(keyed->keys[i].name, yaml_text(key)) == 0) {
			keyed->seen |= UINT64_C(1) << i;
			return keyed->keys[i].take(yaml, value, (char *)keyed->into + keyed->keys[i].offset,
						   err);
		}
	}
	return yaml_fault(yaml, key, err, "unknown key '%s'", yaml_text(key));
}

int yaml_mapping(struct yaml *yaml, yaml_node_t *node, const struct yaml_key *keys, void *into,
		 struct error *err)
{
	struct keyed keyed = { .keys = keys, .into = into };

	if (yaml_pairs(yaml, node, take_key, &keyed, err) < 0)
		return -1;
	for (size_t i = 0; keys[i].name; i++)
		if (keys[i].required && !(keyed.seen >> i & 1))
			return yaml_fault(yaml, node, err, "key '%s' is missing", keys[i].name);
	return 0;
}

int yaml_sequence(struct yaml *yaml, yaml_node_t *node, yaml_take *take, void *into,
		  struct error *err)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return yaml_fault(yaml, node, err, "a list is expected here");
	if (yaml_count(node) > LIMIT_RECIPE_ENTRIES)
		return yaml_fault(yaml, node, err, "more than %d items", LIMIT_RECIPE_ENTRIES);
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++)
		if (take(yaml, yaml_document_get_node(&yaml->document, *item), into, err) < 0)
			return -1;
	return 0;
}

char *yaml_string(struct yaml *yaml, const yaml_node_t *node, struct error *err)
{
	if (node->type != YAML_SCALAR_NODE) {
		yaml_fault(yaml, node, err, "text is expected here");
		return NULL;
	}
	if (strlen(yaml_text(node)) != node->data.scalar.length) {
		yaml_fault(yaml, node, err, "text must not contain NUL");
		return NULL;
	}
	return pool_string(yaml->pool, yaml_text(node));
}

int yaml_take_string(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	char **string = into;

	*string = yaml_string(yaml, node, err);
	return *string ? 0 : -1;
}

int yaml_take_boolean(struct yaml *yaml, yaml_node_t *node, void *into, struct error *err)
{
	const char *text = yaml_string(yaml, node, err);
	bool *value = into;

	if (!text)
		return -1;
	*value = strcmp(text, "true") == 0;
	if (!*value && strcmp(text, "false") != 0)
		return yaml_fault(yaml, node, err, "'true' or 'false' is expected here");
	return 0;
}
