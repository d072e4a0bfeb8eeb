# SPDX-License-Identifier: Apache-2.0
"""See cli.sh."""
import json
import os
import socket
import stat
import subprocess
import time
import tomllib

from keys import ed25519_of_multikey, ed25519_public_of_seed, proof_holds, seed_of_words
from rig import (PASSWORD, Checks, Node, arguments, clean_environment, free_port, run, temp_folder, wait_until)

BINARY, IS_LONG = arguments("cli")
ROOT = temp_folder()
checks = Checks()

VERBS = ["init", "serve", "account", "token", "inspect", "debug", "doctor", "domain", "queue", "version", "help"]
WORD_LIST = "/usr/lib/python3/dist-packages/mnemonic/wordlist/english.txt"


def folder(name):
    return os.path.join(ROOT, name)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def password_file():
    path = folder("password")
    with open(path, "w") as file:
        file.write(PASSWORD + "\n")
    return path


def words_in(text):
    """The first line of 24 lower-case words."""
    for line in text.splitlines():
        parts = line.split()
        if len(parts) == 24 and all(part.isalpha() and part.islower() for part in parts):
            return parts
    return None


def check_usage():
    for verb in VERBS:
        done = run(BINARY, verb, "--help")
        checks.that(f"{verb} --help gives an example",
                    done.returncode == 0 and f"Example: " in done.out and f"outboard {verb}" in done.out, done.out + done.err)
    done = run(BINARY, "help")
    checks.that("help names every verb", done.returncode == 0 and all(verb in done.out for verb in VERBS), done.out)
    done = run(BINARY, "help", "serve")
    checks.that("help serve is serve's help", done.returncode == 0 and "--listen" in done.out, done.out)
    done = run(BINARY, "help", "config")
    checks.that("help config names variables, flags and defaults",
                done.returncode == 0 and "OUTBOARD_FEDERATION_ALLOW_HTTP" in done.out and "--federation-allow-http" in done.out, done.out)
    for words in ([], ["nonsense"], ["serve", "--nonsense"], ["token"], ["account"], ["account", "nonsense"], ["inspect"],
                  ["debug", "nonsense"], ["debug", "html", "--input", "nonsense"], ["init", "--kind", "robot", "--data", folder("no")],
                  ["help", "nonsense"], ["serve", "--role", "nonsense"], ["domain", "nonsense"], ["version", "extra"]):
        done = run(BINARY, *words)
        checks.that(f"wrong usage is 2 and says so on stderr: {' '.join(words) or '(nothing)'}",
                    done.returncode == 2 and done.err.strip() and not done.out.strip(), f"exit {done.returncode}\n{done.out}\n{done.err}")
    done = run(BINARY, "version")
    checks.that("version is one line", done.returncode == 0 and done.out.startswith("outboard ") and done.out.count("\n") == 1, done.out)
    done = run(BINARY, "nonsense")
    checks.that("an unknown verb is named", "nonsense" in done.err, done.err)
    done = run(BINARY, "version", "--json")
    checks.that("version --json is JSON", done.returncode == 0 and json.loads(done.out)["version"], done.out + done.err)
    done = run(BINARY, "version", "--deps", "--json")
    checks.that("version --deps --json names the libraries", "SQLite" in json.loads(done.out)["dependencies"], done.out + done.err)
    done = run(BINARY, "debug", "json", stdin=b"{}", env={"OUTBOARD_FEDERATION_ALOW_HTTP": "true"})
    checks.that("a misspelt variable is named with the right one", done.returncode == 0
                and "OUTBOARD_FEDERATION_ALOW_HTTP" in done.err and "OUTBOARD_FEDERATION_ALLOW_HTTP" in done.err, done.err)
    hostile = folder("hostile.json")
    with open(hostile, "w") as file:
        json.dump({"id": "https://a.example/1", "type": "Note\x1b]0;x\x07", "attributedTo": "https://a.example/u", "content": "x",
                   "tag": [{"type": "Hashtag", "name": "#\x1b[31mred\u202e\nowner https://b.example/"}]}, file)
    done = run(BINARY, "inspect", hostile)
    checks.that("inspect sends nothing of a document to the terminal as a command",
                not any(c < 0x20 and c != 0x0a or c == 0x7f for c in done.stdout + done.stderr) and "\u202e" not in done.out
                and not any(line.startswith("owner https://b") for line in done.out.splitlines()), done.out + done.err)
    done = run(BINARY, "version", "--deps")
    checks.that("version --deps names the libraries",
                done.returncode == 0 and all(name in done.out for name in ("OpenSSL 3", "SQLite 3", "libcurl", "Boost", "nlohmann")), done.out)


