/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLER_RECIPE_IDENTITY_H
#define BUNDLER_RECIPE_IDENTITY_H

#include "recipe/recipe.h"
#include "recipe/yaml.h"

/*
 * The rows for a table of keys of what identifies a package to SBOMs, beside its package URL:
 * member is the struct recipe_identity in the type that the table fills.
 */
#define RECIPE_IDENTITY_KEYS(type, member) \
	{ "supplier", false, NULL, recipe_identity_supplier_fault, \
	  offsetof(type, member.supplier) }, \
	{ "license", false, NULL, recipe_identity_licence_fault, offsetof(type, member.licence) }

/* Why text is not the name of a supplier: it is empty, too long, or has control characters. */
yaml_rule recipe_identity_supplier_fault;

/*
 * Why text is no licence expression (SPDX 2.3, annex D), or NULL. Whether its identifiers are in
 * the list of licences is not looked at.
 */
yaml_rule recipe_identity_licence_fault;

#endif
