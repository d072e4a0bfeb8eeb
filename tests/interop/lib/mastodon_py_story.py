# SPDX-License-Identifier: Apache-2.0
"""See mastodon_py.sh: ann's and bob's programs, written with Mastodon.py 1.8.0, as its documentation shows its use."""
import os
import queue

import mastodon
import rig
import world
from browser import Browser, Page, authorize, log_in, parameters
from mastodon import Mastodon
from pictures import png

SOON = 10  # seconds after which a person would wonder
CALLBACK = "https://client.example/callback"
OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["read", "write", "follow", "push"]
checks = rig.Checks()
folder = rig.temp_folder()
picture = os.path.join(folder, "pump.png")


def soon(what, find):
    """A check: `find` comes to give something within the time in which news travel. Returns what it gave."""
    found = None

    def now():
        nonlocal found
        found = find()
        return found

    checks.that(what, rig.wait_until(now, SOON, pause=0.2), found)
    return found


def refused(what, error, call, *args, **named):
    """A check: the library raises exactly the error that it has for this."""
    try:
        got = call(*args, **named)
    except mastodon.MastodonError as raised:
        return checks.that(what, type(raised) is error, repr(raised))
    return checks.that(what, False, got)


def first(items, holds):
    return next((item for item in items if holds(item)), None)


class Listener(mastodon.StreamListener):
    """Puts aside what it hears."""

    def __init__(self):
        self.heard = queue.Queue()
        for kind in ("update", "status_update", "delete", "notification", "conversation"):
            setattr(self, "on_" + kind, lambda payload, kind=kind: self.heard.put((kind, payload)))

    def handle_heartbeat(self):
        self.heard.put(("heartbeat", None))

    def hears(self, what, kind, holds=lambda payload: True):
        """A check: `kind` comes with a payload for which `holds`; what came before it is dropped."""
        passed = []
        try:
            while True:
                passed.append(self.heard.get(timeout=SOON))
                if passed[-1][0] == kind and holds(passed[-1][1]):
                    checks.that(what, True)
                    return passed[-1][1]
        except queue.Empty:
            checks.that(what, False, passed)
            return None


def program(node, **more):
    id_, secret = Mastodon.create_app("Pumps", SCOPES, [CALLBACK, OOB], "https://client.example", api_base_url=node.origin)
    return Mastodon(id_, secret, api_base_url=node.origin, ratelimit_method="throw", **more)


def logged_in(node, name):
    api = program(node)
    api.log_in(code=authorize(node, api.auth_request_url(), name)[1].code)
    return api


def logging_in(node):
    api = program(node)
    location, _ = authorize(node, api.auth_request_url(redirect_uris=CALLBACK, state="st&4te"), "ann")
    back = parameters(location)
    checks.that("the consent page sends the code to the program's address", location.startswith(CALLBACK) and back["state"] == "st&4te", location)
    refused("a wrong code is refused", mastodon.MastodonIllegalArgumentError, api.log_in, code="wrong", redirect_uri=CALLBACK)
    token = api.log_in(code=back["code"], redirect_uri=CALLBACK)
    checks.that("the code becomes ann's token", api.me().username == "ann" and api.access_token == token)
    checks.that("the program sees its own name", api.app_verify_credentials().name == "Pumps")
    checks.that("the library takes us for a version it knows", (api.mastodon_major, api.mastodon_minor) >= (4, 0), api.instance().version)
    api.revoke_access_token()
    again = Mastodon(api.client_id, api.client_secret, token, node.origin)
    refused("a token given back opens nothing", mastodon.MastodonUnauthorizedError, again.me)

    reader = program(node)
    reader.log_in(code=authorize(node, reader.auth_request_url(scopes=["read"]), "ann")[1].code, scopes=["read"])
    checks.that("a program that may read reads", reader.me().username == "ann")
    refused("and writes nothing", mastodon.MastodonAPIError, reader.status_post, "No")

    browser = Browser(node)
    log_in(browser, api.auth_request_url()[len(node.origin):])
    page = Page(browser.open(api.auth_request_url()[len(node.origin):]).body.decode())
    checks.that("who is logged in is not asked for a password again", [kind for kind, _ in page.forms[0]["visible"]] == [], page.forms)
    page = Page(browser.open(api.auth_request_url(force_login=True)[len(node.origin):]).body.decode())
    checks.that("except when the program wants it", "password" in [kind for kind, _ in page.forms[0]["visible"]], page.forms)


