# SPDX-License-Identifier: Apache-2.0
"""Pictures against the built program: multipart over the wire, links, limits, deletion, kill -9."""
import http.client
import json
import os
import random
import sqlite3
import threading
import time

import rig
from pictures import bomb, png

binary, is_long = rig.arguments("media")
checks = rig.Checks()
folder = rig.temp_folder()
# 30 uploads in half an hour are few for a test.
node = rig.Node(binary, os.path.join(folder, "node"), env={"OUTBOARD_LIMITS_RATE_LIMIT": "false"})
KILLS = 20 if is_long else 4
seed = int(os.environ.get("OUTBOARD_TEST_SEED") or random.randrange(1 << 30))
dice = random.Random(seed)


def form(file, name="file", file_name='; filename="../../outboard.db"', **fields):
    """A body as curl -F makes it, and its content type."""
    boundary = "------------------------d74496d66958873e"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
             for key, value in fields.items()]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file_name}\r\n'
                 "Content-Type: application/octet-stream\r\n\r\n".encode() + file + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def upload(token, file, target="/api/v2/media", **more):
    body, kind = form(file, **more)
    return node.call("POST", target, token, body, {"Content-Type": kind})


def path_of(url):
    return url[len(node.origin):]


def stored():
    """Names of all files under media/."""
    return sorted(os.path.join(top, name) for top, _, names in os.walk(os.path.join(node.data, "media")) for name in names)


def rows(sql):
    database = sqlite3.connect(os.path.join(node.data, "outboard.db"))
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def uploads(token):
    secret = b"taken at 52.5219 N"
    before = set(os.listdir(folder))
    answer = upload(token, png(1000, 500, text=secret), description="A pump", focus="0.5,-0.5")
    checks.that("an upload is answered 200", answer.status == 200, answer.body)
    media = answer.json()
    checks.that("with sizes", media["meta"]["original"]["size"] == "1000x500" and media["meta"]["small"]["width"] == 640, media)
    for part in ("url", "preview_url"):
        file = node.get(path_of(media[part]))
        checks.that(f"its {part} works", file.status == 200 and file.headers["Content-Type"].startswith("image/"), file.status)
        checks.that(f"its {part} has none of its notes", secret not in file.body)
        checks.that(f"its {part} is shut in", file.headers["X-Content-Type-Options"] == "nosniff"
                    and "sandbox" in file.headers["Content-Security-Policy"]
                    and file.headers["Access-Control-Allow-Origin"] == "*", dict(file.headers))
    checks.that("before it is posted only by a link", node.get(path_of(media["url"]).split("?")[0]).status == 404)
    poll = node.get("/api/v1/media/" + media["id"], token)
    checks.that("asking again gives the address", poll.status == 200 and poll.json()["url"], poll.body)
    bare = upload(token, png(20, 20), file_name="", target="/api/v1/media")
    checks.that("no file name is no hindrance, and v1 answers too", bare.status == 200 and bare.json()["url"], bare.body)
    checks.that("names from outside make no files", set(os.listdir(folder)) == before
                and all(len(os.path.basename(name)) == 62 for name in stored()), stored())
    return media


