// SPDX-License-Identifier: Apache-2.0
// A small ActivityPub server on Fedify, driven by the interop tests. It keeps everything in memory.
//
//   NAME=bob PORT=9101 [ORIGIN=https://peer.test] [BIND=127.0.0.1] [TLS_CERT= TLS_KEY=] [FIRST_KNOCK=draft-cavage-http-signatures-12] node peer.mjs
//
// POST /control/do with {"act": …} makes it act; GET /control/state says what it got, all of it verified by Fedify before it is noted.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { Temporal } from "@js-temporal/polyfill";
import { serve } from "@hono/node-server";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import { Accept, Announce, Block, Create, Delete, Endpoints, Follow, Like, Mention, Note, Person, PUBLIC_COLLECTION, Reject, Tombstone, Undo, Update } from "@fedify/vocab";

const env = process.env;
const name = env.NAME ?? "bob";
const port = Number(env.PORT ?? 9101);
const origin = env.ORIGIN ?? `http://localhost:${port}`;

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue(),
  allowPrivateAddress: true,
  origin,
  ...(env.FIRST_KNOCK ? { firstKnock: env.FIRST_KNOCK } : {}),
});
const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];

const state = { followers: new Map(), following: new Set(), notes: new Map(), got: [], errors: [], counter: 0 };
const id = (ctx, kind) => new URL(`/users/${name}#${kind}/${++state.counter}`, ctx.canonicalOrigin ?? origin);

federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "interop-peer", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: { total: 1 }, localPosts: state.notes.size, localComments: 0 },
}));

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== name) return null;
    const pairs = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: `Peer ${identifier}`,
      summary: "<p>made for tests</p>",
      url: ctx.getActorUri(identifier),
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((pair) => pair.multikey),
    });
  })
  .mapHandle((_ctx, handle) => handle)
  .setKeyPairsDispatcher((_ctx, identifier) => (identifier === name ? keys : []));
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [...state.followers.values()] }));
federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
federation.setObjectDispatcher(Note, "/users/{identifier}/notes/{number}", (_ctx, values) => state.notes.get(values.number) ?? null);

/** What arrived, as a line that tests can compare. */
async function note(ctx, kind, activity) {
  const objectId = activity.objectId?.href ?? null;
  const entry = { kind, id: activity.id?.href ?? null, actor: activity.actorId?.href ?? null, object: objectId };
  if (kind === "Create" || kind === "Update") {
    const object = await activity.getObject(ctx).catch(() => null);
    entry.content = object?.content?.toString() ?? null;
    entry.inReplyTo = object?.replyTargetId?.href ?? null;
  }
  state.got.push(entry);
}

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => ({ identifier: name }))
  .on(Follow, async (ctx, follow) => {
    await note(ctx, "Follow", follow);
    const who = await follow.getActor(ctx);
    if (!who?.id || !who.inboxId) return;
    state.followers.set(who.id.href, { id: who.id, inboxId: who.inboxId, endpoints: who.endpoints });
    await ctx.sendActivity({ identifier: name }, who, new Accept({ id: id(ctx, "accepts"), actor: ctx.getActorUri(name), object: follow }));
  })
  .on(Accept, async (ctx, accept) => {
    await note(ctx, "Accept", accept);
    if (accept.actorId) state.following.add(accept.actorId.href);
  })
  .on(Undo, async (ctx, undo) => {
    await note(ctx, "Undo", undo);
    const inner = await undo.getObject(ctx).catch(() => null);
    if (inner instanceof Follow && undo.actorId) state.followers.delete(undo.actorId.href);
  })
  .on(Reject, (ctx, activity) => note(ctx, "Reject", activity))
  .on(Create, (ctx, activity) => note(ctx, "Create", activity))
  .on(Update, (ctx, activity) => note(ctx, "Update", activity))
  .on(Delete, (ctx, activity) => note(ctx, "Delete", activity))
  .on(Like, (ctx, activity) => note(ctx, "Like", activity))
  .on(Announce, (ctx, activity) => note(ctx, "Announce", activity))
  .on(Block, (ctx, activity) => note(ctx, "Block", activity))
  .onError((_ctx, error) => {
    state.errors.push(String(error));
  });

function makeNote(ctx, number, command, extra = {}) {
  return new Note({
    id: ctx.getObjectUri(Note, { identifier: name, number }),
    attribution: ctx.getActorUri(name),
    content: command.content,
    to: command.direct ? new URL(command.direct) : PUBLIC_COLLECTION,
    ccs: command.direct ? [] : [ctx.getFollowersUri(name), ...(command.mention ? [new URL(command.mention)] : [])],
    published: Temporal.Now.instant(),
    ...(command.inReplyTo ? { replyTarget: new URL(command.inReplyTo) } : {}),
    ...(command.mention ? { tags: [new Mention({ href: new URL(command.mention), name: command.mentionName ?? "@someone" })] } : {}),
    ...extra,
  });
}