def looking_around(api, node):
    checks.that("the instance has its domain", api.instance().uri == node.domain)
    checks.that("nodeinfo says what it is", api.instance_nodeinfo().software.name == "outboard")
    checks.that("streams are well", api.stream_healthy() is True)
    for name in ("instance_rules", "custom_emojis", "announcements", "lists", "filters", "scheduled_statuses", "featured_tags",
                 "suggestions", "trending_tags", "trending_statuses", "follow_requests", "mutes", "blocks", "domain_blocks",
                 "conversations", "bookmarks", "favourites", "notifications"):
        got = getattr(api, name)()
        checks.that(f"{name} are a list, empty at first", got == [], got)
    checks.that("preferences", api.preferences()["posting:default:visibility"] == "public")


def writing(ann):
    note = ann.status_post("Notes on #pumps", visibility="unlisted", language="en")
    checks.that("a post is as asked", (note.visibility, note.language, note.tags[0].name, note.account.acct) == ("unlisted", "en", "pumps", "ann"), note)
    checks.that("and says the program's name", note.application.name == "Pumps")
    twice = [ann.status_post("Once", idempotency_key="one-key").id for _ in range(2)]
    checks.that("the same key posts once", twice[0] == twice[1])
    warned = ann.status_post("Der Pumpe fehlt Öl", spoiler_text="Oil", sensitive=True, visibility="private")
    checks.that("a warning and an audience", (warned.spoiler_text, warned.sensitive, warned.visibility) == ("Oil", True, "private"), warned)
    stranger = Mastodon(api_base_url=ann.api_base_url)
    refused("a stranger is not shown it", mastodon.MastodonNotFoundError, stranger.status, warned)
    checks.that("but shown what is for all", stranger.status(note).content == note.content)
    refused("an empty post is refused", mastodon.MastodonAPIError, ann.status_post, "")

    media = ann.media_post(picture, description="A pump", focus=(0.5, -0.5), synchronous=True)
    checks.that("a picture is taken", media.type == "image" and media.meta.original.width == 400 and media.meta.focus.x == 0.5 and media.blurhash, media)
    checks.that("its description can be mended", ann.media_update(media, description="A red pump").description == "A red pump")
    checks.that("and read again", ann.media(media).description == "A red pump")
    shown = ann.status_post("See", media_ids=media)
    checks.that("it is shown with a post", [m.id for m in shown.media_attachments] == [media.id] and shown.media_attachments[0].description == "A red pump", shown)
    by_bytes = ann.media_post(png(20, 20), "image/png")
    checks.that("bytes are taken as well", by_bytes.url.startswith(ann.api_base_url), by_bytes)
    refused("what is no picture is refused", mastodon.MastodonAPIError, ann.media_post, b"no picture", "image/png")

    edited = ann.status_update(note, "Better notes on #pumps", spoiler_text="Pumps")
    checks.that("an edit keeps the id and changes the text", edited.id == note.id and "Better notes" in edited.content and edited.edited_at is not None, edited)
    history = ann.status_history(note)
    checks.that("the history has both", ["Better" in h.content for h in history] == [False, True], history)
    source = ann.status_source(note)
    checks.that("the source is what was written", (source.text, source.spoiler_text) == ("Better notes on #pumps", "Pumps"), source)

    answer = ann.status_reply(edited, "More on that")
    checks.that("a reply keeps warning and audience", (answer.in_reply_to_id, answer.spoiler_text, answer.visibility) == (note.id, "Pumps", "unlisted"), answer)
    context = ann.status_context(answer)
    checks.that("a reply knows what is above", [s.id for s in context.ancestors] == [note.id] and context.descendants == [], context)
    checks.that("and that what is below", [s.id for s in ann.status_context(note).descendants] == [answer.id])
    deleted = ann.status_delete(answer)
    checks.that("a deletion gives the text back", "More on that" in deleted.text, deleted)
    refused("what is deleted is gone", mastodon.MastodonNotFoundError, ann.status, answer)
    return note


def marking(ann, note):
    for name, flag, shelf in (("favourite", "favourited", ann.favourites), ("bookmark", "bookmarked", ann.bookmarks), ("reblog", "reblogged", None),
                              ("pin", "pinned", lambda: ann.account_statuses(ann.me(), pinned=True)), ("mute", "muted", None)):
        getattr(ann, "status_" + name)(note)
        checks.that(f"{name}: the status says so", ann.status(note)[flag] is True)
        if shelf:
            checks.that(f"{name}: and the list of them", [s.id for s in shelf()] == [note.id])
        getattr(ann, "status_un" + name)(note)
        checks.that(f"{name}: taken back", ann.status(note)[flag] is False and (shelf is None or shelf() == []))


