-- SPDX-License-Identifier: Apache-2.0
-- min_binary 0.1.0
-- Words in braces are replaced per engine (DESIGN.md 3.4). Instants are milliseconds; *_uri_hash are 64 bits of SHA-256.

CREATE TABLE settings (
    name {text_c} PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE accounts (
    id {id} PRIMARY KEY,
    uri {text_c} NOT NULL,
    uri_hash {id} NOT NULL UNIQUE,
    username {text_c} NOT NULL,          -- as shown
    username_key {text_c} NOT NULL,      -- case-folded; with a suffix no name can have where another row holds the handle
    domain {text_c} NOT NULL,            -- '' for local accounts; the handle's domain, lower case
    host {text_c} NOT NULL,              -- host[:port] of the id; '' for local accounts
    kind {text_c} NOT NULL,              -- Person, Organization, Group, Service, Application
    revision {id} NOT NULL,
    display_name TEXT NOT NULL,
    display_key {text_c} NOT NULL,       -- case-folded, for search
    note TEXT NOT NULL,                  -- sanitized HTML
    note_source TEXT NOT NULL,           -- local accounts: as written
    fields {json} NOT NULL,              -- [{"name","value"(sanitized HTML)}]
    url TEXT NOT NULL,
    avatar_url TEXT NOT NULL,
    header_url TEXT NOT NULL,
    inbox TEXT NOT NULL,
    shared_inbox TEXT NOT NULL,
    outbox TEXT NOT NULL,
    followers TEXT NOT NULL,
    following TEXT NOT NULL,
    featured TEXT NOT NULL,
    locked {bool} NOT NULL,
    discoverable {bool} NOT NULL,
    indexable {bool} NOT NULL,
    moved_to TEXT,
    also_known_as {json} NOT NULL,
    created_at {instant} NOT NULL,
    fetched_at {instant} NOT NULL,
    suspended_at {instant},
    suspended_by_rule {bool} NOT NULL DEFAULT false, -- by a domain rule, and only while it lasts
    deleted_at {instant},
    followers_count {id} NOT NULL DEFAULT 0,
    following_count {id} NOT NULL DEFAULT 0,
    statuses_count {id} NOT NULL DEFAULT 0,
    last_status_at {instant},
    document {bytes}                     -- hash in documents; own actors: the bytes that are served
);
CREATE UNIQUE INDEX accounts_handle ON accounts (username_key, domain);
CREATE INDEX accounts_host ON accounts (host);
CREATE INDEX accounts_display ON accounts (display_key);
CREATE INDEX accounts_local ON accounts (id) WHERE domain = '';
CREATE INDEX accounts_document ON accounts (document) WHERE document IS NOT NULL;
CREATE INDEX accounts_followers ON accounts (followers) WHERE followers <> '';

CREATE TABLE users (
    account {id} PRIMARY KEY REFERENCES accounts (id),
    role {text_c} NOT NULL,              -- owner, admin, moderator, curator, member
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,         -- argon2id, encoded form
    default_visibility {text_c} NOT NULL DEFAULT 'public',
    default_content_type {text_c} NOT NULL DEFAULT 'text/plain',
    default_language {text_c} NOT NULL DEFAULT '',
    default_sensitive {bool} NOT NULL DEFAULT false,
    created_at {instant} NOT NULL
);
CREATE INDEX users_email ON users (lower(email));

CREATE TABLE keys (
    id {id} PRIMARY KEY,
    account {id} NOT NULL REFERENCES accounts (id),
    purpose {text_c} NOT NULL,           -- rsa, ed25519, recovery, remote
    uri {text_c} NOT NULL UNIQUE,
    public TEXT NOT NULL,                -- PEM (rsa, remote) or multibase
    sealed_private {bytes},              -- AES-256-GCM under the node key
    statement {json},                    -- recovery: the signed FEP-c390 statement
    valid_from {instant} NOT NULL,
    expires {instant}
);
CREATE INDEX keys_account ON keys (account, purpose);

CREATE TABLE documents (
    hash {bytes} PRIMARY KEY,            -- SHA-256 of the bytes
    uri TEXT NOT NULL,
    bytes {bytes} NOT NULL,              -- zstd
    signed_by TEXT NOT NULL,             -- key id or proof's verificationMethod; '' for our own
    verified_how {text_c} NOT NULL,      -- own, signature, proof, fetch
    received_via TEXT NOT NULL,          -- inbox, fetch …
    received_at {instant} NOT NULL
);
CREATE INDEX documents_received ON documents (received_at);

CREATE TABLE statuses (
    id {id} PRIMARY KEY,
    uri {text_c} NOT NULL,
    uri_hash {id} NOT NULL UNIQUE,
    account {id} NOT NULL REFERENCES accounts (id),
    revision {id} NOT NULL,
    kind {text_c} NOT NULL,              -- Note, Article, Question … or Announce for boosts
    visibility {text_c} NOT NULL,        -- public, unlisted, private, direct: a display word; authority is status_audience
    state {text_c} NOT NULL,             -- present, pruned, deleted
    boost_of {id},
    quote_of {id},
    reply_to {id},                       -- once it is here
    reply_to_uri TEXT NOT NULL,          -- '' for no reply
    reply_to_account {id},
    thread {id} NOT NULL,                -- id of the thread's first status here, or own id
    context_uri TEXT NOT NULL,
    conversation TEXT NOT NULL,
    title TEXT NOT NULL,                 -- Article's name
    content TEXT NOT NULL,               -- sanitized HTML
    source TEXT NOT NULL,                -- as written, local or `source`
    content_type {text_c} NOT NULL,
    spoiler TEXT NOT NULL,
    sensitive {bool} NOT NULL,
    language {text_c} NOT NULL,
    url TEXT NOT NULL,
    created_at {instant} NOT NULL,
    edited_at {instant},
    received_at {instant} NOT NULL,
    local {bool} NOT NULL,
    application TEXT NOT NULL,
    replies_count {id} NOT NULL DEFAULT 0,
    boosts_count {id} NOT NULL DEFAULT 0,
    favourites_count {id} NOT NULL DEFAULT 0,
    document {bytes},                    -- hash in documents
    activity_uri TEXT NOT NULL           -- of the Create or Announce
);
CREATE INDEX statuses_account ON statuses (account, id);
CREATE INDEX statuses_thread ON statuses (thread, id);
CREATE INDEX statuses_reply ON statuses (reply_to, id) WHERE reply_to IS NOT NULL;
CREATE UNIQUE INDEX statuses_boost ON statuses (boost_of, account) WHERE boost_of IS NOT NULL AND state = 'present';
CREATE INDEX statuses_public ON statuses (id) WHERE visibility = 'public' AND state = 'present' AND boost_of IS NULL;
CREATE INDEX statuses_local ON statuses (id) WHERE local = true AND visibility = 'public' AND state = 'present' AND boost_of IS NULL;
CREATE INDEX statuses_activity ON statuses (activity_uri) WHERE activity_uri <> '';
CREATE INDEX statuses_url ON statuses (url) WHERE url <> '';
CREATE INDEX statuses_document ON statuses (document) WHERE document IS NOT NULL;
CREATE INDEX statuses_waiting ON statuses (reply_to_uri) WHERE reply_to IS NULL AND reply_to_uri <> '';

CREATE TABLE status_revisions (
    status {id} NOT NULL,
    revision {id} NOT NULL,
    content TEXT NOT NULL,
    spoiler TEXT NOT NULL,
    sensitive {bool} NOT NULL,
    created_at {instant} NOT NULL,
    document {bytes},
    PRIMARY KEY (status, revision)
) {clustered};
CREATE INDEX status_revisions_document ON status_revisions (document) WHERE document IS NOT NULL;

-- Who may see it: may_see reads nothing else. kind: public, followers (target = author), actor (target = account).
CREATE TABLE status_audience (
    status {id} NOT NULL,
    kind {text_c} NOT NULL,
    target {id} NOT NULL,
    PRIMARY KEY (status, kind, target)
) {clustered};

CREATE TABLE mentions (
    status {id} NOT NULL,
    account {id} NOT NULL,
    PRIMARY KEY (status, account)
) {clustered};
CREATE INDEX mentions_account ON mentions (account, status);

CREATE TABLE tags (
    id {id} PRIMARY KEY,
    name {text_c} NOT NULL UNIQUE,       -- case-folded
    display TEXT NOT NULL
);
CREATE TABLE status_tags (
    tag {id} NOT NULL,
    status {id} NOT NULL,
    PRIMARY KEY (tag, status)
) {clustered};
CREATE INDEX status_tags_status ON status_tags (status);
CREATE TABLE followed_tags (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    tag {id} NOT NULL,
    created_at {instant} NOT NULL,
    UNIQUE (account, tag)
);
CREATE INDEX followed_tags_account ON followed_tags (account, id);
CREATE INDEX followed_tags_tag ON followed_tags (tag, id);

-- A poll hangs on its status; what it asks is the status' text.
CREATE TABLE polls (
    status {id} PRIMARY KEY,
    multiple {bool} NOT NULL,
    hide_totals {bool} NOT NULL,
    expires_at {instant},
    voters {id}                          -- how many accounts voted; null: its server does not say
);
CREATE TABLE poll_options (
    status {id} NOT NULL,
    position {id} NOT NULL,
    title TEXT NOT NULL,
    votes {id} NOT NULL,
    PRIMARY KEY (status, position)
) {clustered};
CREATE TABLE poll_votes (
    status {id} NOT NULL,
    account {id} NOT NULL,
    position {id} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (status, account, position)
) {clustered};

-- Direct statuses of one thread, as one account that takes part sees them.
CREATE TABLE conversations (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    thread {id} NOT NULL,
    last_status {id} NOT NULL,
    unread {bool} NOT NULL,
    UNIQUE (account, thread)
);
CREATE INDEX conversations_account ON conversations (account, last_status);
CREATE INDEX conversations_thread ON conversations (thread, account);
CREATE INDEX conversations_last ON conversations (last_status);

-- How far an account has read: timeline is home or notifications.
CREATE TABLE markers (
    account {id} NOT NULL,
    timeline {text_c} NOT NULL,
    last_read {id} NOT NULL,
    version {id} NOT NULL,
    updated_at {instant} NOT NULL,
    PRIMARY KEY (account, timeline)
) {clustered};

CREATE TABLE media (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    status {id},
    position {id} NOT NULL DEFAULT 0,
    kind {text_c} NOT NULL,              -- image, gifv, video, audio, unknown
    media_type {text_c} NOT NULL,
    remote_url TEXT NOT NULL,
    description TEXT NOT NULL,
    blurhash TEXT NOT NULL,
    width {id} NOT NULL DEFAULT 0,
    height {id} NOT NULL DEFAULT 0,
    focus_x DOUBLE PRECISION,            -- -1 to 1; null: not said
    focus_y DOUBLE PRECISION,
    created_at {instant} NOT NULL,
    -- Ours only:
    purpose {text_c} NOT NULL DEFAULT 'attachment', -- attachment, avatar, header
    url_id {text_c} UNIQUE,              -- 128 random bits in hex: what the address carries
    file {bytes},                        -- SHA-256 of the bytes, their name in media/
    file_bytes {id} NOT NULL DEFAULT 0,
    preview {bytes},
    preview_type {text_c} NOT NULL DEFAULT '',
    preview_width {id} NOT NULL DEFAULT 0,
    preview_height {id} NOT NULL DEFAULT 0,
    expires_at {instant}                 -- of an upload that no status has
);
CREATE INDEX media_status ON media (status, position) WHERE status IS NOT NULL;
CREATE INDEX media_account ON media (account, purpose);
CREATE INDEX media_file ON media (file) WHERE file IS NOT NULL;
CREATE INDEX media_preview ON media (preview) WHERE preview IS NOT NULL;
CREATE INDEX media_expiring ON media (expires_at) WHERE expires_at IS NOT NULL;

-- Files whose row went: their bytes go too, unless another row has the same.
CREATE TABLE media_gone (
    hash {bytes} PRIMARY KEY,
    gone_at {instant} NOT NULL
);

-- What an account uploaded on a day (UTC), deleted or not.
CREATE TABLE media_quota (
    account {id} NOT NULL,
    day {id} NOT NULL,                   -- days since 1970
    uploads {id} NOT NULL,
    bytes {id} NOT NULL,
    PRIMARY KEY (account, day)
) {clustered};

CREATE TABLE follows (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,               -- who follows
    target {id} NOT NULL,                -- whom
    state {text_c} NOT NULL,             -- requested, accepted
    uri {text_c} NOT NULL,               -- of the Follow activity
    show_boosts {bool} NOT NULL DEFAULT true,
    notify {bool} NOT NULL DEFAULT false,
    created_at {instant} NOT NULL,
    answered_at {instant},               -- when our last Accept was sent: at most one an hour (A043)
    UNIQUE (account, target)
);
CREATE INDEX follows_target ON follows (target, state, id);
CREATE INDEX follows_account ON follows (account, state, id);
CREATE INDEX follows_uri ON follows (uri);

CREATE TABLE blocks (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    target {id} NOT NULL,
    uri {text_c} NOT NULL,
    created_at {instant} NOT NULL,
    UNIQUE (account, target)
);
CREATE INDEX blocks_target ON blocks (target, account);
CREATE INDEX blocks_account ON blocks (account, id);
CREATE INDEX blocks_uri ON blocks (uri);

CREATE TABLE mutes (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    target {id} NOT NULL,
    notifications {bool} NOT NULL,
    expires_at {instant},
    created_at {instant} NOT NULL,
    UNIQUE (account, target)
);
CREATE INDEX mutes_account ON mutes (account, id);

-- Domains an account wants nothing of: host[:port] in lower case.
CREATE TABLE domain_blocks (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    domain {text_c} NOT NULL,
    created_at {instant} NOT NULL,
    UNIQUE (account, domain)
);
CREATE INDEX domain_blocks_account ON domain_blocks (account, id);

-- What an account keeps in mind of another; nobody else sees it.
CREATE TABLE account_notes (
    account {id} NOT NULL,
    target {id} NOT NULL,
    comment TEXT NOT NULL,
    PRIMARY KEY (account, target)
) {clustered};

-- Threads an account wants no notifications of.
CREATE TABLE thread_mutes (
    account {id} NOT NULL,
    thread {id} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (account, thread)
) {clustered};
CREATE INDEX thread_mutes_thread ON thread_mutes (thread, account);

CREATE TABLE favourites (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    status {id} NOT NULL,
    uri {text_c} NOT NULL,
    created_at {instant} NOT NULL,
    UNIQUE (account, status)
);
CREATE INDEX favourites_status ON favourites (status, account);
CREATE INDEX favourites_uri ON favourites (uri);
CREATE INDEX favourites_account ON favourites (account, id);

CREATE TABLE bookmarks (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    status {id} NOT NULL,
    created_at {instant} NOT NULL,
    UNIQUE (account, status)
);
CREATE INDEX bookmarks_status ON bookmarks (status);
CREATE INDEX bookmarks_account ON bookmarks (account, id);

CREATE TABLE pins (
    account {id} NOT NULL,
    status {id} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (account, status)
) {clustered};

-- Candidates only: authority is checked when read.
CREATE TABLE home (
    account {id} NOT NULL,
    status {id} NOT NULL,
    PRIMARY KEY (account, status)
) {clustered};
CREATE INDEX home_status ON home (status);

CREATE TABLE notifications (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,
    source {id} NOT NULL,                -- account it is from
    kind {text_c} NOT NULL,              -- mention, favourite, reblog, follow, follow_request, status, update, poll
    status {id} NOT NULL,                -- 0 for none, so that the unique key holds
    created_at {instant} NOT NULL,
    UNIQUE (account, source, kind, status)
);
CREATE INDEX notifications_account ON notifications (account, id);
CREATE INDEX notifications_status ON notifications (status) WHERE status <> 0;

-- What arrived and was answered 202. The key is SHA-256 of the activity id (DESIGN.md 3.5).
CREATE TABLE inbox (
    id {id} PRIMARY KEY,
    activity_hash {bytes} NOT NULL UNIQUE,
    document {bytes},                    -- hash in documents; null once the raw bytes are dropped
    actor TEXT NOT NULL,
    host {text_c} NOT NULL,              -- host[:port] of the actor: hosts share the work
    recipient {id},                      -- account of a personal inbox; null for the shared one
    about {bytes},                       -- SHA-256 of the id of the status that it brings, for when that is deleted
    key_id TEXT NOT NULL,
    how {text_c} NOT NULL,               -- signature, proof
    received_at {instant} NOT NULL,
    state {text_c} NOT NULL,             -- waiting, done, dead
    tries {id} NOT NULL DEFAULT 0,
    next_at {instant} NOT NULL,
    problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX inbox_waiting ON inbox (next_at, id) WHERE state = 'waiting';
CREATE INDEX inbox_hosts ON inbox (host, next_at, id) WHERE state = 'waiting';
CREATE INDEX inbox_received ON inbox (received_at);
CREATE INDEX inbox_about ON inbox (about) WHERE about IS NOT NULL;
CREATE INDEX inbox_bytes ON inbox (received_at) WHERE document IS NOT NULL;
CREATE INDEX inbox_document ON inbox (document) WHERE document IS NOT NULL;

-- One row with the change that causes it; fan-out is resumable by `cursor`.
CREATE TABLE outbox (
    id {id} PRIMARY KEY,
    account {id} NOT NULL,               -- who acts and signs
    uri {text_c} NOT NULL,
    kind {text_c} NOT NULL,              -- Create, Update, Delete, Follow …
    object TEXT NOT NULL,                -- id of what it is about
    status {id},                         -- when it is about one
    document {bytes} NOT NULL,           -- hash in documents: the bytes that are sent
    to_followers {bool} NOT NULL,
    to_accounts {json} NOT NULL,         -- account ids beyond the followers
    listed {bool} NOT NULL,              -- shown in the public outbox collection
    state {text_c} NOT NULL,             -- fanning, sent
    cursor {id} NOT NULL DEFAULT 0,      -- last follow id handled
    created_at {instant} NOT NULL
);
CREATE INDEX outbox_fanning ON outbox (id) WHERE state = 'fanning';
CREATE INDEX outbox_listed ON outbox (account, id) WHERE listed;
CREATE INDEX outbox_status ON outbox (status) WHERE status IS NOT NULL;
CREATE INDEX outbox_uri ON outbox (uri);
CREATE INDEX outbox_account ON outbox (account, id);
CREATE INDEX outbox_document ON outbox (document);

CREATE TABLE deliveries (
    id {id} PRIMARY KEY,
    outbox {id} NOT NULL,
    inbox {text_c} NOT NULL,
    host {text_c} NOT NULL,
    next_at {instant} NOT NULL,
    leased_until {instant} NOT NULL DEFAULT 0,
    tries {id} NOT NULL DEFAULT 0,
    state {text_c} NOT NULL,             -- waiting, done, dead
    last TEXT NOT NULL DEFAULT '',       -- last answer
    UNIQUE (outbox, inbox)
);
CREATE INDEX deliveries_due ON deliveries (host, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_order ON deliveries (host, outbox, id) WHERE state = 'waiting';
CREATE INDEX deliveries_inbox ON deliveries (inbox, outbox) WHERE state = 'waiting';
CREATE INDEX deliveries_next ON deliveries (next_at) WHERE state = 'waiting' AND leased_until = 0;
CREATE INDEX deliveries_leased ON deliveries (host, leased_until) WHERE state = 'waiting' AND leased_until > 0;
CREATE INDEX deliveries_ended ON deliveries (state, next_at) WHERE state <> 'waiting';

CREATE TABLE hosts (
    name {text_c} PRIMARY KEY,           -- host[:port]
    state {text_c} NOT NULL,             -- ok, failing, paused
    failures {id} NOT NULL DEFAULT 0,
    failing_since {instant},
    next_probe {instant} NOT NULL DEFAULT 0,
    speaks {text_c} NOT NULL DEFAULT '', -- rfc9421 once verified (S14)
    seen_at {instant} NOT NULL
) {clustered};
CREATE INDEX hosts_paused ON hosts (next_probe) WHERE state = 'paused';

CREATE TABLE jobs (
    id {id} PRIMARY KEY,
    kind {text_c} NOT NULL,
    key {text_c} UNIQUE,                 -- one waiting job of that key; null for any number
    payload {json} NOT NULL,
    run_at {instant} NOT NULL,
    leased_until {instant} NOT NULL DEFAULT 0,
    tries {id} NOT NULL DEFAULT 0,
    state {text_c} NOT NULL,             -- waiting, dead
    problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_leased ON jobs (leased_until) WHERE state = 'waiting' AND leased_until > 0;

-- Deleted things and early Deletes and Undos, so that nothing comes back (I4, THREATS 9).
CREATE TABLE tombstones (
    uri_hash {id} PRIMARY KEY,
    uri TEXT NOT NULL,
    owner TEXT NOT NULL,                 -- actor that deleted it
    former_type {text_c} NOT NULL,
    deleted_at {instant} NOT NULL,
    own {bool} NOT NULL
);
CREATE INDEX tombstones_deleted ON tombstones (deleted_at) WHERE own = false;

CREATE TABLE oauth_apps (
    id {id} PRIMARY KEY,
    name TEXT NOT NULL,
    website TEXT NOT NULL,
    redirect_uris {json} NOT NULL,
    scopes TEXT NOT NULL,
    client_id {text_c} NOT NULL UNIQUE,
    secret_hash {bytes} NOT NULL,        -- empty: a public client, which has none
    created_at {instant} NOT NULL
);
CREATE TABLE tokens (
    hash {bytes} PRIMARY KEY,            -- SHA-256 of the token
    account {id},                        -- null: an app's own token
    app {id} NOT NULL,
    scopes TEXT NOT NULL,
    created_at {instant} NOT NULL,
    revoked_at {instant}
) {clustered};
CREATE INDEX tokens_account ON tokens (account);
CREATE INDEX tokens_app ON tokens (app, created_at) WHERE account IS NULL;
CREATE INDEX tokens_revoked ON tokens (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE TABLE oauth_codes (
    hash {bytes} PRIMARY KEY,            -- SHA-256 of the authorization code
    app {id} NOT NULL,
    account {id} NOT NULL,
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    challenge {text_c} NOT NULL,         -- PKCE, S256; '' when none was sent
    expires_at {instant} NOT NULL,
    token {bytes}                        -- hash of the token it was exchanged for; null until then
) {clustered};
CREATE INDEX oauth_codes_expires ON oauth_codes (expires_at);
CREATE INDEX oauth_codes_account ON oauth_codes (account);

-- Browsers that are logged in.
CREATE TABLE sessions (
    hash {bytes} PRIMARY KEY,            -- SHA-256 of the cookie's value
    account {id} NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL
) {clustered};
CREATE INDEX sessions_account ON sessions (account, created_at);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE idempotency (
    account {id} NOT NULL,
    key {text_c} NOT NULL,
    status {id} NOT NULL,
    created_at {instant} NOT NULL,
    PRIMARY KEY (account, key)
) {clustered};

-- What open streams are told, kept for 15 minutes: a row for what happened, not for each receiver. The id tells when.
CREATE TABLE stream_events (
    id {id} PRIMARY KEY,
    kind {text_c} NOT NULL,              -- update, edit, delete, home, notification
    account {id} NOT NULL,               -- the author; of a notification the receiver
    subject {id} NOT NULL,               -- a status; or a notification
    tags TEXT NOT NULL,                  -- of a deleted status: its folded hashtags, with spaces between
    readers TEXT NOT NULL                -- of a deleted status: ids of the accounts here it named, likewise
);

CREATE TABLE domain_rules (
    domain {text_c} PRIMARY KEY,         -- blocked, with its subdomains
    note TEXT NOT NULL,
    created_at {instant} NOT NULL
);

CREATE TABLE audit (
    id {id} PRIMARY KEY,
    at {instant} NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    chain {bytes} NOT NULL               -- SHA-256 of the previous chain value and this row
);
