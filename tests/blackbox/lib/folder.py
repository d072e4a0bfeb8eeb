# SPDX-License-Identifier: Apache-2.0
"""See folder.sh."""
import os
import shutil
import subprocess

from rig import PASSWORD, Checks, Node, arguments, clean_environment, run, temp_folder

BINARY, IS_LONG = arguments("folder")
ROOT = temp_folder()
INITS = 6
checks = Checks()


def folder(name):
    return os.path.join(ROOT, name)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def check_lone_key():
    """An operator brings a node back and has put the key there first."""
    node = Node(BINARY, folder("lone"))
    os.mkdir(node.data, 0o700)
    key = os.path.join(node.data, "keys")
    with open(key, "wb") as file:
        file.write(b"k" * 32)
    os.chmod(key, 0o600)
    for owner in ("ann", "admin"):
        done = node.init(owner=owner)
        checks.that(f"init (owner {owner}) beside the key of another node is refused, the key named",
                    done.returncode == 1 and key in done.err, done.out + done.err)
        checks.that("and the key stays as it was", os.path.exists(key) and read(key) == b"k" * 32 and not os.path.exists(
            os.path.join(node.data, "outboard.db")), os.listdir(node.data))


def check_inits_at_once():
    node = Node(BINARY, folder("many"))
    password = folder("password")
    with open(password, "w") as file:
        file.write(PASSWORD + "\n")
    running = [subprocess.Popen([BINARY, "init", "--data", node.data, "--domain", node.domain, "--owner", "ann", "--password-file", password],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment())
               for _ in range(INITS)]
    codes, said = [], []
    for process in running:
        said.append(process.communicate(timeout=120 * node.slow)[1].decode())
        codes.append(process.returncode)
    checks.that(f"of {INITS} inits at once one makes the node", codes.count(0) == 1 and codes.count(1) == INITS - 1, f"{codes} {said}")
    done = node.verb("doctor")
    checks.that("and its keys open", "node actor" in done.out and "BROKEN" not in done.out, done.out + done.err)


def check_wrong_key(node):
    key = os.path.join(node.data, "keys")
    right = read(key)
    with open(key, "wb") as file:
        file.write(bytes(byte ^ 1 for byte in right))
    for words in (["account", "create", "ben"], ["token", "ann"], ["doctor"]):
        done = node.verb(*words)
        checks.that(f"with another node key {words[0]} is refused, the key named", done.returncode == 1 and "node key" in done.err + done.out, done.out + done.err)
    done = run(BINARY, "serve", "--data", node.data, "--listen", f"127.0.0.1:{node.port}")
    checks.that("and so is serve", done.returncode == 1 and "node key" in done.err and not done.out, done.out + done.err)
    with open(key, "wb") as file:
        file.write(right)
    done = node.verb("account", "create", "ben", "--password-file", node.data + ".password")
    checks.that("with the right one all is well", done.returncode == 0, done.err)


def check_missing_database(node):
    database = os.path.join(node.data, "outboard.db")
    shutil.move(database, database + ".away")
    done = run(BINARY, "serve", "--data", node.data, "--listen", f"127.0.0.1:{node.port}")
    checks.that("serve without the database names it and makes none", done.returncode == 1 and database in done.err and not os.path.exists(database),
                done.out + done.err)
    shutil.move(database + ".away", database)


def check_reload_of_another_domain(node):
    node.serve()
    path = os.path.join(node.data, "outboard.toml")
    with open(path) as file:
        original = file.read()
    since = len(node.read_log())
    with open(path, "w") as file:
        file.write(original.replace(node.domain, "other.example"))
    node.process.send_signal(1)
    checks.that("SIGHUP with another domain is refused, the node's named", node.wait_for_log("for ever", since) and node.is_alive()
                and node.get("/.well-known/nodeinfo").status == 200, node.read_log()[since:])
    with open(path, "w") as file:
        file.write(original)
    actor = node.document("/users/ann").json()
    checks.that("an actor says that it takes RFC 9421", "rfc9421" in actor["generator"]["implements"][0]["href"], actor.get("generator"))
    node.stop()


def check_other_database():
    node = Node(BINARY, folder("elsewhere"), env={"OUTBOARD_DATABASE_URL": "postgres://127.0.0.1/x"})
    done = node.init()
    checks.that("a node that should live in PostgreSQL is not made in a file", done.returncode == 1 and "database.url" in done.err
                and not os.path.exists(os.path.join(node.data, "outboard.db")), done.out + done.err)


def main():
    checks.group(check_lone_key)
    checks.group(check_inits_at_once)
    checks.group(check_other_database)
    node = Node(BINARY, folder("ann"))
    node.init()
    checks.group(check_wrong_key, node)
    checks.group(check_missing_database, node)
    checks.group(check_reload_of_another_domain, node)
    checks.finish()


main()
