# SPDX-License-Identifier: Apache-2.0
"""Keys and signatures for the peers that the scripts play, apart from the node's own code:
RSA by Python's integers (keys made by openssl), Ed25519 by openssl, JCS and base58 by hand."""
import base64
import hashlib
import json
import os
import subprocess
import tempfile
from email.utils import formatdate
from urllib.parse import urlsplit

_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def _read_der(data, at):
    """(tag, start, end) of the DER element at `at`."""
    tag, length = data[at], data[at + 1]
    at += 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[at:at + count], "big")
        at += count
    return tag, at, at + length


def _integers(der):
    """The integers of an RSAPrivateKey (RFC 8017 A.1.2)."""
    _, at, end = _read_der(der, 0)
    numbers = []
    while at < end:
        tag, start, stop = _read_der(der, at)
        assert tag == 2
        numbers.append(int.from_bytes(der[start:stop], "big"))
        at = stop
    return numbers


class RsaKey:
    """A 2048-bit key that signs with PKCS#1 v1.5 and SHA-256."""

    def __init__(self, bits=2048):
        made = subprocess.run(
            ["openssl", "genrsa", "-traditional", str(bits)], capture_output=True, check=True
        ).stdout
        der = subprocess.run(
            ["openssl", "rsa", "-traditional", "-outform", "DER"], input=made, capture_output=True, check=True
        ).stdout
        self.public_pem = subprocess.run(
            ["openssl", "rsa", "-pubout"], input=made, capture_output=True, check=True
        ).stdout.decode()
        _, self.n, _, _, self.p, self.q, self.dp, self.dq, self.inverse = _integers(der)
        self.size = (self.n.bit_length() + 7) // 8

    def sign(self, message):
        info = _SHA256_INFO + hashlib.sha256(message).digest()
        padded = b"\x00\x01" + b"\xff" * (self.size - len(info) - 3) + b"\x00" + info
        m = int.from_bytes(padded, "big")
        first, second = pow(m, self.dp, self.p), pow(m, self.dq, self.q)
        s = second + self.q * ((self.inverse * (first - second)) % self.p)
        return s.to_bytes(self.size, "big")


def signed_headers(key, key_id, url, body, host=None, date=None):
    """Fields of a draft-cavage POST as Mastodon sends it."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    host = host or parts.netloc
    date = date or formatdate(usegmt=True)
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"(request-target): post {target}\nhost: {host}\ndate: {date}\ndigest: {digest}"
    signature = base64.b64encode(key.sign(text.encode())).decode()
    return {
        "Host": host,
        "Date": date,
        "Digest": digest,
        "Content-Type": "application/activity+json",
        "Signature": f'keyId="{key_id}",algorithm="rsa-sha256",'
                     f'headers="(request-target) host date digest",signature="{signature}"',
    }


def jcs(value):
    """RFC 8785 for what documents here hold: text, whole numbers, lists, objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58_decode(text):
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\x00" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def ed25519_of_multikey(text):
    """The 32 bytes behind `z6Mk…`."""
    raw = base58_decode(text[1:])
    assert text.startswith("z") and raw[:2] == b"\xed\x01" and len(raw) == 34
    return raw[2:]


def ed25519_public_of_seed(seed):
    der = bytes.fromhex("302e020100300506032b657004220420") + seed
    out = subprocess.run(
        ["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"], input=der, capture_output=True, check=True
    ).stdout
    return out[-32:]


def ed25519_verify(public, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for name, data in (
            ("key", bytes.fromhex("302a300506032b6570032100") + public), ("text", message), ("sig", signature)
        ):
            names[name] = os.path.join(folder, name)
            with open(names[name], "wb") as file:
                file.write(data)
        return subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names["key"], "-rawin",
             "-in", names["text"], "-sigfile", names["sig"]], capture_output=True
        ).returncode == 0


def proof_holds(document, public):
    """FEP-8b32 with eddsa-jcs-2022: the document's own `proof` under `public`."""
    proof = dict(document["proof"])
    signature = base58_decode(proof.pop("proofValue")[1:])
    plain = {k: v for k, v in document.items() if k != "proof"}
    message = hashlib.sha256(jcs(proof)).digest() + hashlib.sha256(jcs(plain)).digest()
    return ed25519_verify(public, message, signature)


def seed_of_words(words, word_list):
    """BIP-39 by its description: 24 words are 264 bits, the last 8 a checksum."""
    bits = "".join(format(word_list.index(word), "011b") for word in words)
    data = int(bits, 2).to_bytes(33, "big")
    assert hashlib.sha256(data[:32]).digest()[0] == data[32], "checksum of the words"
    return data[:32]
