// SPDX-License-Identifier: Apache-2.0
// The interop story between a node (NODE, TOKEN) and a Fedify peer (PEER): follows, posts, replies, likes, boosts, edits and deletions,
// both ways, and forged or unsigned requests refused. Prints one line per step; exit 1 at the first that fails.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";

const node = process.env.NODE_ORIGIN, peer = process.env.PEER_ORIGIN, token = process.env.TOKEN, user = process.env.NODE_USER ?? "ana";
const nodeActor = `${node}/users/${user}`, peerActor = `${peer}/users/bob`;
const nodeHost = new URL(node).host, peerHost = new URL(peer).host;
const byHandle = node.startsWith("https:"); // libraries look handles up over https only

async function api(method, path, body) {
  const response = await fetch(node + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
async function act(command) {
  const response = await fetch(`${peer}/control/do`, { method: "POST", body: JSON.stringify(command) });
  const value = await response.json();
  assert.ok(response.ok, JSON.stringify(value));
  return value;
}
const peerState = async () => await (await fetch(`${peer}/control/state`)).json();
const peerGot = async (kind, match) => (await peerState()).got.find((entry) => entry.kind === kind && match(entry));

/** Waits up to ten seconds, the time after which a person would wonder. */
async function until(what, probe) {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    const value = await probe();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`not within ten seconds: ${what}; the peer's errors: ${JSON.stringify((await peerState()).errors)}`);
}
async function step(name, run) {
  try {
    const value = await run();
    console.log(`ok   ${name}`);
    return value;
  } catch (error) {
    console.log(`FAIL ${name}: ${error.stack ?? error}`);
    process.exit(1);
  }
}
const home = async (match) => (await api("GET", "/api/v1/timelines/home?limit=40")).find(match);
const notified = async (type, match = () => true) => (await api("GET", `/api/v1/notifications?types[]=${type}&limit=40`)).find((n) => n.account.uri === peerActor && match(n));

await step("the peer finds our actor", async () => {
  const seen = await act({ act: "look", target: byHandle ? `@${user}@${nodeHost}` : nodeActor });
  assert.equal(seen.id, nodeActor);
  assert.equal(seen.name, user);
});
await step("the peer follows us and gets our Accept", async () => {
  await act({ act: "follow", target: nodeActor });
  await until("Accept at the peer", async () => (await peerState()).following.includes(nodeActor));
  await until("follow notification", () => notified("follow"));
});
const bob = await step("we find the peer by search", async () => {
  const found = await api("GET", `/api/v2/search?resolve=true&q=${encodeURIComponent(byHandle ? `@bob@${peerHost}` : peerActor)}`);
  assert.equal(found.accounts[0]?.uri, peerActor);
  assert.equal(found.accounts[0].acct, `bob@${peerHost}`);
  return found.accounts[0];
});
await step("we follow the peer and it accepts", async () => {
  await api("POST", `/api/v1/accounts/${bob.id}/follow`);
  await until("following", async () => (await api("GET", `/api/v1/accounts/relationships?id[]=${bob.id}`))[0].following);
  assert.ok((await peerState()).followers.includes(nodeActor));
});
const ours = await step("our post reaches the peer", async () => {
  const status = await api("POST", "/api/v1/statuses", { status: "Notes on <pumps> #pumps", visibility: "public" });
  const got = await until("Create", () => peerGot("Create", (entry) => entry.object === status.uri));
  assert.match(got.content, /&lt;pumps&gt;/);
  return status;
});
const theirs = await step("the peer's post reaches our home", async () => {
  const { note } = await act({ act: "post", content: "<p>hello <strong>from</strong> bob<script>x</script></p>" });
  const status = await until("home", () => home((s) => s.uri === note));
  assert.match(status.content, /<strong>from<\/strong>/);
  assert.doesNotMatch(status.content, /script/);
  return status;
});
await step("our reply reaches the peer with its parent", async () => {
  const reply = await api("POST", "/api/v1/statuses", { status: `@bob@${peerHost} thanks`, in_reply_to_id: theirs.id });
  const got = await until("Create", () => peerGot("Create", (entry) => entry.object === reply.uri));
  assert.equal(got.inReplyTo, theirs.uri);
});
await step("the peer's reply reaches us as a mention in the thread", async () => {
  const { note } = await act({ act: "post", content: "<p>a reply</p>", inReplyTo: ours.uri, mention: nodeActor, mentionName: `@${user}@${nodeHost}` });
  const mention = await until("mention", () => notified("mention", (n) => n.status.uri === note));
  assert.equal(mention.status.in_reply_to_id, ours.id);
  const context = await api("GET", `/api/v1/statuses/${ours.id}/context`);
  assert.ok(context.descendants.some((s) => s.uri === note));
});
await step("a direct message of the peer is direct here", async () => {
  const { note } = await act({ act: "post", content: "<p>only you</p>", direct: nodeActor, mention: nodeActor, mentionName: `@${user}@${nodeHost}`, shared: false });
  const mention = await until("mention", () => notified("mention", (n) => n.status.uri === note));
  assert.equal(mention.status.visibility, "direct");
});
await step("we like and unlike", async () => {
  await api("POST", `/api/v1/statuses/${theirs.id}/favourite`);
  await until("Like", () => peerGot("Like", (entry) => entry.object === theirs.uri));
  await api("POST", `/api/v1/statuses/${theirs.id}/unfavourite`);
  await until("Undo", () => peerGot("Undo", (entry) => entry.actor === nodeActor));
});
await step("the peer likes and unlikes", async () => {
  await act({ act: "like", object: ours.uri, to: nodeActor });
  await until("favourite", () => notified("favourite"));
  await until("count", async () => (await api("GET", `/api/v1/statuses/${ours.id}`)).favourites_count === 1);
  await act({ act: "unlike", to: nodeActor });
  await until("count", async () => (await api("GET", `/api/v1/statuses/${ours.id}`)).favourites_count === 0);
});
await step("we boost and unboost", async () => {
  await api("POST", `/api/v1/statuses/${theirs.id}/reblog`);
  await until("Announce", () => peerGot("Announce", (entry) => entry.object === theirs.uri));
  const before = (await peerState()).got.filter((entry) => entry.kind === "Undo").length;
  await api("POST", `/api/v1/statuses/${theirs.id}/unreblog`);
  await until("Undo", async () => (await peerState()).got.filter((entry) => entry.kind === "Undo").length > before);
});
await step("the peer boosts and unboosts", async () => {
  await act({ act: "boost", object: ours.uri, to: nodeActor });
  await until("reblog", () => notified("reblog"));
  await until("count", async () => (await api("GET", `/api/v1/statuses/${ours.id}`)).reblogs_count === 1);
  await act({ act: "unboost", to: nodeActor });
  await until("count", async () => (await api("GET", `/api/v1/statuses/${ours.id}`)).reblogs_count === 0);
});
await step("our edit reaches the peer", async () => {
  await api("PUT", `/api/v1/statuses/${ours.id}`, { status: "Better notes on pumps #pumps" });
  const got = await until("Update", () => peerGot("Update", (entry) => entry.object === ours.uri));
  assert.match(got.content, /Better notes/);
});
await step("the peer's edit reaches us with its history", async () => {
  await act({ act: "edit", note: theirs.uri, content: "<p>second thoughts</p>" });
  await until("edit", async () => (await api("GET", `/api/v1/statuses/${theirs.id}`)).content.includes("second thoughts"));
  assert.ok((await api("GET", `/api/v1/statuses/${theirs.id}`)).edited_at);
  assert.equal((await api("GET", `/api/v1/statuses/${theirs.id}/history`)).length, 2);
});
await step("our deletion reaches the peer and leaves a tombstone", async () => {
  await api("DELETE", `/api/v1/statuses/${ours.id}`);
  await until("Delete", () => peerGot("Delete", (entry) => entry.object === ours.uri));
  assert.equal((await fetch(ours.uri, { headers: { accept: "application/activity+json" } })).status, 410);
});
await step("the peer's deletion removes its post here", async () => {
  await act({ act: "remove", note: theirs.uri });
  await until("gone", async () => (await fetch(`${node}/api/v1/statuses/${theirs.id}`, { headers: { authorization: `Bearer ${token}` } })).status === 404);
});
await step("unsigned and wrongly signed activities are refused", async () => {
  const body = JSON.stringify({ "@context": "https://www.w3.org/ns/activitystreams", id: `${peerActor}#forged/1`, type: "Follow", actor: peerActor, object: nodeActor });
  const post = (headers) => fetch(`${nodeActor}/inbox`, { method: "POST", body, headers: { "content-type": "application/activity+json", ...headers } });
  assert.equal((await post({})).status, 401);
  const date = new Date().toUTCString(), digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const base = `(request-target): post /users/${user}/inbox\nhost: ${nodeHost}\ndate: ${date}\ndigest: ${digest}`;
  const signature = `keyId="${peerActor}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="${sign("sha256", Buffer.from(base), privateKey).toString("base64")}"`;
  assert.equal((await post({ date, digest, signature })).status, 401);
});
await step("the peer's unfollow ends it", async () => {
  await act({ act: "unfollow", target: nodeActor });
  await until("unfollowed", async () => !(await api("GET", `/api/v1/accounts/relationships?id[]=${bob.id}`))[0].followed_by);
});
await step("our unfollow reaches the peer", async () => {
  await api("POST", `/api/v1/accounts/${bob.id}/unfollow`);
  await until("gone", async () => !(await peerState()).followers.includes(nodeActor));
});
assert.deepEqual((await peerState()).errors, [], "the peer met no error");
console.log("story complete");