def refusals(token):
    for what, file in (("text", b"hello"), ("SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>'), ("HTML", b"<html><script>1</script>"),
                       ("PDF", b"%PDF-1.4\n"), ("TIFF", b"II*\0" + b"\0" * 64), ("half a PNG", png(300, 300, (1, 2, 3))[:200]),
                       ("a bomb", bomb(60000, 60000)), ("nothing", b"")):
        answer = upload(token, file)
        checks.that(f"{what} is refused with words", answer.status == 422 and answer.json().get("error"), (answer.status, answer.body))
    answer = upload(token, b"x" * (17 << 20))
    checks.that("17 MiB are refused", answer.status == 413, answer.status)
    checks.that("without a login nothing is taken", upload(None, png(9, 9)).status == 401)
    narrow = node.token("ann", "--scopes", "read")
    checks.that("nor with a login that only reads", upload(narrow, png(9, 9)).status == 403)
    many = b"".join(b'--B\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % i for i in range(10000)) + b"--B--\r\n"
    answer = node.call("POST", "/api/v2/media", token, many, {"Content-Type": "multipart/form-data; boundary=B"})
    checks.that("10,000 parts are refused", answer.status in (413, 422), answer.status)
    head = b'--B\r\nContent-Disposition: form-data; name="' + b"a" * 200000
    answer = node.call("POST", "/api/v2/media", token, head, {"Content-Type": "multipart/form-data; boundary=B"})
    checks.that("a head of a part without end is refused", answer.status == 422, answer.status)
    checks.that("the node goes on", node.get("/api/v2/instance").status == 200)


def decoder_dies(token):
    """Broken files of one kind or other: the process that reads them may die, the node does not."""
    whole = png(64, 64, (9, 200, 9))
    worst = set()
    for _ in range(200 if is_long else 12):
        broken = bytearray(whole)
        for _ in range(8):
            broken[dice.randrange(8, len(broken))] = dice.randrange(256)
        worst.add(upload(token, bytes(broken)).status)
    checks.that("broken files are taken or refused", worst <= {200, 422}, worst)
    checks.that("and the node lives", node.is_alive() and node.get("/api/v2/instance").status == 200)


def posts(token, media):
    body = json.dumps({"status": "See", "media_ids": [media["id"]]}).encode()
    status = node.call("POST", "/api/v1/statuses", token, body, {"Content-Type": "application/json"}).json()
    url = status["media_attachments"][0]["url"]
    checks.that("a public post's picture has an address for ever", "?" not in url and node.get(path_of(url)).status == 200, url)
    note = node.document(path_of(status["uri"])).json()
    checks.that("its Note names it", note["attachment"][0]["url"] == url and note["attachment"][0]["name"] == "A pump", note["attachment"])
    page = node.get(path_of(status["url"]))
    checks.that("its page links to it", url.encode() in page.body)
    node.call("DELETE", "/api/v1/statuses/" + status["id"] + "?delete_media=true", token)
    checks.that("deleted, it is gone for everybody", node.get(path_of(url)).status == 404)
    kept = {row[0].hex() for row in rows("SELECT file FROM media WHERE file IS NOT NULL UNION SELECT preview FROM media WHERE preview IS NOT NULL")}
    gone = rig.wait_until(lambda: {"".join(name.rsplit("/", 2)[1:]) for name in stored()} == kept, 60)
    checks.that("and its bytes within a minute", gone, stored())


def killed(token):
    """kill -9 while pictures arrive: what was answered is there, and the sweep finds what was not."""
    answered, stop = [], threading.Event()

    def load():
        while not stop.is_set():
            try:
                answer = upload(token, png(200, 150, tuple(dice.randrange(256) for _ in range(3))))
                if answer.status == 200:
                    answered.append(answer.json()["id"])
            except (OSError, ValueError, KeyError, http.client.HTTPException):
                time.sleep(0.05)

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        before = len(answered)
        rig.wait_until(lambda: len(answered) > before, 20)
        time.sleep(dice.uniform(0, 1))
        node.kill()
        node.serve()
    stop.set()
    for thread in threads:
        thread.join()
    lost = [id for id in answered if node.get("/api/v1/media/" + id, token).status != 200]
    checks.that("pictures arrived between the kills", answered)
    checks.that("what was answered is there", not lost, lost)
    for id in answered:
        file = node.get(path_of(node.get("/api/v1/media/" + id, token).json()["url"]))
        if file.status != 200:
            checks.that(f"picture {id} can be read", False, file.status)
    node.stop()
    orphan = os.path.join(node.data, "media", "ab", "c" * 62)
    os.makedirs(os.path.dirname(orphan), exist_ok=True)
    with open(orphan, "wb") as file:
        file.write(b"what a process leaves that is killed before its row")
    with open(os.path.join(node.data, "media", "ab", "new-1-1"), "wb") as file:
        file.write(b"half")
    old = time.time() - 2 * 86400
    for name in stored():
        os.utime(name, (old, old))
    database = sqlite3.connect(os.path.join(node.data, "outboard.db"))
    database.execute("UPDATE jobs SET run_at = 0, leased_until = 0 WHERE kind = 'sweep'")
    database.commit()
    database.close()
    node.serve()
    wanted = {row[0].hex() for row in rows("SELECT file FROM media WHERE file IS NOT NULL UNION SELECT preview FROM media WHERE preview IS NOT NULL")}
    swept = rig.wait_until(lambda: {"".join(name.rsplit("/", 2)[1:]) for name in stored()} == wanted, 30 * node.slow)
    checks.that("the sweep leaves every file that a row has and no other", swept and not os.path.exists(orphan), len(stored()))


def main():
    print(f"seed {seed} (OUTBOARD_TEST_SEED repeats it)", flush=True)
    done = node.init()
    if done.returncode != 0:
        raise RuntimeError(done.err)
    token = node.token()
    node.serve()
    media = checks.group(uploads, token)
    checks.group(refusals, token)
    checks.group(decoder_dies, token)
    if media:
        checks.group(posts, token, media)
    checks.group(killed, token)
    doctor = node.verb("doctor", "--json")
    checks.that("doctor finds nothing broken", doctor.returncode == 0, doctor.out + doctor.err)
    node.stop()
    checks.finish()


main()
