# SPDX-License-Identifier: Apache-2.0
"""A web server that misbehaves on request, for tests of the network.

    python3 server.py [--log FILE] LISTENER...

A listener is ADDRESS:PORT/TLS=SCRIPT. TLS is "plain", or the file with certificate and key, with
"+tls13", "+tls11" (no later one), "+cbc" (no AEAD), "+client" (demands a certificate) or "+mute" (says nothing, even in the handshake) appended. A script is
a list of behaviours with ";;" between them, one for each connection, the last for all further
ones. {n} in a script is the number of the connection. Behaviours:

    file PATH [NAME:VALUE]...     a good server: ranges, If-Range, entity tag (the content's)
    whole PATH [NAME:VALUE]...    the same without ranges
    status N [NAME:VALUE]...      no body
    redirect URL                  302 there
    html                          200, and a page
    cut PATH BYTES                as file, but closes after BYTES of body
    reset PATH BYTES              as file, but resets the connection after BYTES of body
    truncate PATH BYTES           as file, but without length, and with no close_notify at the end
    stall PATH BYTES              as file, but says nothing more after BYTES of body
    drip PATH BYTES               as file, but then a byte each 100 ms
    endless                       200 without length, for ever
    range TEXT PATH               206 with "Content-Range: TEXT" and the file
    chunked PATH                  chunks, and trailers that look like a header of their own
    headers                       header lines for ever
    interim                       100 (Continue) for ever
    raw TEXT                      these bytes (\\r and \\n are understood), then closes
    greet TEXT                    the same, before there is a request
    pour FIRST MORE               FIRST, then MORE for ever ("_" is a space, bytes as \\xNN)
    flood MORE                    MORE for ever, before there is a request
    close                         closes at once
    proxy [N]                     a proxy that knows CONNECT, and answers it with N if given

Each request is a line in the log: listener, method, target, Range and If-Range, Authorization, X-*.
"""

import hashlib
import os
import socket
import ssl
import struct
import sys
import threading
import time

log_lock = threading.Lock()


class Listener:
    def __init__(self, text, log):
        place, _, script = text.partition("=")
        self.host, _, tls = place.partition("/")
        address, _, port = self.host.rpartition(":")
        self.words = tls.split("+")
        self.script = [part.strip() for part in script.split(";;")]
        self.log = log
        self.count = 0
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address.strip("[]"), int(port)))
        self.socket.listen(64)
        self.context = None if self.words[0] == "plain" else self.make_context()

    def make_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.words[0])
        if "tls13" in self.words:
            context.minimum_version = ssl.TLSVersion.TLSv1_3
        if "tls11" in self.words:
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
        if "client" in self.words:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(os.path.join(os.path.dirname(self.words[0]), "ca.pem"))
        if "cbc" in self.words:
            context.set_ciphers("ECDHE+AES+SHA256:!AESGCM:!AESCCM:!CHACHA20:@SECLEVEL=0")
        return context

    def serve(self):
        while True:
            connection, _ = self.socket.accept()
            behaviour = self.script[min(self.count, len(self.script) - 1)]
            self.count += 1
            behaviour = behaviour.replace("{n}", str(self.count))
            threading.Thread(target=self.answer, args=(connection, behaviour), daemon=True).start()

    def answer(self, connection, behaviour):
        try:
            connection.settimeout(60)
            if "mute" in self.words:
                time.sleep(60)
            raw = connection
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            Exchange(self, connection, raw).run(behaviour)
        except OSError:
            pass
        finally:
            connection.close()


