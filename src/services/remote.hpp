// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "federation/gate.hpp"
#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/services/app.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {

/// A remote actor as rows, sanitized and bounded outside the transaction.
struct PreparedAccount {
    Account account;
    std::vector<federation::ActorKey> keys;
    bool handle_is_checked = false;  // username and domain came from WebFinger both ways (D6)
    bool takes_rfc9421 = false;      // it says so itself (FEP-844e, S14)
    std::optional<std::string>
        claims_moved_to;  // `movedTo` as the document says it: recorded only by a checked Move
};
/// `handle_is_checked`: the actor came from Gate::find_handle, so its `webfinger` names the
/// canonical handle. Collections, inbox and url that are not of the actor's own origin are left out
/// (A037, A092, THREATS 38).
PreparedAccount prepare_account(
    App& app, const federation::Verified<federation::Actor>& actor, bool handle_is_checked = false
);
/// The actor that the Gate fetched to check a delivery, when it did.
std::optional<PreparedAccount> prepare_sender(
    App& app, const federation::Verified<federation::Delivery>& delivery
);
/// Inserts or updates, with its keys; cached keys are forgotten after the commit when they changed.
/// Never touches local rows, suspended or deleted marks, or a checked handle by an unchecked one.
AccountId store_account(store::Writer& tx, App& app, const PreparedAccount& prepared);

/// A remote object as rows. `author` must be stored already.
struct PreparedStatus {
    store::statuses::NewStatus fresh;
    std::optional<std::string> poll_vote;  // a vote, not to be shown (N6)
    std::string author_uri;
    std::optional<Instant> updated;  // as the object says, not later than now
    bool fetch_ancestors = true;     // by a job, when the parent is not here
};
/// Errors: Invalid for objects that cannot be shown (no id, no author, local id), Forbidden when
/// `author` is not its author.
Result<PreparedStatus> prepare_status(
    App& app,
    const federation::Verified<federation::Object>& object,
    const Account& author,
    const federation::Addressing& activity_audience
);
/// Inserts (or returns the one there; nothing comes back from a tombstone: NotFound). Adds to the
/// homes of local followers (the rest by a job row after the first chunk), notifies mentioned local
/// users. Errors: Forbidden for suspended authors and ids of another author.
Result<StatusId> store_status(store::Writer& tx, App& app, const PreparedStatus& prepared);
/// An edit of text, attachments or audience: only by the stored author, ignored when older than
/// what is here; stored as new when it was not here. It may narrow the audience and name people,
/// and opens nothing that was narrow (V4).
Result<StatusId> update_status(store::Writer& tx, App& app, const PreparedStatus& prepared);

/// Puts a status (or boost) of `author` into the homes of local followers: one chunk here, the rest
/// as a job.
void fan_out_home(
    store::Writer& tx,
    App& app,
    AccountId author,
    StatusId status,
    bool is_boost,
    std::int64_t after = 0
);

/// Shown time: min(published, received); before 2008 counts as received (DESIGN.md 3.7, A081).
Instant shown_time(const std::optional<Instant>& published, Instant received);

/// Tells those whom a status both mentions and addresses (V2), but for those who were `told`
/// already: whom an edit names as its older text did.
void notify_mentioned(
    store::Writer& tx,
    const store::statuses::NewStatus& status,
    StatusId id,
    const std::vector<AccountId>& told = {}
);

/// Audience lines of a remote post or boost: what its visibility says, and local accounts named in
/// it. Only these may see it.
std::vector<AudienceLine> audience_lines(
    App& app, const federation::Addressing& audience, Visibility visibility, AccountId author
);

}  // namespace outboard::services
