#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the completions of bash, zsh and fish from what the program says of itself.

    completions.py PROGRAM DIRECTORY

Commands, options and operands are those of --help, platforms and kinds of places those of the sources.
The files are committed, so that who installs needs no Python; tests/check/completions holds them equal.
"""
import os
import re
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PATHS = ("FILE", "DIR", "RECIPE")
HEAD = "# SPDX-License-Identifier: Apache-2.0\n# Written by bundler/make/completions.py.\n"


def source(path):
    with open(f"{TOP}/{path}", encoding="utf-8") as f:
        return f.read()


def said(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=10)


def values(program):
    """The words that an argument can be, by what --help calls it, or by COMMAND OPTION."""
    fields = re.search(r"fields are (.*)", said(program, "diff", "--ignore", "?", "oci:a", "oci:b").stderr).group(1)
    rules = re.findall(r"^(\w\S*)", said(program, "lint", "--rules").stdout, re.M)
    return {
        "PLATFORM": ["all", *re.findall(r'^\t\{ "(\w+/[^"]+)", "\w+-', source("base/platform.c"), re.M)],
        "FIELDS": fields.split(", "),
        "RULES": rules,
        "VERDICT": ["equivalent", "identical"],
        "HOW": ["gzip", "zstd", "none"],
        "PLACE": re.findall(r'^\t\{ "([\w-]+:(?://)?)"', source("image/location.c"), re.M),
        "style": ["doi"],
    }


class Command:
    def __init__(self, program, name, summary):
        self.name, self.summary = name, summary
        text = said(program, "help", name).stdout
        usage = " ".join(text.split("\n\n")[0].split()[3:])
        listed = re.findall(r"^  (?:-(\w), |    )--(\S+)(?: ([A-Z]+))? +(.*(?:\n {31}\S.*)*)", text, re.M)
        self.options = [(letter, name, argument, " ".join(text.split())) for letter, name, argument, text in listed]
        rest = re.sub(r"\[?-[-\w]+(?: [A-Z]+)?\]?(?:\.\.\.)?", "", usage)
        self.verbs = next((words.split("|") for words in rest.split() if re.fullmatch(r"[a-z]+(\|[a-z]+)+", words)), [])
        self.recipe = "RECIPE" in rest  # perhaps beside a place
        self.operand = "PLACE" if re.search("PLACE|FROM", rest) else \
            "RECIPE" if "RECIPE" in rest else "DIR" if "DIR" in rest else "FILE" if "BUNDLE" in rest else ""


def commands(program):
    text = said(program, "help").stdout
    return [Command(program, *row) for row in re.findall(r"^  ([a-z]+) +(.*)", text[text.index("commands:"):], re.M)]


def kind_of(option, argument, known):
    return option if option in known else argument


def operand_of(command):
    if command.verbs:
        return command.name + ".verb"
    return command.operand + ("_OR_RECIPE" if command.recipe and command.operand == "PLACE" else "")


def bash(program):
    known, found = values(program), commands(program)
    lines = [HEAD + "# shellcheck shell=bash disable=SC2207", "", "_bundler_options() {", "\tcase $1 in"]
    for command in found:
        words = " ".join("--" + name for _, name, _, _ in command.options)
        lines += [f"\t{command.name})", *wrapped(words, "\t\techo "), "\t\t;;"]
    lines += ["\tesac", "}", "", "# What an option of a command takes: a word of the cases below.", "_bundler_takes() {",
              "\tcase $1.$2 in"]
    taken = {}
    for command in found:
        for letter, name, argument, _ in command.options:
            if argument:
                kind = kind_of(name, argument, known)
                for option in (f"--{name}", f"-{letter}")[:1 + bool(letter)]:
                    taken.setdefault(option, {}).setdefault(kind if kind in (*known, *PATHS) else "TEXT",
                                                            []).append(command.name)
    for option, kinds in sorted(taken.items()):
        for kind, names in sorted(kinds.items()):
            patterns = ["*"] if len(kinds) == 1 else names
            lines += [f"\t{' | '.join(f'{x}.{option}' for x in patterns)}) echo {kind} ;;"]
    lines += ["\tesac", "}", "", "_bundler_operand() {", "\tcase $1 in"]
    for command in found:
        if command.verbs or command.operand:
            lines.append(f"\t{command.name}) echo {operand_of(command)} ;;")
    lines += ["\thelp) echo COMMAND ;;", "\tesac", "}", "", "# The words of a kind.", "_bundler_words() {", "\tcase $1 in"]
    names = " ".join([*(c.name for c in found), "help", "version"])
    for kind, words in [*known.items(), ("COMMAND", names.split()),
                        *((c.name + ".verb", c.verbs) for c in found if c.verbs)]:
        lines += [f"\t{kind}{'*' if kind == 'PLACE' else ''})", *wrapped(" ".join(words), "\t\techo "), "\t\t;;"]
    lines += ["\tesac", "}", ""]
    return "\n".join(lines) + r'''
_bundler() {
	local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} kind='' words
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	# bash parts words at '=' and ':'.
	if [ "$current" = = ]; then
		current=
	elif [ "$before" = = ] && [ "$COMP_CWORD" -ge 3 ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ "$current" = : ] || [ "$before" = : ]; then
		COMPREPLY=($(compgen -f -- "${current#:}"))
		return
	fi
	if [ "$COMP_CWORD" -eq 1 ]; then
		kind=COMMAND
	elif [[ $before == -* ]]; then
		kind=$(_bundler_takes "$command" "$before")
	fi
	if [ -z "$kind" ] && [[ $current == -* ]]; then
		words=$(_bundler_options "$command")
	else
		kind=${kind:-$(_bundler_operand "$command")}
		words=$(_bundler_words "$kind")
	fi
	case $kind in
	FILE | DIR | RECIPE)
		compopt -o filenames 2>/dev/null
		if [ "$kind" = DIR ]; then
			COMPREPLY=($(compgen -d -- "$current"))
		elif [ "$kind" = RECIPE ]; then
			COMPREPLY=($(compgen -f -X '!*.yaml' -- "$current") $(compgen -d -- "$current"))
		else
			COMPREPLY=($(compgen -f -- "$current"))
		fi ;;
	PLACE*)
		compopt -o nospace 2>/dev/null
		COMPREPLY=($(compgen -W "$words" -- "$current"))
		[ "$kind" = PLACE ] || COMPREPLY+=($(compgen -f -X '!*.yaml' -- "$current")) ;;
	*)
		COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
	esac
}
complete -F _bundler bundler
'''


def wrapped(text, begin):
    """Lines of at most 100 columns; a tab has 8."""
    lines, line = [], begin
    for word in text.split(" "):
        if len((line + word).expandtabs(8)) > 97:
            lines.append(line + "\\")
            line = "\t\t\t"
        line += word + " "
    return [*lines, line.rstrip()]


def quoted(text):
    return text.replace("'", "'\\''")


def zsh(program):
    known, found = values(program), commands(program)
    action = {"FILE": "_files", "DIR": "_files -/", "RECIPE": "_files -g \\*.yaml"}

    def takes(kind):
        if kind in action:
            return action[kind]
        if kind == "PLACE":
            return "_bundler_place"
        return f"({' '.join(known[kind])})" if kind in known else " "

    lines = ["#compdef bundler", HEAD, "_bundler_place() {", "\tif compset -P '*:'; then", "\t\t_files", "\telse",
             f"\t\tcompadd -S '' -- {' '.join(known['PLACE'])}", "\tfi", "}", "",
             "_bundler() {", "\tlocal context state state_descr line", "\ttypeset -A opt_args", "\tlocal -a commands=("]
    lines += [f"\t\t'{c.name}:{quoted(c.summary)}'" for c in found]
    lines += ["\t\t'help:describe a command'", "\t\t'version:print the version'", "\t)",
              "\t_arguments -C '1:command:->command' '*::argument:->argument'", "\tcase $state in",
              "\tcommand) _describe command commands ;;", "\targument)", "\t\tcase $words[1] in",
              "\t\thelp) _describe command commands ;;"]
    for command in found:
        lines.append(f"\t\t{command.name})")
        lines.append("\t\t\t_arguments -s \\")
        for letter, name, argument, text in command.options:
            text = quoted(text).replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
            tail = f":{argument}:{takes(kind_of(name, argument, known))}" if argument else ""
            more = "\\*" if "repeatable" in text or name == "sums" else ""
            if letter:
                lines.append(f"\t\t\t\t{more}{{-{letter},--{name}{'=' if argument else ''}}}'[{text}]{tail}' \\")
            else:
                lines.append(f"\t\t\t\t{more}'--{name}{'=' if argument else ''}[{text}]{tail}' \\")
        operand = f"({' '.join(command.verbs)})" if command.verbs else takes(command.operand)
        if operand_of(command) == "PLACE_OR_RECIPE":
            operand = "{_bundler_place; _files -g \\*.yaml}"
        lines.append(f"\t\t\t\t'*:operand:{operand}' ;;")
    lines += ["\t\tesac ;;", "\tesac", "}", "", '_bundler "$@"', ""]
    return "\n".join(lines)


def fish(program):
    known, found = values(program), commands(program)
    lines = [HEAD + "complete -c bundler -f"]
    for name, summary in [*((c.name, c.summary) for c in found), ("help", "describe a command"),
                          ("version", "print the version")]:
        lines.append(f"complete -c bundler -n __fish_use_subcommand -a {name} -d '{quoted(summary)}'")
    names = " ".join(c.name for c in found)
    lines.append(f"complete -c bundler -n '__fish_seen_subcommand_from help' -a '{names}'")

    def takes(kind):
        if kind in known:
            return f" -x -a '{' '.join(known[kind])}'"
        return {"FILE": " -r -F", "RECIPE": " -r -F", "DIR": " -x -a '(__fish_complete_directories)'"}.get(kind, " -x")

    for command in found:
        start = f"complete -c bundler -n '__fish_seen_subcommand_from {command.name}'"
        for letter, name, argument, text in command.options:
            lines.append(start + (f" -s {letter}" if letter else "") + f" -l {name}"
                         + (takes(kind_of(name, argument, known)) if argument else "") + f" -d '{quoted(text)}'")
        if command.verbs:
            lines.append(start + f" -a '{' '.join(command.verbs)}'")
        elif command.operand == "PLACE":
            lines.append(start + f" -a '{' '.join(known['PLACE'])}'" + (" -F" if command.recipe else ""))
        elif command.operand == "DIR":
            lines.append(start + " -a '(__fish_complete_directories)'")
        elif command.operand:
            lines.append(start + " -F")
    return "\n".join(lines) + "\n"


FILES = {"bundler.bash": bash, "_bundler": zsh, "bundler.fish": fish}

if __name__ == "__main__":
    for file, write in FILES.items():
        with open(os.path.join(sys.argv[2], file), "w", encoding="utf-8") as out:
            out.write(write(sys.argv[1]))