async function send(ctx, command, activity) {
  const recipients = new Map(state.followers);
  for (const address of [command.to, command.mention, command.direct].flat().filter(Boolean)) {
    const who = await ctx.lookupObject(address);
    if (who?.id && who.inboxId) recipients.set(who.id.href, { id: who.id, inboxId: who.inboxId, endpoints: who.endpoints });
  }
  await ctx.sendActivity({ identifier: name }, [...recipients.values()], activity, { preferSharedInbox: command.shared ?? true });
  return { sent: activity.id.href, recipients: recipients.size };
}

const acts = {
  async follow(ctx, command) {
    const target = await ctx.lookupObject(command.target);
    if (!target?.id) throw new Error(`lookup of ${command.target} failed`);
    state.lastFollow = new Follow({ id: id(ctx, "follows"), actor: ctx.getActorUri(name), object: target.id });
    return await send(ctx, { ...command, to: command.target }, state.lastFollow);
  },
  unfollow: (ctx, command) => send(ctx, { ...command, to: command.target }, new Undo({ id: id(ctx, "undos"), actor: ctx.getActorUri(name), object: state.lastFollow })),
  async post(ctx, command) {
    const number = String(state.notes.size + 1);
    const post = makeNote(ctx, number, command);
    state.notes.set(number, post);
    const create = new Create({ id: new URL(`${post.id.href}#create`), actor: ctx.getActorUri(name), object: post, tos: post.toIds, ccs: post.ccIds });
    return { ...(await send(ctx, command, create)), note: post.id.href };
  },
  async edit(ctx, command) {
    const number = command.note.split("/").at(-1);
    const post = state.notes.get(number).clone({ content: command.content, updated: Temporal.Now.instant() });
    state.notes.set(number, post);
    return await send(ctx, command, new Update({ id: id(ctx, "updates"), actor: ctx.getActorUri(name), object: post, tos: post.toIds, ccs: post.ccIds }));
  },
  async remove(ctx, command) {
    state.notes.delete(command.note.split("/").at(-1));
    return await send(ctx, command, new Delete({ id: id(ctx, "deletes"), actor: ctx.getActorUri(name), object: new Tombstone({ id: new URL(command.note) }), to: PUBLIC_COLLECTION }));
  },
  async like(ctx, command) {
    state.lastLike = new Like({ id: id(ctx, "likes"), actor: ctx.getActorUri(name), object: new URL(command.object) });
    return await send(ctx, command, state.lastLike);
  },
  unlike: (ctx, command) => send(ctx, command, new Undo({ id: id(ctx, "undos"), actor: ctx.getActorUri(name), object: state.lastLike })),
  async boost(ctx, command) {
    state.lastBoost = new Announce({ id: id(ctx, "boosts"), actor: ctx.getActorUri(name), object: new URL(command.object), to: PUBLIC_COLLECTION, cc: ctx.getFollowersUri(name), published: Temporal.Now.instant() });
    return await send(ctx, command, state.lastBoost);
  },
  unboost: (ctx, command) => send(ctx, command, new Undo({ id: id(ctx, "undos"), actor: ctx.getActorUri(name), object: state.lastBoost })),
  block: (ctx, command) => send(ctx, { ...command, to: command.target }, new Block({ id: id(ctx, "blocks"), actor: ctx.getActorUri(name), object: new URL(command.target) })),
  async look(ctx, command) {
    const found = await ctx.lookupObject(command.target);
    return { id: found?.id?.href ?? null, type: found?.constructor?.name ?? null, name: found?.preferredUsername?.toString() ?? null };
  },
};

const answer = (value, status = 200) => new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

async function control(request, url) {
  if (url.pathname === "/control/state") {
    return answer({ actor: `${origin}/users/${name}`, followers: [...state.followers.keys()], following: [...state.following], got: state.got, errors: state.errors });
  }
  const ctx = federation.createContext(new URL(origin), undefined);
  const command = await request.json();
  try {
    return answer(await acts[command.act](ctx, command));
  } catch (error) {
    return answer({ error: String(error?.stack ?? error) }, 500);
  }
}

serve({
  hostname: env.BIND ?? "127.0.0.1",
  port,
  ...(env.TLS_CERT ? { createServer, serverOptions: { cert: readFileSync(env.TLS_CERT), key: readFileSync(env.TLS_KEY) } } : {}),
  fetch: async (request) => {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/control/")) return await control(request, url);
    return await federation.fetch(request, { contextData: undefined });
  },
}, () => console.log(`peer ${name} on ${origin}`));
