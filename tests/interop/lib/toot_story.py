# SPDX-License-Identifier: Apache-2.0
"""See toot.sh: ann and bob at their terminals. What toot does not show is looked at over the API."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading

import rig
import world
from browser import authorize
from pictures import png

SOON = 10  # seconds after which a person would wonder
checks = rig.Checks()
folder = rig.temp_folder()
plain_http = [] if world.HAS_NAMES else ["--disable-https"]


class Toot:
    """One person at one node. All share the settings of one login on one machine, as `--using` is made for."""

    environment = rig.clean_environment({"XDG_CONFIG_HOME": folder, "PYTHONUNBUFFERED": "1"})
    environment.pop("PYTHONPATH", None)

    def __init__(self, node, name):
        self.node, self.name, self.account = node, name, f"{name}@{node.domain}"

    def run(self, *words, stdin="", anonymous=False):
        who = [] if anonymous else ["--using", self.account]
        done = subprocess.run(["toot", *words, *who, "--no-color"], input=stdin, env=self.environment,
                              capture_output=True, text=True, timeout=30)
        done.said = done.stdout + done.stderr
        return done

    def says(self, what, wanted, *words, **how):
        """A check: the command succeeds and says all of `wanted` (one text or several)."""
        done = self.run(*words, **how)
        texts = [wanted] if isinstance(wanted, str) else wanted
        checks.that(what, done.returncode == 0 and all(text in done.said for text in texts), ("toot", *words, done.said))
        return done.said

    def comes_to_say(self, what, wanted, *words, absent=False):
        """As `says`, within the time in which news travel. `absent`: it comes to say it no more."""
        said = ""

        def now():
            nonlocal said
            said = self.run(*words).said
            return (wanted in said) != absent

        checks.that(what, rig.wait_until(now, SOON * self.node.slow, pause=0.2), ("toot", *words, said))
        return said

    def fails(self, what, wanted, *words, **how):
        done = self.run(*words, **how)
        checks.that(what, done.returncode != 0 and wanted in done.said and "Traceback" not in done.said,
                    ("toot", *words, done.returncode, done.said))

    def posts(self, what, *words, stdin=""):
        """Posts; returns the id that the printed address ends in."""
        said = self.says(what, f"Toot posted: {self.node.origin}/@{self.name}/", "post", *words, stdin=stdin)
        return re.search(r"/(\d+)\s*$", said)[1]

    def log_in(self, code=None):
        """`toot login`: opens the printed address as a browser would, and types the code that the page shows."""
        program = subprocess.Popen(["toot", "login", "--instance", self.node.domain, *plain_http], env=self.environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        deadline = threading.Timer(30, program.kill)
        deadline.start()
        said = ""
        for line in program.stdout:
            said += line
            if line.startswith(self.node.origin):
                if code is None:
                    code = authorize(self.node, line.strip(), self.name)[1].code
                said += program.communicate(f"n\n{code}\n")[0]
                break
        program.wait()
        deadline.cancel()
        return program.returncode, said

    def status(self, id_):
        return self.node.get("/api/v1/statuses/" + id_, self.node.token(self.name)).json()


class Screen:
    """`toot tui` on a terminal of 40 lines of 120 signs; `text` is all that it drew, one screen after the other."""

    def __init__(self):
        inside, self.terminal = pty.openpty()[::-1]
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.program = subprocess.Popen(["toot", "tui"], env={**Toot.environment, "TERM": "xterm"}, stdin=inside, stdout=inside,
                                        stderr=inside, start_new_session=True)
        os.close(inside)
        self.drawn = b""

    @property
    def text(self):
        return re.sub(r"\x1b(\[[0-9;?]*[a-zA-Z]|[()][A-Z0-9])", "", self.drawn.decode("utf-8", "replace"))

    def draws(self):
        """Takes in what it draws now; the program must not wait for its reader."""
        if select.select([self.terminal], [], [], 0.1)[0]:
            try:
                self.drawn += os.read(self.terminal, 65536)
            except OSError:  # the program closed its end
                pass

    def comes_to(self, holds):
        """Lets it draw until `holds()`, or there is nothing more to wait for."""
        return rig.wait_until(lambda: self.draws() or holds(), SOON)

    def shows(self, text):
        return self.comes_to(lambda: text in self.text)

    def press(self, key):
        os.write(self.terminal, key.encode())

    def ends(self):
        ended = self.comes_to(lambda: self.program.poll() is not None)
        self.program.kill()
        self.program.wait()
        return ended


def id_beside(text, said):
    """The id toot prints under the status that holds `text`."""
    for status in said.split("─" * 100):
        if text in status:
            return re.search(r"\bID (\d+)", status)[1]
    raise RuntimeError(f"no status with {text!r} in {said}")


def logging_in(ann, bob):
    code, said = ann.log_in(code="not-the-code")
    checks.that("a code that the node did not show logs nobody in", code == 1 and "Traceback" not in said and "✓" not in said, said)
    ann.fails("nor does a password typed into toot", "Login failed", "login_cli", "--instance", ann.node.domain, "--email", "ann", *plain_http,
              stdin=rig.PASSWORD, anonymous=True)
    for person in (ann, bob):
        code, said = person.log_in()
        checks.that(f"{person.name} logs in with the code of the consent page", code == 0 and "Successfully logged in" in said, said)
    ann.says("both are logged in", [ann.account, bob.account], "auth", anonymous=True)
    ann.says("toot knows who it is", ["@ann Ann", ann.node.origin + "/@ann"], "whoami")
    ann.says("and where", ann.node.domain, "instance", ann.node.domain, *plain_http, anonymous=True)
    ann.says("she is the one that toot asks for", "active", "activate", ann.account, anonymous=True)


def writing(ann):
    first = ann.posts("a post", "Notes on #pumps")
    page = ann.node.get(f"/@ann/{first}")
    checks.that("its address is a page", page.status == 200 and b"Notes on" in page.body, page.status)
    ann.says("it is at home", ["@ann", "Notes on #pumps", f"ID {first}"], "timeline", "--once")

    picture = os.path.join(folder, "pump.png")
    with open(picture, "wb") as file:
        file.write(png(400, 300))
    shown = ann.posts("a post with a picture", "A pump", "--media", picture, "--description", "A red pump", "--sensitive")
    media = ann.status(shown)["media_attachments"]
    ann.says("toot shows its address", ["Media:", media[0]["url"]], "thread", shown)
    file = ann.node.get(media[0]["url"][len(ann.node.origin):])
    checks.that("the picture is there, with its description", media[0]["description"] == "A red pump" and file.status == 200
                and file.headers["Content-Type"].startswith("image/"), (media, file.status))
    ann.says("a picture can be sent first", ["Successfully uploaded media ID", "'image'", ann.node.origin], "upload", picture, "-d", "A pump")

    warned = ann.status(ann.posts("a post with a warning, in German", "Der Pumpe fehlt Öl", "--spoiler-text", "Oil", "--language", "de"))
    checks.that("has both", (warned["spoiler_text"], warned["sensitive"], warned["language"]) == ("Oil", True, "de"), warned)
    for visibility in ("public", "unlisted", "private", "direct"):
        id_ = ann.posts(f"a {visibility} post", f"For some: {visibility}", "--visibility", visibility)
        checks.that(f"is {visibility}", ann.status(id_)["visibility"] == visibility)
        anyone = ann.node.get("/api/v1/statuses/" + id_)
        checks.that(f"{'shown to' if visibility in ('public', 'unlisted') else 'hidden from'} strangers",
                    anyone.status == (200 if visibility in ("public", "unlisted") else 404), anyone.status)
    odd = ann.posts("a text by pipe, with signs", stdin='2 > 1 & "so" &amp; on\n\nsecond paragraph')
    ann.says("is shown as it was written", ['2 > 1 & "so" &amp; on', "second paragraph"], "thread", odd)

    reply = ann.posts("a reply", "More on that", "--reply-to", first)
    thread = ann.says("a thread", [f"ID {first}", f"ID {reply}  ↲ In reply to {first}"], "thread", first)
    checks.that("stands in its order", thread.index(f"ID {first}") < thread.index(f"ID {reply}"), thread)
    ann.fails("a text too long is refused with words", "character", "post", "x" * 5001)
    ann.says("a deletion", "Status deleted", "delete", reply)
    ann.fails("what is deleted is not there", "Record not found", "thread", reply)
    return first


def marking(ann, id_):
    for verb, flag in (("favourite", "favourited"), ("reblog", "reblogged"), ("bookmark", "bookmarked"), ("pin", "pinned")):
        past = "pinned" if verb == "pin" else flag
        ann.says(f"{verb}", f"Status {past}", verb, id_)
        checks.that(f"the status is {past}", ann.status(id_)[flag] is True)
        if verb == "bookmark":
            ann.says("bookmarks list it", f"ID {id_}", "bookmarks", "--once")
        ann.says(f"un{verb}", f"Status un{past}", "un" + verb, id_)
        checks.that(f"the status is {past} no more", ann.status(id_)[flag] is False)


def meeting(ann, bob):
    """Across the two nodes."""
    ann.says("ann finds bob, of whom her node has not heard", f"@{bob.account}", "search", "--resolve", "@" + bob.account)
    ann.says("she reads who he is", [f"@{bob.account} Bob", bob.node.origin], "whois", bob.account)
    ann.says("she follows him", f"You are now following {bob.account}", "follow", bob.account)
    bob.comes_to_say("bob is told", f"@{ann.account} now follows you", "notifications")
    bob.comes_to_say("ann is among his followers", f"@{ann.account} Ann", "followers", "bob")
    ann.comes_to_say("bob is among those she follows", f"@{bob.account} Bob", "following", "ann")
    bob.says("he follows back", "You are now following", "follow", ann.account)
    ann.comes_to_say("which she hears of", f"@{bob.account} now follows you", "notifications")

    far = bob.posts("bob posts", "Valves are easier #pumps")
    near = id_beside("Valves", ann.comes_to_say("ann reads it at home", "Valves are easier #pumps", "timeline", "--once"))
    ann.posts("she replies", f"@{bob.account} They leak, too", "--reply-to", near)
    ann.says("she favourites it", "Status favourited", "favourite", near)
    ann.says("she boosts it", "Status reblogged", "reblog", near)
    ann.says("her node tells who boosted it", "@ann", "reblogged_by", near, anonymous=True)
    for text in ("mentioned you in", "favourited your status", "reblogged your status"):
        bob.comes_to_say(f"bob reads: ann {text}", f"@{ann.account} {text}", "notifications")
    mentions = bob.says("his mentions alone", "They leak, too", "notifications", "--mentions")
    checks.that("hold nothing else", "favourited" not in mentions and "follows" not in mentions, mentions)
    bob.says("his thread holds the reply", ["Valves", "They leak, too"], "thread", far)
    bob.comes_to_say("his home holds the boost", "Reblogged @bob", "timeline", "--once")
    bob.says("he clears his notifications", "Cleared", "notifications", "--clear")
    bob.says("there are none", "No notification", "notifications")

    if world.HAS_NAMES:  # toot asks strangers' nodes over https only
        ann.says("she looks at his node as a stranger", "Valves", "timeline", "--public", "--instance", bob.node.domain, "--once")
        ann.says("and at a tag there", "Valves", "timeline", "--tag", "pumps", "--instance", bob.node.domain, "--once")

    # What toot cannot do itself, but must show.
    token = bob.node.token("bob")
    bob.node.call("PUT", "/api/v1/statuses/" + far, token, {"status": "Valves are not easier #pumps"})
    ann.comes_to_say("an edit reaches her", "Valves are not easier", "thread", near)
    bob.node.call("POST", "/api/v1/statuses", token, {"status": "Which?", "poll": {"options": ["Pump", "Valve"], "expires_in": 3600}})
    ann.comes_to_say("a poll is shown with its options", "Pump - 0%", "timeline", "--once")
    bob.says("bob deletes", "Status deleted", "delete", far)
    ann.comes_to_say("it is gone from her home", "Valves are not easier", "timeline", "--once", absent=True)

    ann.says("she mutes him", "You have muted", "mute", bob.account)
    ann.says("and no more", "is no longer muted", "unmute", bob.account)
    ann.says("she blocks him", "You are now blocking", "block", bob.account)
    bob.comes_to_say("which ends both follows", f"@{ann.account}", "followers", "bob", absent=True)
    ann.says("and no more", "is no longer blocked", "unblock", bob.account)
    bob.says("he unfollows", "You are no longer following", "unfollow", ann.account)


def on_a_whole_screen(ann):
    id_ = ann.posts("a post to look at", "Seals of #pumps")
    screen = Screen()
    checks.that("toot tui shows her home", screen.shows("Seals of"), screen.text[-2000:])
    screen.press("f")
    checks.that("a key favourites", screen.comes_to(lambda: ann.status(id_)["favourited"]), screen.text[-2000:])
    screen.press("t")
    checks.that("a key opens the thread", screen.shows("View Links"), screen.text[-2000:])
    screen.press("q")
    screen.press("q")
    checks.that("a key ends it", screen.ends(), screen.text[-2000:])
    checks.that("and nothing went wrong meanwhile", "exception occurred" not in screen.text, screen.text[-2000:])


def finding(ann):
    ann.says("people are found by name", "@ann Ann", "search", "ann")
    ann.says("tags are found", "#pumps", "search", "#pumps")
    ann.says("a timeline of a tag", "Notes on #pumps", "timeline", "--tag", "pumps", "--once")
    ann.says("the public timeline", "Notes on #pumps", "timeline", "--public", "--local", "--once")
    ann.says("she follows a tag", "You are now following #pumps", "tags_follow", "#pumps")
    ann.says("it is in her list, with an address", ["#pumps", ann.node.origin + "/tags/pumps"], "tags_followed")
    ann.says("and no more", "no longer following #pumps", "tags_unfollow", "pumps")
    ann.says("her list is empty", "not following any hashtags", "tags_followed")
    shown = ann.says("a page of two", "ID", "timeline", "--count", "2", "--once")
    checks.that("has two", len(re.findall(r"\bID \d+", shown)) == 2, shown)


def leaving(ann):
    ann.says("ann logs out", "logged out", "logout", ann.account, anonymous=True)
    done = ann.run("whoami")
    checks.that("toot asks her to log in again", done.returncode != 0 and "not found" in done.said, done.said)


def main():
    desk, lab = world.two_nodes()
    ann, bob = Toot(desk, "ann"), Toot(lab, "bob")
    checks.group(logging_in, ann, bob)
    first = checks.group(writing, ann)
    if first:
        checks.group(marking, ann, first)
    checks.group(meeting, ann, bob)
    checks.group(finding, ann)
    if world.HAS_NAMES:  # its screen asks over https only
        checks.group(on_a_whole_screen, ann)
    checks.group(leaving, ann)
    world.stop(checks, desk, lab)
    checks.finish()


main()