def check_init_refusals():
    data = folder("bad")
    for name in ("exa mple.org", "http://x.example", "x.example/path", "nodot", "-bad-.example", "a@x.example", "x.example:99999",
                 "x..example", "x.example?q", "x.example#f", "", "10.0.0.1", "x" * 300 + ".example"):
        done = run(BINARY, "init", "--data", data, "--domain", name)
        checks.that(f"init refuses the domain {name[:24]!r} in words",
                    done.returncode in (1, 2) and len(done.err.strip()) > 15 and not os.path.exists(os.path.join(data, "outboard.db")),
                    f"exit {done.returncode}\n{done.out}\n{done.err}")
    done = run(BINARY, "init", "--data", data)
    checks.that("init without a domain asks for it", done.returncode in (1, 2) and "--domain" in done.err, done.err)
    done = run(BINARY, "init", "--data", data, "--domain", "localhost:9", "--owner", "ann", "--password-file", folder("none"))
    checks.that("a missing password file is named", done.returncode == 1 and folder("none") in done.err, done.err)
    for user in ("a b", "admin", "actor", "é", "a" * 300, "../x", "inbox"):
        done = run(BINARY, "init", "--data", data, "--domain", "localhost:9", "--owner", user, "--password-file", password_file())
        checks.that(f"init refuses the owner {user[:12]!r} in words", done.returncode == 1 and done.err.strip(), done.out + done.err)
    left = os.listdir(data) if os.path.exists(data) else []
    checks.that("a refused init leaves no node behind", "outboard.db" not in left and "outboard.toml" not in left and "keys" not in left, left)
    with open(folder("file"), "w") as file:
        file.write("x")
    done = run(BINARY, "init", "--data", folder("file"), "--domain", "localhost:9")
    checks.that("init into a file is refused in words", done.returncode == 1 and folder("file") in done.err, done.err)
    done = run(BINARY, "token", "ann", "--data", folder("nowhere"))
    checks.that("a verb without a node says how one is made", done.returncode == 1 and "outboard init" in done.err, done.err)
    done = run(BINARY, "serve", "--data", folder("nowhere"))
    checks.that("serve without a node says how one is made", done.returncode == 1 and "outboard init" in done.err and not done.out, done.err)


def check_init(node):
    recovery = folder("recovery")
    done = node.init("--recovery-out", recovery, "--name", "Ann Ångström")
    if not checks.that("init makes a trial node on localhost:PORT", done.returncode == 0 and node.origin in done.out, done.out + done.err):
        checks.finish()
    checks.that("a given password is not printed", PASSWORD not in done.out + done.err)
    checks.that("recovery words go to the file only", words_in(done.out) is None)
    with open(recovery) as file:
        words = words_in(file.read())
    checks.that("the recovery file has 24 words and is for its owner only", words is not None and mode(recovery) == 0o600)
    with open(os.path.join(node.data, "outboard.toml"), "rb") as file:
        settings = tomllib.load(file)
    checks.that("outboard.toml of a trial node", settings.get("domain") == node.domain and settings.get("federation") ==
                {"allow_http": True, "allow_addresses": ["127.0.0.0/8", "::1/128"]}, settings)
    for name in ("outboard.toml", "outboard.db", "keys"):
        checks.that(f"{name} is 0600", mode(os.path.join(node.data, name)) == 0o600)
    checks.that("the folder is 0700", mode(node.data) == 0o700)
    before = {name: open(os.path.join(node.data, name), "rb").read() for name in ("outboard.toml", "keys")}
    done = node.init()
    after = {name: open(os.path.join(node.data, name), "rb").read() for name in before}
    checks.that("a second init is refused and changes nothing", done.returncode == 1 and "already" in done.err and before == after, done.err)
    return words


