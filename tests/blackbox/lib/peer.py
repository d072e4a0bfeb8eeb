# SPDX-License-Identifier: Apache-2.0
"""A server the scripts play on loopback: actors with RSA keys, an inbox that takes everything."""
import json
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from keys import RsaKey, signed_headers

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def _answer(self, status, document=None):
        body = document if isinstance(document, bytes) else b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/activity+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        peer = self.server.peer
        peer.requests.append(("GET", self.path))
        found = peer.documents.get(self.path.split("?")[0])
        self._answer(404 if found is None else 200, {"error": "not here"} if found is None else found)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.peer.requests.append(("POST", self.path))
        self.server.peer.received.append((self.path, body))
        self._answer(202)

    def log_message(self, *_):
        pass


class Peer:
    """`actor(name)` makes a person; `documents` is what GET answers, by path: a value, or bytes as they are."""

    def __init__(self, address="127.0.0.1"):
        self.documents, self.requests, self.received = {}, [], []
        self.keys = {}
        self.server = ThreadingHTTPServer((address, 0), _Handler)
        self.server.daemon_threads = True
        self.server.peer = self
        self.host = f"{address}:{self.server.server_address[1]}"
        self.origin = "http://" + self.host
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def actor(self, name, key=None):
        uri = f"{self.origin}/users/{name}"
        self.keys[uri] = key or RsaKey()
        self.documents[f"/users/{name}"] = {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": uri, "type": "Person", "preferredUsername": name, "name": name,
            "inbox": uri + "/inbox", "outbox": uri + "/outbox", "followers": uri + "/followers",
            "endpoints": {"sharedInbox": self.origin + "/inbox"}, "url": f"{self.origin}/@{name}",
            "publicKey": {"id": uri + "#main-key", "owner": uri, "publicKeyPem": self.keys[uri].public_pem},
        }
        return uri

    def create_note(self, actor, number, text, mention=None):
        """A public Create of a Note; `mention`: (uri, name) of who is named in it."""
        to, tags = [PUBLIC], []
        if mention:
            to.append(mention[0])
            tags.append({"type": "Mention", "href": mention[0], "name": mention[1]})
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        note = {
            "id": f"{actor}/notes/{number}", "type": "Note", "attributedTo": actor, "content": text,
            "published": now, "to": to, "cc": [actor + "/followers"], "tag": tags,
        }
        return {
            "@context": "https://www.w3.org/ns/activitystreams", "id": f"{actor}/notes/{number}/activity",
            "type": "Create", "actor": actor, "published": now, "to": to, "cc": note["cc"], "object": note,
        }

    def sign(self, actor, url, body, **more):
        return signed_headers(self.keys[actor], actor + "#main-key", url, body, **more)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