class Exchange:
    def __init__(self, listener, connection, raw):
        self.listener, self.connection, self.raw = listener, connection, raw

    def read_request(self):
        data = b""
        while b"\r\n\r\n" not in data:
            part = self.connection.recv(4096)
            if not part:
                raise OSError("closed")
            data += part
        lines = data.decode("latin-1").split("\r\n")
        self.method, self.target = lines[0].split(" ")[:2]
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.fields[name.lower()] = value.strip()
        self.note()

    def note(self):
        if not self.listener.log:
            return
        extra = [f" {name}: {self.fields[name]}" for name in
                 ("range", "if-range", "authorization", "proxy-authorization", "cookie",
                  *(name for name in self.fields if name.startswith("x-")))
                 if name in self.fields]
        with log_lock, open(self.listener.log, "a", encoding="latin-1") as f:
            f.write(f"{self.listener.host} {self.method} {self.target}{''.join(extra)}\n")

    def send(self, data):
        self.connection.sendall(data)

    def head(self, status, fields=()):
        self.send(f"HTTP/1.1 {status} Text\r\n".encode() +
                  "".join(f"{f}\r\n" for f in fields).encode("latin-1") + b"\r\n")

    def run(self, behaviour):
        word, *rest = behaviour.split(" ")
        if word == "close":
            return
        if word == "greet":
            self.do_raw(*rest)
            time.sleep(1)
            return
        if word == "flood":
            self.do_pour("", *rest)
        self.read_request()
        getattr(self, "do_" + word)(*rest)
        if self.connection is not self.raw and word != "truncate":
            self.connection.unwrap()

    # ---- behaviours ----

    def begin(self, path, fields=(), ranges=True, length=True):
        """Sends the header of a good server, and returns the body that belongs to it."""
        with open(path, "rb") as f:
            content = f.read()
        tag = '"' + hashlib.sha256(content).hexdigest()[:16] + '"'
        fields = [f"ETag: {tag}", *(f.replace(":", ": ", 1) for f in fields)]
        wanted = self.fields.get("range", "")
        if ranges and wanted.startswith("bytes=") and self.fields.get("if-range", tag) == tag:
            first = int(wanted[6:].rstrip("-"))
            if first >= len(content):
                self.head(416, [f"Content-Range: bytes */{len(content)}", "Content-Length: 0"])
                return b""
            fields.append(f"Content-Range: bytes {first}-{len(content) - 1}/{len(content)}")
            content = content[first:]
            status = 206
        else:
            status = 200
        if length:
            fields.append(f"Content-Length: {len(content)}")
        self.head(status, fields)
        return content

    def do_file(self, path, *fields):
        self.send(self.begin(path, fields))

    def do_whole(self, path, *fields):
        self.send(self.begin(path, fields, ranges=False))

    def do_status(self, status, *fields):
        self.head(status, ["Content-Length: 0", *(f.replace(":", ": ", 1) for f in fields)])

    def do_redirect(self, url):
        self.head(302, [f"Location: {url}", "Content-Length: 0"])

    def do_html(self):
        page = b"<html>Please log in</html>\n"
        self.head(200, ["Content-Type: text/html; charset=utf-8", f"Content-Length: {len(page)}"])
        self.send(page)

    def do_cut(self, path, count):
        self.send(self.begin(path)[:int(count)])

    def do_reset(self, path, count):
        self.send(self.begin(path)[:int(count)])
        time.sleep(0.2)
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def do_truncate(self, path, count):
        self.send(self.begin(path, length=False)[:int(count)])

    def do_stall(self, path, count):
        self.send(self.begin(path)[:int(count)])
        time.sleep(60)

    def do_drip(self, path, count):
        body = self.begin(path)
        self.send(body[:int(count)])
        for byte in body[int(count):]:
            time.sleep(0.1)
            self.send(bytes([byte]))

    def do_endless(self):
        self.head(200)
        while True:
            self.send(bytes(65536))

    def do_range(self, text, path):
        with open(path, "rb") as f:
            content = f.read()
        self.head(206, [f"Content-Range: {text.replace('_', ' ')}",
                        f"Content-Length: {len(content)}"])
        self.send(content)

    def do_headers(self):
        self.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.send(b"X-More: of it\r\n" * 64)

    def do_interim(self):
        while True:
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 64)

    def do_chunked(self, path):
        with open(path, "rb") as f:
            content = f.read()
        self.head(200, ["Transfer-Encoding: chunked"])
        for at in range(0, len(content), 3000):
            part = content[at:at + 3000]
            self.send(b"%x\r\n" % len(part) + part + b"\r\n")
        self.send(b"0\r\nContent-Range: bytes 0-1/2\r\nLocation: https://nobody.example\r\n\r\n")

    def do_raw(self, *words):
        self.send(" ".join(words).encode("latin-1").replace(b"\\r", b"\r").replace(b"\\n", b"\n"))

    def do_pour(self, first, more):
        first, more = (text.replace("_", " ").encode("latin-1").decode("unicode_escape").encode("latin-1")
                       for text in (first, more))
        self.send(first)
        more *= 65536 // len(more)
        while True:
            self.send(more)

    def do_proxy(self, status="200"):
        self.head(status)
        if status != "200":
            return
        host, _, port = self.target.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            back = threading.Thread(target=pump, args=(server, self.connection), daemon=True)
            back.start()
            pump(self.connection, server)
            back.join()


def pump(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def main():
    arguments = sys.argv[1:]
    log = None
    if arguments[0] == "--log":
        log, arguments = arguments[1], arguments[2:]
    listeners = [Listener(text, log) for text in arguments]
    for listener in listeners:
        threading.Thread(target=listener.serve, daemon=True).start()
    with open("listening", "w", encoding="ascii"):
        pass
    threading.Event().wait()


main()