def check_other_inits():
    done = run(BINARY, "init", "--data", folder("made"), "--domain", "notes.example", "--owner", "bea")
    checks.that("without --password-file and terminal a password is made and shown once",
                done.returncode == 0 and "assword" in done.out and words_in(done.out), done.out + done.err)
    with open(os.path.join(folder("made"), "outboard.toml"), "rb") as file:
        settings = tomllib.load(file)
    checks.that("a node on a name has https ids and no test switch", "https://notes.example/users/bea" in done.out
                and "federation" not in settings, settings)
    done = run(BINARY, "init", "--data", folder("split"), "--domain", "Social.Example", "--account-domain", "example.org", "--owner", "cy",
               "--password-file", password_file())
    checks.that("the domain is kept in lower case", done.returncode == 0 and "https://social.example/users/cy" in done.out, done.out)
    done = run(BINARY, "init", "--data", folder("empty"), "--domain", "localhost:9")
    checks.that("init without owner says how an account is made", done.returncode == 0 and "account create" in done.out, done.out + done.err)
    done = run(BINARY, "token", "ann", "--data", folder("empty"))
    checks.that("token for nobody is refused", done.returncode == 1 and "ann" in done.err and not done.out, done.err)


def check_organization():
    node = Node(BINARY, folder("org"))
    done = node.init("--kind", "organization", owner="museum")
    checks.that("init makes an organization's node", done.returncode == 0, done.err)
    token = node.token("museum", "--scopes", "read write admin:read admin:write")
    node.serve()
    actor = node.document("/users/museum").json()
    checks.that("its owner is the Organization", actor["type"] == "Organization" and actor["id"] == node.origin + "/users/museum", actor)
    me = node.get("/api/v1/accounts/verify_credentials", token).json()
    checks.that("and its token acts for it", me["uri"] == actor["id"], me)
    node.stop()


def is_one_token(done):
    return done.returncode == 0 and done.out.count("\n") == 1 and len(done.out.strip()) >= 32 and " " not in done.out.strip()


