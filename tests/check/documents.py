# SPDX-License-Identifier: Apache-2.0
"""What the checks of the documents share: how a manual page and Markdown are read, and what the program
says of itself."""

import glob
import os
import re
import subprocess

import tap  # the top of the tree is the current directory then

MAIN, RECIPE, LOCK = "docs/bundler.1", "docs/bundler-recipe.5", "docs/bundler-lock.5"
MARKDOWN = ["README.md", "tests/README.md", *sorted(glob.glob("docs/*.md"))]

bundler = os.path.abspath(os.environ.get("BUNDLER", "build/bundler"))


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def sources(pattern):
    return {path: read(path) for path in sorted(glob.glob(pattern, recursive=True))}


def differences(what, documented, real):
    """Faults for two sets, or for two mappings, that should be equal."""
    faults = [f"{what}: '{x}' is documented and does not exist"
              for x in documented if x not in real]
    faults += [f"{what}: '{x}' is not documented" for x in real if x not in documented]
    if isinstance(real, dict):
        faults += [f"{what}: '{x}' is '{real[x]}', documented as '{documented[x]}'"
                   for x in real if x in documented and documented[x] != real[x]]
    return faults if real else faults + [f"{what}: nothing to compare with was found"]


# ---- manual pages ----

class Item:
    """An .It of a list, as words: its head, and the text below it."""

    def __init__(self, head):
        self.head, self.body = head, []

    @property
    def title(self):
        return self.head or "".join(self.body[:1]).removeprefix("\\&")


def words(arguments):
    """The text of a macro line's arguments, for the few macros that heads are made of."""
    text, dash, enclose = "", "", False
    for token in re.findall(r'"[^"]*"|\S+', arguments):
        if token in ("Fl", "Ar", "Cm", "Ev", "Pa", "Ql", "Pq", "Ns", "Ta", "Sy"):
            dash = "-" if token == "Fl" else "" if token != "Ns" else dash
            enclose = enclose or token == "Pq"
            continue
        token = token.strip('"')
        if token == ",":
            text += ","
            continue
        text += f"{' ' if text else ''}{'(' if enclose else ''}{dash}{token}"
        dash = ""
    return text.replace("\\&", "") + (")" if enclose else "")


class Page:
    """A manual page: the items of its lists by section and subsection, and what it prints."""

    def __init__(self, path):
        self.path, self.items, self.text = path, {}, {}
        section = sub = ""
        depth = 0
        for line in read(path).splitlines():
            macro, _, rest = line.partition(" ")
            if macro in (".Sh", ".Ss"):
                section, sub = (rest, "") if macro == ".Sh" else (section, rest)
            place = (section, sub)
            self.text.setdefault(place, []).append(line)
            depth += (macro == ".Bl") - (macro == ".El")
            if macro == ".It" and depth == 1:
                self.items.setdefault(place, []).append(Item(words(rest)))
            elif depth and self.items.get(place) and macro not in (".Bl", ".El"):
                self.items[place][-1].body.append(line)

    def heads(self, section, sub=""):
        return [item.title for item in self.items.get((section, sub), [])]

    def rows(self, section, sub=""):
        """The rows of a table, cells as text, without its header."""
        lines = [line for line in self.text.get((section, sub), [])
                 if re.match(r"\.It .*\bTa\b", line)]
        return [[words(cell) for cell in re.split(r"\s+Ta\b\s*", line[4:])] for line in lines][1:]

    def literal(self, section):
        """The first literal block."""
        lines = self.text[(section, "")]
        start = next(i for i, line in enumerate(lines) if line.startswith(".Bd"))
        return "\n".join(lines[start + 1:lines.index(".Ed", start)]) + "\n"

    def printed(self, section):
        out = subprocess.run(["mandoc", "-Tascii", "-Owidth=1000", self.path], capture_output=True,
                             text=True, check=True).stdout
        out = re.sub(r".\x08", "", out)
        lines = re.search(rf"^{section}\n(.*?)^\S", out, re.M | re.S).group(1).splitlines()
        return [" ".join(line.split()) for line in lines if line.strip()]


# ---- the program ----

def print_help(*arguments):
    return subprocess.run([bundler, *arguments, "--help"], capture_output=True, text=True,
                          check=True, timeout=10).stdout


def commands():
    text = print_help()
    return re.findall(r"^  (\S+)", text[text.index("commands:"):], re.M)


def options(command):
    """What --help lists, each as it is written there, without the options that all commands have."""
    found = re.findall(r"^  (?:(-\w), |    )(--\S+(?: [A-Z]+)?)", print_help(command), re.M)
    every = {"-h, --help", "-v, --verbose"}
    if "[-q]" not in " ".join(print_help(command).split("\n\n")[0].split()):
        every.add("-q, --quiet")
    return {(f"{short}, " if short else "") + long for short, long in found} - every
