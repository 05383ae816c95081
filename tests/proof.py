#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A proof of bundler/make/prove.sh is as configs/schemas/proof.schema.json says: proof.py FILE.

The interpreter is Debian's, whose packages the module comes from."""

import json
import os
import sys

import jsonschema

schema = os.path.join(os.path.dirname(__file__), "..", "configs", "schemas", "proof.schema.json")
with open(schema, encoding="utf-8") as s, open(sys.argv[1], encoding="utf-8") as proof:
    jsonschema.validate(json.load(proof), json.load(s))