def check_stopped(node):
    tokens = []
    done = node.verb("token", "ann")
    checks.that("token of a stopped node prints exactly one line", is_one_token(done), done.out + done.err)
    tokens.append(done.out.strip())
    done = node.verb("token", "ann", "--scopes", "read", "--app", "Test")
    checks.that("token with scopes and app", is_one_token(done), done.out + done.err)
    done = node.verb("token", "ann", "--scopes", "read nonsense")
    checks.that("an unknown scope is named", done.returncode == 1 and "nonsense" in done.err and not done.out, done.err)
    done = node.verb("token", "ann", "--scopes", " ")
    checks.that("no scope at all is refused", done.returncode == 1 and not done.out, done.err)
    done = node.verb("token", "ann", "--scopes", "admin:read admin:write read")
    checks.that("an owner may have admin scopes", is_one_token(done), done.err)
    done = node.verb("account", "create", "bob", "--password-file", password_file(), "--role", "member")
    checks.that("account create on a stopped node", done.returncode == 0 and words_in(done.out), done.out + done.err)
    done = node.verb("token", "bob", "--scopes", "admin:read")
    checks.that("a member may not have admin scopes", done.returncode == 1 and "admin" in done.err, done.err)
    done = node.verb("account", "create", "bob", "--password-file", password_file())
    checks.that("a name is taken once", done.returncode == 1 and done.err.strip(), done.err)
    done = node.verb("account", "create", "BOB", "--password-file", password_file())
    checks.that("whatever its case", done.returncode == 1 and done.err.strip(), done.err)
    done = node.verb("account", "create", "eve", "--role", "king")
    checks.that("an unknown role is wrong usage", done.returncode == 2 and "role" in done.err, done.err)
    done = node.verb("account", "create")
    checks.that("account create without a name is wrong usage", done.returncode == 2, done.err)
    done = node.verb("account", "list", "--json")
    rows = {row["username"]: row for row in json.loads(done.out)} if done.returncode == 0 else {}
    checks.that("account list --json", set(rows) == {"ann", "bob"} and rows["ann"]["role"] == "owner", done.out + done.err)
    done = node.verb("account", "show", "bob", "--json")
    checks.that("account show --json", done.returncode == 0 and json.loads(done.out)["state"] == "active", done.out + done.err)
    done = node.verb("account", "show", "nobody")
    checks.that("account show of nobody", done.returncode == 1 and "nobody" in done.err, done.err)
    done = node.verb("domain", "block", "spam.example", "--note", "spam")
    checks.that("domain block on a stopped node", done.returncode == 0, done.err)
    done = node.verb("queue", "list", "--json")
    checks.that("queue list --json on a stopped node", done.returncode == 0 and json.loads(done.out) is not None, done.out + done.err)
    done = node.verb("doctor", "--json")
    checks.that("doctor of a healthy stopped node is 0", done.returncode == 0 and json.loads(done.out)["ok"] is True, done.out + done.err)
    switches = [c for c in json.loads(done.out)["checks"] if c["check"].startswith("federation.allow_")]
    checks.that("doctor names the test switches that are on", len(switches) == 2, done.out)
    return tokens


def check_running(node, tokens):
    said = node.serve()
    began = time.monotonic()
    answer = node.get("/.well-known/nodeinfo")
    checks.that("serve says where it listens and answers nodeinfo at once",
                said == f"listening on http://127.0.0.1:{node.port}" and answer.status == 200 and "links" in answer.json(), said)
    checks.that("within a second", time.monotonic() - began < 1 * node.slow)
    answer = node.get("/.well-known/nodeinfo", headers={"Host": "other.example"})
    checks.that("a request for another Host is answered as for our own", answer.status == 200 and node.origin in answer.body.decode(), answer.body)
    checks.that("control.sock is for its owner only", mode(os.path.join(node.data, "control.sock")) == 0o600)
    done = node.verb("token", "ann")
    checks.that("token of a running node prints exactly one line", is_one_token(done), done.out + done.err)
    tokens.append(done.out.strip())
    for token, when in zip(tokens, ("stopped", "running")):
        me = node.get("/api/v1/accounts/verify_credentials", token)
        checks.that(f"the token made while {when} works", me.status == 200 and me.json()["uri"] == node.origin + "/users/ann", me.body)
    checks.that("another token does not", node.get("/api/v1/accounts/verify_credentials", "x" * 43).status == 401)
    done = node.verb("account", "create", "cid", "--password-file", password_file())
    checks.that("account create on a running node", done.returncode == 0 and words_in(done.out), done.out + done.err)
    checks.that("and it is there at once", node.document("/users/cid").status == 200)
    token = node.token("cid")
    done = node.verb("account", "suspend", "cid")
    checks.that("account suspend on a running node", done.returncode == 0, done.err)
    answer = node.get("/api/v1/accounts/verify_credentials", token)
    checks.that("a suspended account's token is refused", answer.status in (401, 403) and answer.json()["error"], answer.body)
    done = node.verb("token", "cid")
    checks.that("and it gets no new one", done.returncode == 1 and "cid" in done.err, done.err)
    done = node.verb("account", "unsuspend", "cid")
    checks.that("account unsuspend", done.returncode == 0 and node.get("/api/v1/accounts/verify_credentials", token).status == 200, done.err)
    done = node.verb("account", "password", "cid", "--password-file", password_file())
    checks.that("account password on a running node", done.returncode == 0 and PASSWORD not in done.out, done.out + done.err)
    done = node.verb("account", "delete", "cid")
    checks.that("account delete on a running node", done.returncode == 0 and node.document("/users/cid").status == 410, done.out + done.err)
    done = node.verb("account", "create", "cid", "--password-file", password_file())
    checks.that("a name is never given again", done.returncode == 1 and done.err.strip(), done.out + done.err)
    done = node.verb("domain", "list", "--json")
    checks.that("domain list on the running node shows the rule made while it was stopped", "spam.example" in done.out, done.out + done.err)
    done = node.verb("domain", "remove", "spam.example")
    checks.that("domain remove", done.returncode == 0 and "spam.example" not in node.verb("domain", "list").out, done.err)
    done = node.verb("queue", "list")
    checks.that("queue list on the running node", done.returncode == 0, done.err)
    done = node.verb("doctor", "--json")
    checks.that("doctor of a healthy running node is 0", done.returncode == 0 and json.loads(done.out)["ok"] is True, done.out + done.err)
    done = run(BINARY, "serve", "--data", node.data, "--listen", f"127.0.0.1:{free_port()}")
    checks.that("a second serve is refused by the lock", done.returncode == 1 and "already" in done.err and not done.out, done.out + done.err)
    keys = os.path.join(node.data, "keys")
    os.chmod(keys, 0o644)
    done = node.verb("doctor", "--json")
    checks.that("doctor is 1 when others may read the keys, and says what to do",
                done.returncode == 1 and json.loads(done.out)["ok"] is False and "chmod 600" in done.out, done.out + done.err)
    os.chmod(keys, 0o600)


