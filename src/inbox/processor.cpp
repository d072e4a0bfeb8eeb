// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/processor.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/read.hpp"
#include "src/base/log.hpp"
#include "src/base/once.hpp"
#include "src/inbox/work.hpp"
#include "src/services/arrivals.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"

namespace outboard::inbox {

namespace {

using store::inbox::Item;

constexpr int kWindow = 512;       // oldest due rows looked at; when there are more, host by host
constexpr int kHostsAtOnce = 256;  // hosts looked at in a step then
constexpr int kLookedAtPerHost =   // rows of a host: those under way come first
    2 * static_cast<int>(limits::kInboxTakenPerHost);
constexpr auto kLongestRest = std::chrono::milliseconds(1000);
constexpr auto kOldActor = std::chrono::hours(24 * 3);
constexpr auto kBudgetDeadline = std::chrono::seconds(20);

/// 1, 2, 4 … minutes, at most 6 hours; together about a day for limits::kJobTries.
std::chrono::milliseconds retry_delay(int tries) {
    const auto minutes = std::chrono::minutes(1) * (1 << std::min(tries, 9));
    return std::min<std::chrono::milliseconds>(minutes, std::chrono::hours(6));
}

void note(const Result<void>& written, const Item& item) {
    if (!written)
        log::error("inbox.not_marked", {{"row", item.id}, {"why", written.error().shown}});
}

/// Ends a row that had no effect: for now, for good, or as a dead letter when nothing could be made
/// of it (R26).
void end_without_effect(App& app, const Item& item, const Error& why) {
    const bool again = why.code == Code::Unavailable || why.code == Code::Internal ||
                       why.code == Code::RateLimited;
    const auto problem = why.shown + (why.detail.empty() ? "" : " (" + why.detail + ")");
    note(
        app.db.write([&](store::Writer& tx) {
            if (why.code == Code::Invalid) return store::inbox::set_dead(tx, item.id, problem);
            if (!again) return store::inbox::set_ignored(tx, item);
            if (item.tries + 1 >= limits::kJobTries)
                return store::inbox::set_dead(tx, item.id, problem);
            store::inbox::set_retry(tx, item.id, tx.now() + retry_delay(item.tries), problem);
        }),
        item
    );
    if (!again) {
        log::info(
            "inbox.without_effect", {{"row", item.id}, {"actor", item.actor}, {"why", problem}}
        );
    } else if (item.tries + 1 >= limits::kJobTries) {
        log::warn("inbox.given_up", {{"row", item.id}, {"actor", item.actor}, {"why", problem}});
    }
}

void finish(App& app, const Item& item, const Result<Effect>& effect) {
    try {
        if (!effect) return end_without_effect(app, item, effect.error());
        const auto written = app.db.write([&](store::Writer& tx) -> Result<void> {
            OB_CHECK((*effect)(tx));
            store::inbox::set_done(tx, item.id);
            return {};
        });
        if (!written) end_without_effect(app, item, written.error());
    } catch (const std::exception& problem) {
        end_without_effect(
            app, item, Error{Code::Internal, "It could not be applied.", problem.what()}
        );
    }
}

federation::Proven proven(std::string_view how) {
    if (how == "proof") return federation::Proven::ByProof;
    return how == "absence" ? federation::Proven::ByAbsence : federation::Proven::BySignature;
}

using Delivery = federation::Verified<federation::Delivery>;

Result<Delivery> read_again(store::Reader& db, const Item& item) {
    const auto bytes = store::documents::find(db, item.document);
    if (!bytes) return fail(Code::Invalid, "the received bytes are gone");
    OB_TRY(const auto document, read_json(*bytes));
    OB_TRY(auto activity, federation::read_activity(document));
    federation::Delivery delivery{.activity = std::move(activity)};
    delivery.how = proven(item.how);
    delivery.key_id = item.key_id;
    return federation::Gate::accepted_before(std::move(delivery));
}

/// What a row is about, and its actor when it is known here.
struct Received {
    Result<Delivery> delivery;
    std::optional<Account> actor;
};

Received load(App& app, const Item& item) {
    const auto kept = app.arrivals.take(item.document);
    return app.db.read([&](store::Reader& db) {
        return Received{
            kept ? *kept : read_again(db, item), store::accounts::find_by_uri(db, item.actor)
        };
    });
}

/// A5: what an actor says of itself is asked again after some days, beside the work.
void refresh_if_old(App& app, const Account& actor) {
    if (actor.fetched_at + kOldActor > app.clock.now()) return;
    const auto written = app.db.write([&](store::Writer& tx) {
        store::jobs::add(
            tx,
            "account.refresh",
            write_json({{"uri", actor.uri}}),
            tx.now(),
            "refresh " + actor.uri
        );
    });
    if (!written) log::debug("inbox.no_refresh", {{"why", written.error().shown}});
}

/// With the actor stored and in good standing; `done` is called once.
void run(App& app, const Item& item, std::function<void(Result<Effect>)> done) {
    const auto received = load(app, item);
    if (!received.delivery) return done(Error{Code::Invalid, received.delivery.error().shown});
    const auto& delivery = *received.delivery;
    const auto& activity = delivery->activity;
    const auto handler = find_handler(activity.type);
    if (!handler) return done(Error{Code::NotFound, "nothing is done about " + activity.type});
    if (app.domain_rules.is_blocked(activity.actor.authority()))
        return done(Error{Code::Forbidden, "its server is blocked here"});
    services::FetchBudget budget;
    budget.deadline = kBudgetDeadline;
    budget.shared();

    auto with_actor =
        [&app, item, handler, budget, delivery, done](const std::optional<Account>& actor) {
            if (!actor || actor->is_local() || !actor->is_active())
                return done(Error{Code::Forbidden, "its actor is not heard here"});
            refresh_if_old(app, *actor);
            handler(std::make_shared<const Work>(Work{app, item, delivery, *actor, budget}), done);
        };
    // However old: what it says of itself matters less than that it said this.
    if (received.actor) return with_actor(received.actor);
    services::resolve_account(
        app,
        item.actor,
        budget,
        [&app, with_actor = std::move(with_actor), done](Result<AccountId> id) {
            if (!id) return done(tl::unexpected<Error>(std::move(id).error()));
            with_actor(app.db.read([&](store::Reader& db) { return store::accounts::find(db, *id); }
            ));
        }
    );
}

}  // namespace

bool Processor::Lanes::has_enough() const {
    return by_actor.size() - fetching.size() >= limits::kInboxAtWork / 2;
}

bool Processor::Lanes::is_full() const {
    return taken.size() >= limits::kInboxTaken || fetching.size() >= limits::kInboxFetching ||
           by_actor.size() - fetching.size() >= limits::kInboxAtWork;
}

bool Processor::Lanes::take(const Item& item) {
    if (is_full() || taken.contains(item.id)) return false;
    const auto host = by_host.find(item.host);
    if (host != by_host.end() && host->second >= limits::kInboxTakenPerHost) return false;
    taken.insert(item.id);
    ++by_host[item.host];
    auto& lane = by_actor[item.actor];
    lane.push_back(item);
    return lane.size() == 1;
}

std::optional<Item> Processor::Lanes::end(const Item& item) {
    taken.erase(item.id);
    fetching.erase(item.id);
    if (const auto host = by_host.find(item.host); host != by_host.end() && --host->second == 0)
        by_host.erase(host);
    const auto lane = by_actor.find(item.actor);
    if (lane == by_actor.end()) return std::nullopt;
    lane->second.pop_front();
    if (lane->second.empty()) {
        by_actor.erase(lane);
        return std::nullopt;
    }
    return lane->second.front();
}

void Processor::take_all(const std::vector<Item>& due) {
    for (const auto& item : due) {
        if (lanes_->with([&](Lanes& lanes) { return lanes.take(item); })) start(item);
    }
}

std::chrono::milliseconds Processor::step() {
    const auto now = app_.clock.now();
    const auto is_full = [&] {
        return lanes_->with([](const Lanes& all) { return all.is_full(); });
    };
    // What ends calls for the next step. Looking for more costs most when most waits, so not before
    // half of what was found is done.
    if (lanes_->with([](const Lanes& all) { return all.is_full() || all.has_enough(); }))
        return kLongestRest;
    const auto due =
        app_.db.read([&](store::Reader& db) { return store::inbox::list_due(db, now, kWindow); });
    take_all(due);
    if (due.size() >= static_cast<std::size_t>(kWindow) && !is_full()) {
        auto more = app_.db.read([&](store::Reader& db) {
            return store::inbox::list_due_of_hosts(
                db, now, last_host_, kHostsAtOnce, kLookedAtPerHost
            );
        });
        take_all(more.items);
        last_host_ = std::move(more.last_host);
        if (!last_host_.empty()) return std::chrono::milliseconds(0);
    }
    const auto next = app_.db.read([](store::Reader& db) { return store::inbox::next_due(db); });
    if (!next || *next <= now) return kLongestRest;
    return std::min<std::chrono::milliseconds>(*next - now, kLongestRest);
}

void Processor::start(Item item) {
    // `lanes` outlives this Processor where a test drops it early; `app_` outlives both.
    struct Runner : std::enable_shared_from_this<Runner> {  // shared by the activities of one
                                                            // actor, one after the other
        Runner(App& a, std::shared_ptr<Guarded<Lanes>> l) : app(a), lanes(std::move(l)) {}
        App& app;
        std::shared_ptr<Guarded<Lanes>> lanes;

        void post(const Item& item) {
            if (!app.workers.post([self = shared_from_this(), item] { self->work(item); }))
                end(item);
        }
        void work(const Item& item) {
            auto done = exactly_once<Result<Effect>>(
                [self = shared_from_this(), item](Result<Effect> effect) {
                    finish(self->app, item, effect);
                    self->end(item);
                },
                [] {
                    return Result<Effect>(
                        Error{Code::Internal, "It could not be applied.", "dropped on the way"}
                    );
                }
            );
            try {
                run(app, item, done);
                // Not ended: it waits for the network.
                lanes->with([&](Lanes& all) {
                    if (all.taken.contains(item.id)) all.fetching.insert(item.id);
                });
            } catch (const std::exception& problem) {
                done(Error{Code::Internal, "It could not be applied.", problem.what()});
            }
        }
        void end(const Item& item) {
            const auto following = lanes->with([&](Lanes& all) { return all.end(item); });
            if (following) return post(*following);
            app.inbox_wake.notify();
        }
    };
    std::make_shared<Runner>(app_, lanes_)->post(item);
}

int Processor::running() const {
    return lanes_->with([](const Lanes& lanes) { return static_cast<int>(lanes.taken.size()); });
}

}  // namespace outboard::inbox
