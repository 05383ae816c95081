# SPDX-License-Identifier: Apache-2.0
"""A token service for a registry with "auth: token" (distribution, "Token Authentication").

    token_server.py CERTIFICATE KEY USER PASSWORD LOG

Anybody gets a token to pull from public/*; USER gets what is asked for. Each request is a line in LOG.
Prints "port" and the number of the one that it listens at.
"""

import base64
import http.server
import json
import socketserver
import subprocess
import sys
import time
import urllib.parse

certificate, key, user, password, log = sys.argv[1:]
login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(service, scopes, known):
    access = []
    for scope in scopes:
        kind, name, actions = scope.split(":")
        allowed = [x for x in actions.split(",") if known or (x == "pull" and name.startswith("public/"))]
        access.append({"type": kind, "name": name, "actions": allowed})
    now = int(time.time())
    der = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True, capture_output=True)
    head = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der.stdout).decode()]}
    claims = {"iss": "test", "sub": user if known else "", "aud": service, "exp": now + 60, "nbf": now - 5, "iat": now,
              "jti": str(time.monotonic_ns()), "access": access}
    text = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
    signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=text.encode(), check=True,
                            capture_output=True)
    return text + "." + encode(signed.stdout)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        given = self.headers.get("Authorization")
        with open(log, "a", encoding="ascii") as f:
            f.write(f"{self.path} {'a login' if given else 'no login'}\n")
        known = given == login
        body = json.dumps({"token": token(query["service"][0], query.get("scope", []), known)}).encode()
        if given and not known:
            body = b'{"details": "wrong login"}'
        self.send_response(200 if known or not given else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# Not an HTTPServer, which asks for the name of its address.
server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print("port", server.server_address[1], flush=True)
server.serve_forever()