def check_recovery_statement(node, words):
    actor = node.document("/users/ann").json()
    found = [a for a in actor.get("attachment", []) if a.get("type") == "VerifiableIdentityStatement"]
    if not checks.that("the actor carries one identity statement from the first day", len(found) == 1, actor):
        return
    statement = found[0]
    key = statement["subject"].removeprefix("did:key:")
    checks.that("it names the actor", statement["alsoKnownAs"] == actor["id"] and statement["proof"]["verificationMethod"]
                .startswith("did:key:" + key), statement)
    checks.that("it is signed by the recovery key", proof_holds(statement, ed25519_of_multikey(key)), statement)
    if os.path.exists(WORD_LIST):
        with open(WORD_LIST) as file:
            listed = file.read().split()
        seed = seed_of_words(words, listed)
        checks.that("which is the one of the 24 words", ed25519_public_of_seed(seed) == ed25519_of_multikey(key))
    else:
        print("skipped: the word list is not installed")
    method = [m for m in actor["assertionMethod"] if m["id"] == actor["proof"]["verificationMethod"]]
    checks.that("the actor document's own proof holds", method and proof_holds(actor, ed25519_of_multikey(method[0]["publicKeyMultibase"])))


def check_reload(node):
    path = os.path.join(node.data, "outboard.toml")
    with open(path) as file:
        original = file.read()

    def rewrite(text):
        with open(path, "w") as file:
            file.write(text)
        since = len(node.read_log())
        node.process.send_signal(1)
        return since

    since = rewrite('listen = "127.0.0.1:1"\n' + original + '\n[instance]\ntitle = "Renamed"\n[log]\nlevel = "info"\n')
    told = node.wait_for_log("config.reloaded", since)
    log = node.read_log()[since:]
    # The flag outweighs the file, so a changed listen in the file changes nothing.
    checks.that("SIGHUP takes what may change", told and node.get("/api/v2/instance").json()["title"] == "Renamed", log)
    checks.that("a flag outweighs the changed file, so no restart is asked for", "needs_restart" not in log, log)
    since = rewrite(original + '\n[limits]\nconnections = 5000\n[log]\nlevel = "warn"\n')
    told = node.wait_for_log("limits.connections", since)
    log = node.read_log()[since:]
    checks.that("what needs a restart is named on stderr", told and "restart" in log, log)
    time.sleep(0.3)
    checks.that("the new log level is in force", "config.reloaded" not in node.read_log()[since:], log)
    since = rewrite(original + '\n[limits]\nconnections = "many"\n')
    told = node.wait_for_log("limits.connections", since)
    checks.that("a mistake in the file is named and the node serves on", told and node.is_alive()
                and node.get("/.well-known/nodeinfo").status == 200, node.read_log()[since:])
    rewrite(original)
    checks.that("and takes the mended file", wait_until(lambda: node.get("/api/v2/instance").json()["title"] != "Renamed", 5 * node.slow))


