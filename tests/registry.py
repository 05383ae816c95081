# SPDX-License-Identifier: Apache-2.0
"""A registry, or what stands around one, that does what a test says.

    python3 registry.py [--log FILE] LISTENER...

A listener is ADDRESS:PORT/TLS=RULES. TLS is "plain", or the file with certificate and key, or alertN: the
handshake is refused with this alert. RULES are
rules with ";;" between them, each a line of shell words: PATTERN BEHAVIOUR. The first rule answers whose
pattern fits; 404 without one. A pattern is a glob for the target, with "POST ", "PUT " or "HEAD " before
it for that method; "N*" before all of it lets the rule answer N times only, and "!AUTHORIZATION" behind it lets it
answer requests with any other Authorization than this ("Bearer_x": "_" is a blank). Behaviours:

    say STATUS [FIELD]... [<TEXT | @FILE]     with a Content-Length
    cut STATUS [FIELD]... @FILE               only half of the file
    repeat STATUS [FIELD]... <TEXT            the text for ever
    fields STATUS FIELD                       the field for ever
    stall STATUS                              the header, and then nothing
    last STATUS [FIELD]... [<TEXT | @FILE]    as say, and nobody listens any more
    close 0                                   no answer at all
    silent 0                                  the same, and the connection stays
    early STATUS [FIELD]... [<TEXT | @FILE]   as say, without waiting for a body, which is not read
    drop 0                                    the connection ends in the middle of the body
    deaf 0                                    the body is not read, and the connection stays
    layout 200 DIRECTORY                      the blob that an OCI layout has under the last digest of the
                                              target; under any other name its first manifest

A FIELD is NAME: VALUE; \\n in it is a line feed, \\e an escape. Each request is a line in the log:
listener, method, target, and Authorization, Accept, Range and body where there are any; the body of a
PUT is shown as its Content-Type and its SHA-256, that of one that was cut off as "cut", of one that was
not read as "unread".
"""

import fnmatch
import hashlib
import json
import re
import shlex
import socket
import ssl
import sys
import threading
import time

lock = threading.Lock()


class Rule:
    def __init__(self, text):
        words = shlex.split(text)
        if re.fullmatch(r"([0-9]+\*)?(POST|PUT|HEAD)", words[0]):
            words[:2] = [" ".join(words[:2])]
        self.pattern, self.behaviour, *self.words = words
        self.left = float("inf")
        count, star, rest = self.pattern.partition("*")
        if star and count.isdigit():
            self.left, self.pattern = int(count), rest
        self.pattern, _, self.login = self.pattern.partition("!")
        if not self.pattern.startswith(("POST ", "PUT ", "HEAD ")):
            self.pattern = "GET " + self.pattern

    def fits(self, method, target, fields):
        if self.left <= 0 or not fnmatch.fnmatchcase(f"{method} {target}", self.pattern):
            return False
        if self.login and fields.get("authorization") == self.login.replace("_", " "):
            return False
        self.left -= 1
        return True