def paging(ann):
    ids = [ann.status_post(f"Page {n}", visibility="unlisted").id for n in range(7)]
    page = ann.account_statuses(ann.me(), limit=3)
    checks.that("a page is the newest", [s.id for s in page] == ids[:3:-1], page)
    after = ann.fetch_next(page)
    checks.that("the next is older", [s.id for s in after] == ids[3:0:-1], after)
    checks.that("and the way back is newer", [s.id for s in ann.fetch_previous(after)] == ids[:3:-1])
    every = ann.fetch_remaining(ann.account_statuses(ann.me(), limit=3))
    checks.that("all pages are all there is, once", len({s.id for s in every}) == len(every) and set(ids) < {s.id for s in every}, every)
    listed = [s for s in every if s.visibility in ("public", "unlisted")]
    checks.that("her profile counts what all may see", ann.me().statuses_count == len(listed), (ann.me().statuses_count, len(listed)))
    checks.that("newer than the first of them", ann.timeline_home(min_id=ids[0], limit=2)[-1].id == ids[1])
    set_ = ann.markers_set(["home"], [ids[2]])
    checks.that("the place where one stopped is kept", set_.home.last_read_id == ids[2] and ann.markers_get(["home"]).home.last_read_id == ids[2], set_)


def profiles(ann):
    me = ann.account_update_credentials(display_name="Ann of the pumps", note="I keep #pumps", fields=[("Shop", "Main street 5")], avatar=picture, bot=True)
    checks.that("a profile is as asked", (me.display_name, me.bot, me.fields[0].name) == ("Ann of the pumps", True, "Shop"), me)
    checks.that("with its picture", ann.session.get(me.avatar).headers["Content-Type"].startswith("image/"), me.avatar)
    checks.that("others see it", Mastodon(api_base_url=ann.api_base_url).account(me).display_name == "Ann of the pumps")


def meeting(ann, bob, lab):
    """Across the two nodes, with both ends on their streams."""
    far = f"bob@{lab.domain}"
    found = ann.search("@" + far, result_type="accounts").accounts
    checks.that("ann finds bob, of whom her node has not heard", [a.acct for a in found] == [far], found)
    bob_here = found[0]
    checks.that("by his address as well", first(ann.search(bob.me().url).accounts, lambda a: a.id == bob_here.id))
    checks.that("and then by name alone", first(ann.account_search("bob"), lambda a: a.id == bob_here.id))

    bob.account_update_credentials(locked=True)
    his, hers = Listener(), Listener()
    streams = [bob.stream_user(his, run_async=True), ann.stream_user(hers, run_async=True)]
    his.hears("bob's stream is open", "heartbeat")
    hers.hears("ann's stream is open", "heartbeat")

    ann.account_follow(bob_here)
    asked = his.hears("bob's stream tells that ann wants to follow", "notification", lambda n: n.type == "follow_request")
    checks.that("she waits", ann.account_relationships(bob_here)[0].requested is True)
    checks.that("her request is listed", [a.id for a in bob.follow_requests()] == [asked.account.id])
    bob.follow_request_authorize(asked.account)
    soon("his consent reaches her", lambda: ann.account_relationships(bob_here)[0].following)
    checks.that("she is his follower", [a.id for a in bob.account_followers(bob.me())] == [asked.account.id])
    checks.that("and he is followed by her", [a.id for a in ann.account_following(ann.me())] == [bob_here.id])
    bob.account_update_credentials(locked=False)
    bob.account_follow(asked.account)
    hers.hears("ann's stream tells that he follows back", "notification", lambda n: n.type == "follow" and n.account.id == bob_here.id)

    media = bob.media_post(picture, description="A valve", synchronous=True)
    there = bob.status_post("Valves are easier #pumps", media_ids=media, spoiler_text="Valves")
    here = hers.hears("ann's stream brings bob's post", "update", lambda s: "Valves are easier" in s.content)
    checks.that("with its warning and its picture", here.spoiler_text == "Valves" and here.media_attachments[0].description == "A valve", here)
    checks.that("which her node shows", ann.session.get(here.media_attachments[0].url).headers["Content-Type"].startswith("image/"), here.media_attachments)
    ann.status_reply(here, "They leak, too")
    told = his.hears("bob's stream brings her reply", "notification", lambda n: n.type == "mention")
    checks.that("to his post", told.status.in_reply_to_id == there.id and "They leak" in told.status.content, told)
    ann.status_favourite(here)
    his.hears("and her favourite", "notification", lambda n: n.type == "favourite" and n.status.id == there.id)
    ann.status_reblog(here)
    his.hears("and her boost", "notification", lambda n: n.type == "reblog" and n.status.id == there.id)
    checks.that("he counts them", (lambda s: (s.favourites_count, s.reblogs_count))(bob.status(there)) == (1, 1), bob.status(there))
    checks.that("and knows from whom", [a.id for a in bob.status_favourited_by(there)] == [a.id for a in bob.status_reblogged_by(there)] == [asked.account.id])
    checks.that("his notifications are all there", {n.type for n in bob.notifications()} >= {"mention", "favourite", "reblog"})
    checks.that("mentions alone", {n.type for n in bob.notifications(types=["mention"])} == {"mention"})
    checks.that("all but mentions", "mention" not in {n.type for n in bob.notifications(exclude_types=["mention"])})
    checks.that("hers alone", len(bob.notifications(account_id=asked.account)) == len(bob.notifications()))
    checks.that("one of them", bob.notifications(id=told.id).status.id == told.status.id)
    bob.notifications_dismiss(told)
    checks.that("one can be dismissed", told.id not in [n.id for n in bob.notifications()])
    bob.notifications_clear()
    checks.that("and all", bob.notifications() == [])

    bob.status_update(there, "Valves are not easier", spoiler_text="Valves")
    hers.hears("an edit is told to those who have it", "status_update", lambda s: s.id == here.id and "not easier" in s.content)
    bob.status_delete(there)
    hers.hears("and a deletion", "delete", lambda id_: id_ == here.id)
    soon("it is gone", lambda: first(ann.timeline_home(), lambda s: s.id == here.id) is None)

    poll = bob.status_post("Which?", poll=bob.make_poll(["Pump", "Valve", "Both"], 3600, multiple=True))
    asked_here = hers.hears("a poll is told", "update", lambda s: s.poll is not None)
    ann.poll_vote(asked_here.poll, [0, 2])
    checks.that("ann's votes are hers", ann.poll(asked_here.poll).own_votes == [0, 2])
    soon("bob counts them", lambda: [o.votes_count for o in bob.poll(poll.poll).options] == [1, 0, 1])
    refused("nobody votes twice", mastodon.MastodonAPIError, ann.poll_vote, asked_here.poll, [1])

    secret = bob.status_post(f"@ann@{ann.me().url.split('/')[2]} between us", visibility="direct")
    hers.hears("a direct message is a notification", "notification", lambda n: n.type == "mention" and n.status.visibility == "direct")
    talk = ann.conversations()[0]
    checks.that("and a conversation, unread", talk.unread is True and [a.id for a in talk.accounts] == [bob_here.id], talk)
    checks.that("until it is read", ann.conversations_read(talk).unread is False)
    refused("a stranger is not shown it", mastodon.MastodonNotFoundError, Mastodon(api_base_url=bob.api_base_url).status, secret)

    ann.account_mute(bob_here, duration=60)
    checks.that("a mute is listed", [a.id for a in ann.mutes()] == [bob_here.id])
    ann.account_unmute(bob_here)
    ann.account_block(bob_here)
    checks.that("a block is listed, and the follow over", [a.id for a in ann.blocks()] == [bob_here.id] and not ann.account_relationships(bob_here)[0].following)
    soon("at the other end, too", lambda: bob.account_followers(bob.me()) == [])
    ann.account_unblock(bob_here)
    ann.account_note_set(bob_here, "Met at the fair")
    checks.that("a private note is kept", ann.account_relationships(bob_here)[0].note == "Met at the fair")
    return streams