def check_stopping(node):
    idle = socket.create_connection(("127.0.0.1", node.port))
    slow = socket.create_connection(("127.0.0.1", node.port))
    slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    time.sleep(0.2)
    code, seconds = node.stop()
    checks.that("SIGTERM ends it with 0 within 10 s, idle and half-sent connections open", code == 0 and seconds <= 10, f"{code} in {seconds:.1f} s")
    checks.that("stdout had exactly the one line", node.process.stdout.read() == b"")
    idle.close()
    slow.close()
    node.serve()
    node.kill()
    node.serve()
    checks.that("the lock is free after kill -9", node.get("/.well-known/nodeinfo").status == 200)
    node.kill()
    done = node.verb("token", "ann")
    checks.that("and for a verb, although control.sock is left behind", is_one_token(done), done.out + done.err)


def check_refused_starts(node):
    keys = os.path.join(node.data, "keys")
    os.chmod(keys, 0o644)
    done = run(BINARY, "serve", "--data", node.data, "--listen", f"127.0.0.1:{node.port}")
    checks.that("keys that others may read stop the start, with what to do", done.returncode == 1 and "chmod 600" in done.err
                and keys in done.err and not done.out, done.err)
    done = node.verb("doctor")
    checks.that("doctor on that stopped node is 1 and says it too", done.returncode == 1 and "chmod 600" in done.out + done.err, done.out + done.err)
    os.chmod(keys, 0o600)
    for how, more, env in (("a flag", ["--domain", "other.example"], {}), ("a variable", [], {"OUTBOARD_DOMAIN": "other.example"})):
        done = run(BINARY, "serve", "--data", node.data, "--listen", f"127.0.0.1:{node.port}", *more, env=env)
        checks.that(f"another domain by {how} is refused, both named", done.returncode == 1 and node.domain in done.err
                    and "other.example" in done.err and not done.out, done.err)
    done = run(BINARY, "serve", "--data", node.data, "--role", "web")
    checks.that("a role that this version cannot play is refused", done.returncode == 1 and "PostgreSQL" in done.err, done.err)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(BINARY, "serve", "--data", node.data, "--listen", f"127.0.0.1:{port}")
        checks.that("an address in use is named", done.returncode == 1 and str(port) in done.err and not done.out, done.err)


def check_settings(node):
    path = os.path.join(node.data, "outboard.toml")
    with open(path) as file:
        original = file.read()
    with open(path, "w") as file:
        file.write(f'listen = "127.0.0.2:{node.port}"\n' + original)
    for wanted, env, flags in (("127.0.0.2", {}, []), ("127.0.0.3", {"OUTBOARD_LISTEN": f"127.0.0.3:{node.port}"}, []),
                               ("127.0.0.4", {"OUTBOARD_LISTEN": f"127.0.0.3:{node.port}"}, ["--listen", f"127.0.0.4:{node.port}"])):
        said = node.serve(*flags, env=env, listen=False)
        checks.that(f"flag over variable over file: {wanted}", said == f"listening on http://{wanted}:{node.port}", said)
        node.stop()
    with open(path, "w") as file:
        file.write('nonsense = 1\nlisten = 5\n' + original + '\n[limits]\nstatus_characters = 0\n')
    done = run(BINARY, "serve", "--data", node.data, "--log-level", "loud", "--listen", "nowhere", env={
        "OUTBOARD_LIMITS_CONNECTIONS": "5", "OUTBOARD_LIMITS_RATE_LIMIT": "maybe",
        "OUTBOARD_FEDERATION_ALLOW_ADDRESSES": "127.0.0.0/8,300.0.0.0/8", "OUTBOARD_TRUSTED_PROXIES": "10.0.0.0/99"})
    wanted = ["nonsense", "line 1", "listen", "limits.status_characters", "--log-level", "OUTBOARD_LIMITS_CONNECTIONS",
              "OUTBOARD_LIMITS_RATE_LIMIT", "300.0.0.0/8", "10.0.0.0/99", '"nowhere"']
    missing = [name for name in wanted if name not in done.err]
    checks.that("all mistakes of the configuration are reported at once", done.returncode == 1 and not missing, f"missing {missing}\n{done.err}")
    with open(path, "w") as file:
        file.write(original + "\nthis is no toml\n")
    done = node.verb("account", "list")
    checks.that("a broken outboard.toml is named with its line", done.returncode == 1 and "outboard.toml line" in done.err, done.err)
    with open(path, "w") as file:
        file.write(original)


