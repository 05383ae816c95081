# SPDX-License-Identifier: Apache-2.0
"""Compares reports of --json with configs/schemas, and demands the algorithm before each digest.

    python3 reports.py DIRECTORY

Each file of DIRECTORY is COMMAND.NUMBER: what a run of the command printed on standard output. Prints a
line for each that is not what its schema says. Texts that end early are those of runs that were ended.
What is about a row of a list, without what says which row it is, is compared with the command's own schema.
"""
import json
import os
import re
import sys

import jsonschema

SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../configs/schemas")


def load(name):
    with open(f"{SCHEMAS}/{name}", encoding="utf-8") as f:
        return json.load(f)


def documents(command, text):
    if command in ("fetch", "audit-list"):
        return [json.loads(line) for line in text.splitlines()]
    return [json.loads(text)]


def bare_digest(value):
    """The first string that is the digits of a digest alone, or None."""
    if isinstance(value, str):
        return value if re.fullmatch("[0-9a-f]{64}", value) else None
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(bare_digest, values)), None)


def validator(command):
    schema = load(f"{command}.schema.json")
    # In the place of the reference, which versions of jsonschema resolve in different ways.
    schema["anyOf"][1] = load(schema["anyOf"][1]["$ref"])
    return jsonschema.Draft7Validator(schema)


def without_row(document):
    return {key: value for key, value in document.items() if key not in ("image", "recipe", "status")}


def main():
    checks = {}
    for name in sorted(os.listdir(sys.argv[1])):
        command = name.partition(".")[0]
        if command not in checks:
            checks[command] = [(validator(command), lambda document: document)]
            if command.endswith("-list"):
                checks[command].append((validator(command.removesuffix("-list")), without_row))
        with open(f"{sys.argv[1]}/{name}", encoding="utf-8") as f:
            text = f.read()
        try:
            for document in documents(command, text):
                for check, part in checks[command]:
                    error = jsonschema.exceptions.best_match(check.iter_errors(part(document)))
                    if error:
                        print(f"{name}: {error.json_path}: {error.message}")
                if bare_digest(document):
                    print(f"{name}: {bare_digest(document)} does not say of which algorithm it is")
        except ValueError as error:
            print(f"{name}: {error}")


main()
