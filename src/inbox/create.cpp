// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/inbox/work.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/polls.hpp"
#include "src/services/remote.hpp"
#include "src/store/accounts.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

namespace {

/// I14: an answer to an open post of ours, addressed to that author's followers, goes on to them:
/// the received bytes, unchanged.
void forward(store::Writer& tx, const Work& work, StatusId id) {
    const auto& activity = work.activity();
    const auto status = store::statuses::find(tx, id);
    if (!status || !status->reply_to || status->visibility == Visibility::Direct) return;
    const auto parent = store::statuses::find(tx, *status->reply_to);
    if (!parent || !parent->local) return;
    const auto author = store::accounts::find(tx, parent->account);
    if (!author || !author->is_active() || !activity.id) return;
    const auto followers = federation::Iri::parse(author->followers);
    if (!followers || !activity.audience.names(*followers)) return;

    store::outbox::Item item;
    item.id = {tx.next_id()};
    item.account = author->id;
    item.uri = activity.id->str();
    item.kind = "Forward";
    item.object = status->uri;
    item.status = id;
    item.document = work.item.document;
    item.to_followers = true;
    item.created_at = tx.now();
    store::outbox::add(tx, item);
    tx.after_commit([&wake = work.app.delivery_wake] { wake.notify(); });
}

/// What names nobody was meant for whose inbox it came to (A049, blind copies).
void address_to_recipient(const Work& work, services::PreparedStatus& prepared) {
    auto& fresh = prepared.fresh;
    if (!work.item.recipient || fresh.status.visibility != Visibility::Direct) return;
    const AudienceLine line{AudienceKind::Actor, *work.item.recipient};
    const bool there =
        std::any_of(fresh.audience.begin(), fresh.audience.end(), [&](const auto& have) {
            return have.kind == line.kind && have.target == line.target;
        });
    if (!there) fresh.audience.push_back(line);
}

Result<void> apply(store::Writer& tx, const Work& work, const services::PreparedStatus& prepared) {
    const auto& status = prepared.fresh.status;
    const bool is_new_reply =
        !status.reply_to_uri.empty() && !store::statuses::find_by_uri(tx, status.uri);
    OB_TRY(const auto id, services::store_status(tx, work.app, prepared));
    if (is_new_reply) forward(tx, work, id);
    return {};
}

/// Votes on a poll of ours. GoToSocial sends several in one activity; each is the actor's own, as
/// nobody else could send the activity.
std::vector<services::RemoteVote> votes_of(const Work& work) {
    std::vector<services::RemoteVote> votes;
    const auto add = [&](const federation::Reference& reference) {
        const auto& object = reference.object;
        if (!object || object->attributed_to != work.activity().actor) return;
        if (auto vote = services::read_vote(work.app.identity, *object)) {
            votes.push_back(*std::move(vote));
        }
    };
    add(work.activity().object);
    for (const auto& more : work.activity().more_objects) add(more);
    return votes;
}

}  // namespace

void prepare_create(SharedWork work, Ready ready) {
    auto& app = work->app;
    if (auto votes = votes_of(*work); !votes.empty()) {
        return ready(Effect([work, votes = std::move(votes)](store::Writer& tx) -> Result<void> {
            for (const auto& vote : votes) {
                OB_CHECK(services::take_vote(tx, work->app, work->actor.id, vote));
            }
            return {};
        }));
    }
    const auto object = federation::Gate::embedded(work->delivery);
    if (!object) {  // a link, or what somebody else made: its own server decides (O6)
        if (work->object_id().empty()) return ignore(ready, "nothing was created");
        return services::resolve_status(
            app,
            work->object_id(),
            work->budget,
            [ready = std::move(ready)](Result<StatusId> id) {
                if (!id) return ready(tl::unexpected<Error>(std::move(id).error()));
                nothing_left(ready);
            }
        );
    }
    auto prepared = services::prepare_status(app, *object, work->actor, work->activity().audience);
    if (!prepared) return ready(tl::unexpected<Error>(std::move(prepared).error()));
    if (prepared->poll_vote) return ignore(ready, "a vote on a poll of another server");
    if (work->activity().id) prepared->fresh.status.activity_uri = work->activity().id->str();
    address_to_recipient(*work, *prepared);
    ready(Effect([work, prepared = *std::move(prepared)](store::Writer& tx) {
        return apply(tx, *work, prepared);
    }));
}

}  // namespace outboard::inbox
