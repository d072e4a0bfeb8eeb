# SPDX-License-Identifier: Apache-2.0
"""Logging in from an app over plain HTTP: what a browser without JavaScript does, and what must not work."""
import base64
import hashlib
import os
import secrets
import threading
import time
import urllib.parse

from browser import FORM, Browser, Page, log_in, parameters
from rig import PASSWORD, Checks, Node, arguments, temp_folder

CALLBACK = "https://client.example/callback"
OOB = "urn:ietf:wg:oauth:2.0:oob"

checks = Checks()


class App:
    """A client as it registered at the node."""

    def __init__(self, node, redirect, scopes="read write follow push"):
        self.node = node
        self.redirect = redirect
        self.scopes = scopes
        answer = node.call("POST", "/api/v1/apps", body={
            "client_name": "Tusk", "redirect_uris": redirect, "scopes": scopes, "website": "https://client.example"
        })
        made = answer.json()
        self.id, self.secret = made["client_id"], made["client_secret"]

    def page(self, challenge=None, **more):
        query = {
            "response_type": "code", "client_id": self.id, "redirect_uri": self.redirect, "scope": self.scopes, **more
        }
        if challenge:
            query.update(code_challenge=challenge, code_challenge_method="S256")
        return "/oauth/authorize?" + urllib.parse.urlencode(query)

    def exchange(self, code, **more):
        fields = {
            "grant_type": "authorization_code", "client_id": self.id, "client_secret": self.secret, "code": code,
            "redirect_uri": self.redirect, **more
        }
        return self.node.call(
            "POST", "/oauth/token", body=urllib.parse.urlencode(fields), headers={"Content-Type": FORM}
        )

    def revoke(self, token):
        return self.node.call("POST", "/oauth/revoke", body={
            "client_id": self.id, "client_secret": self.secret, "token": token
        })


def pkce():
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).decode().rstrip("=")


def code_flow(node):
    app, browser = App(node, CALLBACK), Browser(node)
    verifier, challenge = pkce()
    login = browser.open(app.page(challenge, state="st&4te"))
    forms = Page(login.body.decode()).forms
    checks.that(
        "the login page is one plain form with a text input, then a password",
        login.status == 200 and len(forms) == 1 and forms[0]["method"] == "post"
        and [kind for kind, _ in forms[0]["visible"]] == ["text", "password"], login.body
    )
    policy = login.headers.get("Content-Security-Policy", "")
    checks.that(
        "pages with forms are framed by nobody, run no script and are kept by no cache",
        "frame-ancestors 'none'" in policy and "default-src 'none'" in policy and "<script" not in login.body.decode()
        and login.headers.get("Cache-Control") == "no-store", policy
    )
    consent = browser.submit(forms[0], username="ann", password=PASSWORD)
    form = Page(consent.body.decode()).forms[0]
    checks.that(
        "the consent page asks by POST, with buttons to authorize and to deny",
        consent.status == 200 and form["method"] == "post"
        and [value for _, value in form["buttons"]] == ["Authorize", "Deny"], consent.body
    )
    back = browser.submit(form, button="Authorize")
    got = parameters(back.headers.get("Location", ""))
    checks.that(
        "the app gets a code and its state back",
        back.status in (302, 303) and back.headers["Location"].startswith(CALLBACK + "?") and got.get("code")
        and got.get("state") == "st&4te", back.headers
    )
    checks.that("a wrong verifier gives nothing", app.exchange(got["code"], code_verifier="w" * 43).json().get("error") == "invalid_grant")
    answer = app.exchange(got["code"], code_verifier=verifier)
    token = answer.json().get("access_token")
    checks.that("the code becomes a token", answer.status == 200 and token and answer.json()["scope"] == app.scopes, answer.body)
    me = node.get("/api/v1/accounts/verify_credentials", token)
    checks.that("the token is ann's", me.status == 200 and me.json()["username"] == "ann", me.body)
    posted = node.call("POST", "/api/v1/statuses", token, {"status": "From an app"})
    checks.that(
        "a post says which app it is from",
        posted.status == 200 and (posted.json().get("application") or {}).get("name") == "Tusk", posted.body
    )
    verified = node.get("/api/v1/apps/verify_credentials", token)
    checks.that("the app sees itself", verified.status == 200 and verified.json()["name"] == "Tusk", verified.body)

    again = browser.open(app.page(challenge))
    checks.that(
        "the browser stays logged in", "password" not in [k for k, _ in Page(again.body.decode()).forms[0]["visible"]]
    )
    denied = browser.submit(Page(again.body.decode()).forms[0], button="Deny")
    checks.that("denying gives no code", parameters(denied.headers["Location"]).get("error") == "access_denied")
    forced = browser.open(app.page(challenge, force_login="true", lang="de"))
    checks.that("force_login asks for the password again", len(Page(forced.body.decode()).forms[0]["visible"]) == 2)

    revoked = app.revoke(token)
    checks.that("revocation answers {}", revoked.status == 200 and revoked.json() == {}, revoked.body)
    checks.that("a revoked token opens nothing", node.get("/api/v1/accounts/verify_credentials", token).status == 401)

    leave = Page(browser.open("/oauth/logout").body.decode()).forms[0]
    browser.submit(leave)
    after = browser.open(app.page(challenge))
    checks.that("logging out asks for the password again", len(Page(after.body.decode()).forms[0]["visible"]) == 2)


