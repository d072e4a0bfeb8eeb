# SPDX-License-Identifier: Apache-2.0
"""The imaginary servers around the node: who lives there, their keys, what they send.

Host h listens on 127.1.H.L at one port; actor i lives on host i modulo the number of hosts. Actors share a few RSA keys,
since making thousands takes minutes and a node knows keys by their id only.
"""
import base64
import ctypes
import ctypes.util
import hashlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from common import post_bytes
from keys import _integers, _read_der, signed_headers

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
KEYS = 8

_crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for _name, _result, _arguments in (
    ("BIO_new_mem_buf", ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int]),
    ("BIO_free", ctypes.c_int, [ctypes.c_void_p]),
    ("PEM_read_bio_PrivateKey", ctypes.c_void_p, [ctypes.c_void_p] * 4),
    ("EVP_MD_CTX_new", ctypes.c_void_p, []),
    ("EVP_MD_CTX_free", None, [ctypes.c_void_p]),
    ("EVP_sha256", ctypes.c_void_p, []),
    ("EVP_DigestSignInit", ctypes.c_int, [ctypes.c_void_p] * 5),
    ("EVP_DigestSign", ctypes.c_int,
     [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t), ctypes.c_char_p, ctypes.c_size_t]),
):
    _function = getattr(_crypto, _name)
    _function.restype, _function.argtypes = _result, _arguments


class Key:
    """An RSA-2048 key that signs by OpenSSL itself: 1,500 a second, where Python's integers make 300."""

    def __init__(self):
        pem = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True).stdout
        self.public_pem = subprocess.run(
            ["openssl", "rsa", "-pubout"], input=pem, capture_output=True, check=True
        ).stdout.decode()
        memory = _crypto.BIO_new_mem_buf(pem, len(pem))
        self.key = _crypto.PEM_read_bio_PrivateKey(memory, None, None, None)
        _crypto.BIO_free(memory)
        if not self.key:
            raise RuntimeError("libcrypto does not read the key that openssl made")

    def sign(self, message):
        context = _crypto.EVP_MD_CTX_new()
        size = ctypes.c_size_t(256)
        made = ctypes.create_string_buffer(256)
        good = _crypto.EVP_DigestSignInit(context, None, _crypto.EVP_sha256(), None, self.key) == 1
        good = good and _crypto.EVP_DigestSign(context, made, ctypes.byref(size), message, len(message)) == 1
        _crypto.EVP_MD_CTX_free(context)
        if not good:
            raise RuntimeError("libcrypto does not sign")
        return made.raw[:size.value]


def public_numbers(pem):
    """(n, e) of an RSA public key in PEM (SubjectPublicKeyInfo)."""
    der = base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))
    _, at, _ = _read_der(der, 0)
    _, _, at = _read_der(der, at)        # the algorithm
    _, at, end = _read_der(der, at)      # a bit string, its first byte counting unused bits
    n, e = _integers(der[at + 1:end])
    return n, e


def is_signed(numbers, message, signature):
    """PKCS#1 v1.5 with SHA-256 under (n, e)."""
    n, e = numbers
    size = (n.bit_length() + 7) // 8
    shown = pow(int.from_bytes(signature, "big"), e, n).to_bytes(size, "big")
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(message).digest()
    return shown == b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info


def address(host):
    return f"127.1.{host // 250}.{1 + host % 250}"


class Fleet:
    def __init__(self, hosts, port, keys=None):
        self.hosts = hosts
        self.port = port
        self.keys = keys or [Key() for _ in range(KEYS)]

    def host(self, i):
        return f"{address(i % self.hosts)}:{self.port}"

    def name(self, i):
        return f"u{i}"

    def actor(self, i):
        return f"http://{self.host(i)}/users/u{i}"

    def shared_inbox(self, i):
        return f"http://{self.host(i)}/inbox"

    def key(self, i):
        return self.keys[i % len(self.keys)]

    def key_id(self, i):
        return self.actor(i) + "#main-key"

    def request(self, i, activity, inbox):
        """The whole POST of an activity by actor i to `inbox` (a URL of the node), signed now."""
        body = json.dumps(activity, separators=(",", ":")).encode()
        headers = signed_headers(self.key(i), self.key_id(i), inbox, body)
        host = headers.pop("Host")
        return post_bytes("/" + inbox.split("/", 3)[3], host, body, headers)

    def requests(self, wanted, inbox):
        """POSTs for many (actor number, activity). Two threads: signing happens outside of Python's lock."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda one: self.request(one[0], one[1], inbox), wanted, chunksize=50))

    def note(self, i, marker, html, mention=None, to=None):
        """A Create of a public Note by actor i; `mention`: (uri, handle) of who is named in it."""
        actor = self.actor(i)
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        tags = [{"type": "Mention", "href": mention[0], "name": mention[1]}] if mention else []
        to = to or [PUBLIC]
        cc = [f"{actor}/followers"] + ([mention[0]] if mention else [])
        note = {
            "id": f"{actor}/statuses/{marker}", "type": "Note", "summary": None, "inReplyTo": None, "published": now,
            "url": f"http://{self.host(i)}/@u{i}/{marker}", "attributedTo": actor, "to": to, "cc": cc,
            "sensitive": False, "content": html, "contentMap": {"en": html}, "attachment": [], "tag": tags,
        }
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}],
            "id": f"{note['id']}/activity", "type": "Create", "actor": actor, "published": now, "to": to, "cc": cc,
            "object": note,
        }

    def follow(self, i, target, marker):
        actor = self.actor(i)
        return {
            "@context": "https://www.w3.org/ns/activitystreams", "id": f"{actor}/follows/{marker}", "type": "Follow",
            "actor": actor, "object": target,
        }

    def document(self, i):
        """The actor as its server shows it."""
        actor = self.actor(i)
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": actor, "type": "Person", "preferredUsername": self.name(i), "name": f"Person {i}",
            "summary": "<p>Reads, writes, repairs bicycles.</p>", "url": f"http://{self.host(i)}/@u{i}",
            "inbox": f"{actor}/inbox", "outbox": f"{actor}/outbox", "followers": f"{actor}/followers",
            "following": f"{actor}/following", "endpoints": {"sharedInbox": self.shared_inbox(i)},
            "publicKey": {"id": self.key_id(i), "owner": actor, "publicKeyPem": self.key(i).public_pem},
        }
