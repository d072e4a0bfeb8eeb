# SPDX-License-Identifier: Apache-2.0
"""Documents and texts to be hostile with, and mutations of them."""
import base64
import json
import os
import re
import string

from rig import own_documents, shared_data


def _all_files(folder, ending):
    for here, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith(ending):
                path = os.path.join(here, name)
                with open(path, "rb") as file:
                    yield os.path.relpath(path, folder), file.read()


def _nested(plan):
    if plan["kind"] == "keys":
        return ("{" + ",".join(f'"k{n}":1' for n in range(plan["count"])) + "}").encode()
    depth = plan["depth"]
    return (plan.get("prefix", "") + plan["open"] * depth + plan.get("inner", "") + plan["close"] * depth
            + plan.get("suffix", "")).encode()


def _activities(path, names):
    """The corpus' activities with their names filled in, each as (id, bytes)."""
    with open(path, "rb") as file:
        cases = json.load(file)["cases"]

    def fill(text):
        text = re.sub(r"\{\{n\}\}", lambda _: str(names["next"]()), text)
        text = text.replace("{{900kB}}", "x" * 900_000).replace("{{1MB}}", "y" * 1_000_000)
        return re.sub(r"\{\{([^{}]*)\}\}", lambda m: names.get(m[1], names["evil"] + "/x"), text)

    for case in cases:
        if "raw_base64" in case:
            yield case["id"], base64.b64decode(case["raw_base64"])
        elif "raw" in case:
            yield case["id"], fill(case["raw"]).encode("utf-8", "surrogatepass")
        elif "generate" in case and "activity" not in case:
            plan = {k: fill(v) if isinstance(v, str) else v for k, v in case["generate"].items()}
            yield case["id"], _nested(plan)
        elif "activity" in case:
            yield case["id"], fill(json.dumps(case["activity"])).encode("utf-8", "surrogatepass")


class Corpora:
    """documents: (name, bytes) of activities and objects; texts: HTML and addresses."""

    def __init__(self, names):
        self.documents = [("own/" + name, data) for name, data in _all_files(own_documents(), ".json")]
        self.texts, self.urls = [], []
        if fixtures := shared_data("federation/fixtures"):
            self.documents += [("fixtures/" + name, data) for name, data in _all_files(fixtures, ".json")]
        if corpus := shared_data("security/corpus"):
            self.documents += [("activities/" + name, data) for name, data in _activities(corpus + "/activities.json", names)]
            with open(corpus + "/html.json", "rb") as file:
                self.texts += [case["input"].encode("utf-8", "surrogatepass") for case in json.load(file)["cases"]]
            with open(corpus + "/urls.json", "rb") as file:
                self.urls += [case["url"].encode("utf-8", "surrogatepass") for case in json.load(file)["cases"]]
            with open(corpus + "/signatures.md", "rb") as file:
                self.texts.append(file.read())
        self.texts += [b"<p>hi <b>there</b></p>", b"<svg><script>x</script></svg>", b"<a href=//x>", b"&#x110000;&#0;", b"<" * 5000]
        self.urls += [b"https://peer.example/a", b"http://[::1]:80/", b"https://user@x/", b"https://\xff\xfe/", b"x" * 9000]


_WORDS = [b"null", b"true", b"[]", b"{}", b'""', b"1e999", b"-0", b"9223372036854775808", b"0.1e-400", b'"\\u0000"', b'"\\ud800"', b"\xff",
          b"\xe2\x80\xae", b"\x00", b'"@id"', b'"@list"', b"https://www.w3.org/ns/activitystreams#Public", b'"2026-13-45T99:99:99Z"',
          b'"id":{"id":1},', b'"type":["Create","Delete"],', b'"actor":[],', b'"object":[[[]]],', b'"to":{"a":1},', b'"tag":[1,null,{}],']


def mutate_bytes(dice, data, others):
    """A few random damages: bits, lengths, order, foreign pieces."""
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        at = dice.randrange(len(data) + 1)
        how = dice.randrange(9)
        if how == 0 and data:
            data[at % len(data)] ^= 1 << dice.randrange(8)
        elif how == 1 and data:
            data[at % len(data)] = dice.randrange(256)
        elif how == 2:
            del data[at:at + dice.choice((1, 2, 10, 200))]
        elif how == 3:
            data[at:at] = dice.choice(_WORDS)
        elif how == 4:
            data[at:at] = data[at // 2:at // 2 + dice.choice((1, 20, 500))]
        elif how == 5:
            del data[at:]
        elif how == 6:
            other = dice.choice(others)
            data[at:] = other[dice.randrange(len(other) + 1):]
        elif how == 7:
            data[at:at] = dice.choice((b"[", b'{"a":', b'"', b"\\", b" ")) * dice.choice((1, 40, 3000))
        else:
            data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 12)))
    return bytes(data[:1_200_000])


def _strange(dice):
    return dice.choice((
        None, True, -1, 0, 2 ** 63, 1e308, "", " ", "\u0000", "\u202e", "a" * 70000, [], {}, [[]], {"id": None}, [None, 1],
        "https://", "javascript:alert(1)", "https://www.w3.org/ns/activitystreams#Public", "as:Public", "2026-01-01", "x\ud7ff",
        {"type": "Link", "href": "y:"}, {"@value": "x"}, ["a"] * 3000, "".join(dice.choice(string.printable) for _ in range(30)),
    ))


def mutate_tree(dice, value, chance=0.08):
    """Well-formed, but values of other kinds stand where something was expected."""
    if dice.random() < chance:
        return _strange(dice)
    if isinstance(value, dict):
        return {k if dice.random() > 0.02 else k + "x": mutate_tree(dice, v, chance) for k, v in value.items()}
    if isinstance(value, list):
        kept = [mutate_tree(dice, item, chance) for item in value]
        return kept * dice.choice((1, 1, 1, 2)) if len(kept) < 100 else kept
    return value


_HOST = re.compile(rb"https?://[^/\"\\ <>]{1,200}")


def at_origin(data, origin):
    """The same document as if all of it lived on one server."""
    return _HOST.sub(lambda m: m[0] if b"w3.org" in m[0] or b"w3id.org" in m[0] else origin.encode(), data)


def believable(dice, data, actor, number, owner):
    """A document made the actor's own and new, so that it passes the gate and reaches what comes after;
    None when it is no JSON object."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    keeps = dict(document)
    document = mutate_tree(dice, document) if dice.random() < 0.7 else document
    if not isinstance(document, dict):
        document = keeps
    if "actor" not in keeps:
        document = {"@context": "https://www.w3.org/ns/activitystreams", "object": document,
                    "type": dice.choice(("Create", "Update", "Announce", "Like", "Delete", "Undo", "Add", "Flag"))}
    document.update({"id": f"{actor}/act/{number}", "actor": actor})
    inner = document.get("object")
    if isinstance(inner, dict) and dice.random() < 0.8:
        inner.update({"id": f"{actor}/obj/{number}", "attributedTo": actor})
    if dice.random() < 0.5:
        document["to"] = [owner, "https://www.w3.org/ns/activitystreams#Public"]
        if isinstance(inner, dict):
            inner["to"] = document["to"]
    document.pop("signature", None)
    document.pop("proof", None)
    return json.dumps(document).encode("utf-8", "surrogatepass")