def check_tools(node):
    page = b'<p onclick="x()">hi <b>there</b><script>alert(1)</script></p><a href="javascript:x">l</a><img src=x onerror=y>'
    done = run(BINARY, "debug", "html", stdin=page)
    again = run(BINARY, "debug", "html", stdin=done.stdout)
    shown = done.out.lower()
    checks.that("debug html shows only what is safe", done.returncode == 0 and "hi" in shown
                and not any(bad in shown for bad in ("onclick", "<script", "javascript:", "onerror", "<img")), done.out)
    checks.that("and changes nothing of its own output", again.stdout == done.stdout, again.out)
    done = run(BINARY, "debug", "html", "--input", "markdown", stdin=b"*so* <script>x</script>")
    checks.that("debug html --input markdown", done.returncode == 0 and "<em>so</em>" in done.out and "<script" not in done.out, done.out)
    done = run(BINARY, "debug", "html", "--input", "plain", stdin=b"1 < 2 & <b>x</b>")
    checks.that("debug html --input plain", done.returncode == 0 and "<b>" not in done.out and "&lt;b&gt;" in done.out, done.out)
    lines = ["https://peer.example/a\t203.0.114.5", "https://peer.example/a\t10.0.0.1", "http://peer.example/a\t203.0.114.5",
             "https://me.example/x\t203.0.114.5", "https://peer.example:6379/\t203.0.114.5", "ftp://peer.example/", "https://[::1]/", ""]
    done = run(BINARY, "debug", "url", stdin="\n".join(lines).encode(), env={"OUTBOARD_DOMAIN": "me.example"})
    said = done.out.splitlines()
    checks.that("debug url answers line by line", done.returncode == 0 and said[:1] == ["allow"]
                and all(word.startswith("refuse ") and len(word.split()) == 2 for word in said[1:7]) and len(said) >= 7, done.out + done.err)
    done = run(BINARY, "debug", "json", stdin=b'{"a":[1,"\xc3\xa9"]}')
    checks.that("debug json reads what is good", done.returncode == 0 and json.loads(done.out) == {"a": [1, "é"]}, done.out + done.err)
    for name, bad in (("a repeated key", b'{"a":1,"a":2}'), ("depth", b"[" * 100 + b"]" * 100), ("no UTF-8", b'"\xff"'), ("nothing", b"")):
        done = run(BINARY, "debug", "json", stdin=bad)
        checks.that(f"debug json refuses {name} in words", done.returncode == 1 and done.err.strip() and not done.out, done.out + done.err)