def streaming(ann):
    """The streams that are not one's own."""
    listeners = {name: Listener() for name in ("public", "local", "hashtag", "direct")}
    handles = [ann.stream_public(listeners["public"], run_async=True), ann.stream_local(listeners["local"], run_async=True),
               ann.stream_hashtag("valves", listeners["hashtag"], run_async=True), ann.stream_direct(listeners["direct"], run_async=True)]
    for name, listener in listeners.items():
        listener.hears(f"the {name} stream is open", "heartbeat")
    ann.status_post("Elsewhere")
    note = ann.status_post("Said to all about #valves")
    for name in ("public", "local", "hashtag"):
        listeners[name].hears(f"the {name} stream brings a post", "update", lambda s: s.id == note.id)
    ann.status_post("@ann to myself", visibility="direct")
    listeners["direct"].hears("the direct stream brings a conversation", "conversation", lambda c: "to myself" in c.last_status.content)
    return handles


def main():
    with open(picture, "wb") as file:
        file.write(png(400, 300))
    desk, lab = world.two_nodes()
    checks.group(logging_in, desk)
    ann, bob = logged_in(desk, "ann"), logged_in(lab, "bob")
    checks.group(looking_around, ann, desk)
    note = checks.group(writing, ann)
    if note:
        checks.group(marking, ann, note)
    checks.group(paging, ann)
    checks.group(profiles, ann)
    streams = [*(checks.group(meeting, ann, bob, lab) or []), *(checks.group(streaming, ann) or [])]
    checks.that("all streams are still open", streams and all(stream.is_receiving() for stream in streams))
    world.stop(checks, desk, lab)
    checks.that("they end with the nodes", rig.wait_until(lambda: not any(stream.is_alive() for stream in streams), SOON))
    checks.finish()


main()