def by_hand(node):
    app, browser = App(node, OOB, "read"), Browser(node)
    consent = log_in(browser, app.page())
    shown = browser.submit(Page(consent.body.decode()).forms[0], button="Authorize")
    code = Page(shown.body.decode()).code
    checks.that(
        "an out-of-band code stands alone on a page, and in its address",
        shown.status == 200 and len(code) >= 16 and browser.address == "/oauth/authorize/native?code=" + code, shown.body
    )
    token = app.exchange(code).json().get("access_token")
    checks.that("it becomes a token", node.get("/api/v1/accounts/verify_credentials", token).status == 200)
    refused = node.call("POST", "/api/v1/statuses", token, {"status": "No"})
    checks.that("which cannot do more than was allowed", refused.status == 403, refused.body)
    replayed = app.exchange(code)
    checks.that("a code used twice is refused", replayed.status == 400 and replayed.json()["error"] == "invalid_grant")
    checks.that("and ends its token", node.get("/api/v1/accounts/verify_credentials", token).status == 401)


def hostile(node):
    app, browser = App(node, CALLBACK), Browser(node)
    for redirect in ("https://evil.example/", CALLBACK + "/", "javascript:alert(1)", CALLBACK + "#x"):
        asked = browser.open(app.page().replace(urllib.parse.quote(CALLBACK, ""), urllib.parse.quote(redirect, "")))
        checks.that(f"redirect {redirect} is refused on a page", asked.status == 400 and not asked.headers.get("Location"), asked.headers)
    plain = browser.open(app.page(code_challenge="a" * 43, code_challenge_method="plain"))
    checks.that("plain PKCE is refused", parameters(plain.headers.get("Location", "")).get("error") == "invalid_request")
    wide = browser.open(app.page().replace("push", "admin%3Awrite"))
    checks.that("scopes beyond the app's are refused", parameters(wide.headers.get("Location", "")).get("error") == "invalid_scope")
    for uri in ("javascript:alert(1)", "data:text/html,x", "not a uri", "/callback"):
        answer = node.call("POST", "/api/v1/apps", body={"client_name": "x", "redirect_uris": uri})
        checks.that(f"an app cannot register {uri}", answer.status == 422 and answer.json().get("error"), answer.body)

    page = Page(browser.open(app.page()).body.decode()).forms[0]
    crossed = browser.submit(page, origin="https://evil.example", username="ann", password=PASSWORD)
    checks.that("a login form from another site is refused", crossed.status == 403 and "session" not in browser.cookies)
    bare = browser.open("/oauth/login", urllib.parse.urlencode({"username": "ann", "password": PASSWORD}))
    checks.that("a login form without its token is refused", bare.status == 403 and "session" not in browser.cookies)
    consent = Page(log_in(browser, app.page()).body.decode()).forms[0]
    crossed = browser.submit(consent, button="Authorize", origin="https://evil.example")
    checks.that("a consent from another site is refused", crossed.status == 403 and not crossed.headers.get("Location"))
    consent["fields"].pop("form_token")
    bare = browser.submit(consent, button="Authorize")
    checks.that("a consent without its token is refused", bare.status == 403 and not bare.headers.get("Location"))


def guessing(node):
    """Last: it uses up the attempts of this address."""
    app = App(node, CALLBACK)
    wrong = log_in(Browser(node), app.page(), "ben", "not-the-password")
    unknown = log_in(Browser(node), app.page(), "nobody", "not-the-password")
    checks.that(
        "a wrong password and an unknown name get the same answer",
        wrong.status == unknown.status == 422
        and shape(wrong.body, "ben") == shape(unknown.body, "nobody"), wrong.body
    )
    statuses = []

    def guess(number):
        statuses.append(log_in(Browser(node), app.page(), "ben", f"guess-{number}").status)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    answer = node.get("/.well-known/nodeinfo")
    checks.that(
        "while passwords are checked the node answers others",
        answer.status == 200 and time.monotonic() - began < 5 * node.slow, statuses
    )
    for thread in threads:
        thread.join()
    tried = statuses.count(422)
    checks.that("of 24 guesses at once at most ten are tried", tried <= 10 and statuses.count(429) == 24 - tried, statuses)
    refused = log_in(Browser(node), app.page(), "ben", PASSWORD)
    checks.that(
        "then even the right password must wait, and the answer says how long",
        refused.status == 429 and int(refused.headers.get("Retry-After", 0)) > 0 and b"Try again in" in refused.body,
        refused.body
    )
    logs = node.read_log()
    checks.that("the log holds no password and no cookie", PASSWORD not in logs and "guess-" not in logs and "session=" not in logs)


def shape(body, name):
    """A page without what was typed into it and the browser's own token."""
    text = body.decode()
    token = Page(text).forms[0]["fields"]["form_token"]
    return text.replace(token, "").replace(f'value="{name}"', "")


def main():
    binary, _ = arguments("login")
    node = Node(binary, os.path.join(temp_folder(), "node"), env={"OUTBOARD_LIMITS_RATE_LIMIT": "false"})
    made = node.init()
    checks.that("init", made.returncode == 0, made.err)
    ben = node.verb("account", "create", "ben", "--password-file", node.data + ".password")
    checks.that("a second account", ben.returncode == 0, ben.err)
    node.serve()
    checks.group(code_flow, node)
    checks.group(by_hand, node)
    checks.group(hostile, node)
    checks.group(guessing, node)
    code, _ = node.stop()
    checks.that("the node stops when asked", code == 0)
    checks.finish()


main()