def check_inspect(node):
    loopback = {"OUTBOARD_FEDERATION_ALLOW_HTTP": "true", "OUTBOARD_FEDERATION_ALLOW_ADDRESSES": "127.0.0.0/8,::1/128"}
    fields = {"kind", "id", "owner", "visibility", "audience", "text", "attachments", "tags", "quote", "ignored", "believed", "refused"}
    actor = f"{node.origin}/users/ann"
    done = run(BINARY, "inspect", actor, "--json", env=loopback)
    seen = json.loads(done.out) if done.out else {}
    checks.that("inspect of the node's own actor by URL", done.returncode == 0 and set(seen) == fields and seen["kind"] == "Person"
                and seen["id"] == actor and seen["owner"] == actor and seen["believed"] is True and seen["refused"] is None, done.out + done.err)
    done = run(BINARY, "inspect", actor, "--json")
    checks.that("without the test switches loopback is not reached", done.returncode == 1 and done.err.strip(), done.out + done.err)
    done = run(BINARY, "inspect", f"{node.origin}/users/nobody", env=loopback)
    checks.that("inspect of what is not there names the answer", done.returncode == 1 and "404" in done.err, done.err)
    file = folder("actor.json")
    with open(file, "wb") as out:
        out.write(node.document("/users/ann").body)
    token = node.token("ann")
    status = node.call("POST", "/api/v1/statuses", token, {"status": "hello #world", "visibility": "unlisted"}).json()
    with open(folder("note.json"), "wb") as out:
        out.write(node.document(status["uri"].removeprefix(node.origin)).body)
    done = run(BINARY, "inspect", file, "--json", "--from", actor)
    checks.that("inspect of its document in a file", done.returncode == 0 and json.loads(done.out)["believed"] is True, done.out + done.err)
    done = run(BINARY, "inspect", folder("note.json"), "--json", "--from", status["uri"])
    seen = json.loads(done.out)
    checks.that("inspect of an own note", done.returncode == 0 and seen["kind"] == "Note" and seen["id"] == status["uri"]
                and seen["owner"] == actor and seen["visibility"] == "unlisted" and "hello" in seen["text"] and seen["believed"] is True, done.out)
    for host in ("evil.example", "localhost.evil.example"):
        # The proof still holds, so it is believed wherever it comes from; without the proof it is not.
        with open(folder("note.json")) as saved:
            bare = json.load(saved)
        bare.pop("proof", None)
        with open(folder("bare.json"), "w") as out:
            json.dump(bare, out)
        done = run(BINARY, "inspect", folder("bare.json"), "--json", "--from", f"https://{host}/n")
        seen = json.loads(done.out)
        checks.that(f"an unproven note from {host[:14]}… is not believed", seen["believed"] is False and done.returncode in (0, 1), done.out)
    with open(folder("broken.json"), "w") as out:
        out.write('{"id": "https://a.example/1", "type": ')
    done = run(BINARY, "inspect", folder("broken.json"), "--json", "--from", "https://a.example/1")
    checks.that("inspect prints one object also when it refuses", done.returncode == 1 and json.loads(done.out)["refused"] and done.err.strip(), done.out)
    done = run(BINARY, "inspect", folder("broken.json"), "--from", "nonsense")
    checks.that("a --from that is no address is wrong usage", done.returncode == 2 and "--from" in done.err, done.err)
    done = run(BINARY, "inspect", folder("no-such-file"))
    checks.that("a file that is not there is named", done.returncode == 1 and "no-such-file" in done.err, done.err)


def check_output_to_nowhere(node):
    """A reader that went away ends a verb, not with a crash."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, "account", "list", "--data", node.data], stdout=full, stderr=subprocess.PIPE,
                              env=clean_environment(), timeout=60)
    checks.that("a verb whose output cannot be written does not crash", done.returncode >= 0, done.returncode)


def main():
    checks.group(check_usage)
    checks.group(check_init_refusals)
    node = Node(BINARY, folder("ann"))
    words = checks.group(check_init, node)
    checks.group(check_other_inits)
    checks.group(check_organization)
    tokens = checks.group(check_stopped, node) or []
    checks.group(check_running, node, tokens)
    checks.group(check_recovery_statement, node, words)
    checks.group(check_inspect, node)
    checks.group(check_reload, node)
    checks.group(check_stopping, node)
    checks.group(check_refused_starts, node)
    checks.group(check_settings, node)
    checks.group(check_tools, node)
    checks.group(check_output_to_nowhere, node)
    checks.finish()


main()