class Listener:
    def __init__(self, text, log):
        place, _, rules = text.partition("=")
        self.name, _, tls = place.partition("/")
        address, _, port = self.name.rpartition(":")
        self.rules = [Rule(rule) for rule in rules.split(";;") if rule.strip()]
        self.log = log
        self.context = None
        self.alert = int(tls[5:]) if tls.startswith("alert") else 0
        if tls != "plain" and not self.alert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(tls)
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address.strip("[]"), int(port)))
        self.socket.listen(64)

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        try:
            connection.settimeout(60)
            if self.alert:
                connection.recv(65536)
                connection.sendall(bytes([21, 3, 3, 0, 2, 2, self.alert]))
                raise OSError("refused")
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            method, target, fields, body = self.read(connection)
            with lock:
                rule = next((r for r in self.rules if r.fits(method, target, fields)), None)
            self.read_body(connection, method, target, fields, body, rule.behaviour if rule else "say")
            if rule and rule.behaviour == "last":
                self.socket.shutdown(socket.SHUT_RDWR)
                self.socket.close()
            if rule and rule.behaviour == "layout":
                behave(connection, method, "say", ["200", *from_layout(rule.words[1], target)], fields)
            elif rule and rule.behaviour != "close":
                behave(connection, method, rule.behaviour, rule.words, fields)
            elif not rule:
                behave(connection, method, "say", ["404", "Content-Type: text/plain", "<404 page not found"], fields)
            if rule and rule.behaviour == "early":
                time.sleep(1)  # an end while there is something to read would take the answer with it
            elif self.context:
                connection.unwrap()
        except OSError:
            pass
        finally:
            connection.close()

    def read(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(4096)
            if not part:
                raise OSError("closed")
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target = first.split(" ")[:2]
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return method, target, fields, body

    def read_body(self, connection, method, target, fields, body, behaviour):
        length, part = int(fields.get("content-length", 0)), b"-"
        wanted = {"early": 0, "deaf": 0, "drop": length // 2}.get(behaviour, length)
        while len(body) < wanted and part:
            part = connection.recv(65536)
            body += part
        shown = [f"{name}: {fields[name.lower()]}" for name in ("Authorization", "Range", "Cookie")
                 if name.lower() in fields]
        if fields.get("accept", "*/*") != "*/*":
            shown.append(f"Accept: {fields['accept']}")
        text = body.decode("latin-1")
        if method == "PUT":
            text = f"{fields.get('content-type', '-')} {hashlib.sha256(body).hexdigest()}"
            if len(body) < length:
                text = "unread" if behaviour in ("early", "drop", "deaf") else "cut"
        with lock, open(self.log, "a", encoding="latin-1") as f:
            f.write(" ".join([self.name, method, target, *shown, text]).strip() + "\n")
        if behaviour == "deaf":
            time.sleep(60)
        if len(body) < length and behaviour != "early":
            raise OSError("closed")


def from_layout(directory, target):
    """The words of "say" for what a layout has."""
    with open(f"{directory}/index.json", encoding="ascii") as f:
        first = json.load(f)["manifests"][0]["digest"]
    digest = target.rpartition("sha256:")[2] if "sha256:" in target else first[7:]
    path = f"{directory}/blobs/sha256/{digest}"
    kind = "application/octet-stream"
    if "/manifests/" in target:
        with open(path, encoding="utf-8") as f:
            kind = json.load(f)["mediaType"]
    return [f"Content-Type: {kind}", f"@{path}"]


def behave(connection, method, behaviour, words, fields):
    def send(status, lines):
        text = "".join(line + "\r\n" for line in [f"HTTP/1.1 {status} Text", *lines])
        text = text.replace("\\n", "\n").replace("\\e", "\x1b")
        connection.sendall(text.encode("latin-1"))

    if behaviour == "silent":
        time.sleep(60)
    status, *words = words
    body, lines = b"", []
    for word in words:
        if word.startswith("<"):
            body = word[1:].replace("\\e", "\x1b").encode("latin-1")
        elif word.startswith("@"):
            with open(word[1:], "rb") as f:
                body = f.read()
        else:
            lines.append(word)
    if behaviour == "fields":
        send(status, [])
        while True:
            connection.sendall((lines[0] + "\r\n").encode("latin-1") * 64)
    if behaviour == "repeat":
        send(status, [*lines, ""])
        while True:
            connection.sendall(body * (65536 // len(body)))
    if behaviour == "stall":
        send(status, ["Content-Length: 9", ""])
        time.sleep(60)
    first = fields.get("range", "bytes=0-")[6:].rstrip("-")
    if status == "200" and first != "0":
        status = "206"
        lines.append(f"Content-Range: bytes {first}-{len(body) - 1}/{len(body)}")
        body = body[int(first):]
    if not any(line.lower().startswith("content-length:") for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    send(status, [*lines, ""])
    if method != "HEAD":
        connection.sendall(body[:len(body) // 2] if behaviour == "cut" else body)


def main():
    arguments = sys.argv[1:]
    log = "/dev/null"
    if arguments[0] == "--log":
        log, arguments = arguments[1], arguments[2:]
    for listener in [Listener(text, log) for text in arguments]:
        threading.Thread(target=listener.serve, daemon=True).start()
    with open("listening", "w", encoding="ascii"):
        pass
    threading.Event().wait()


main()
