// SPDX-License-Identifier: Apache-2.0
#include "src/delivery/deliverer.hpp"

#include <algorithm>
#include <map>

#include "federation/vocabulary.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/delivery/fan_out.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"

namespace outboard::delivery {

namespace {

using federation::SignatureScheme;
using store::deliveries::Item;

constexpr int kRowsAtOnce = 16;  // outbox rows expanded in one round
constexpr int kAtOnce = 256;     // requests under way
constexpr auto kLease =
    std::chrono::minutes(2);  // far over a request's deadline, so that no answer comes later
constexpr auto kLongestRest = std::chrono::milliseconds(1000);
/// For rows that another process wrote and did not live to send.
constexpr auto kLongestWithoutLease = std::chrono::minutes(1);

SignatureScheme other_than(SignatureScheme scheme) {
    return scheme == SignatureScheme::DraftCavage ? SignatureScheme::Rfc9421
                                                  : SignatureScheme::DraftCavage;
}

/// One request, and after a 401 a second one in the other scheme (S14).
struct Sending {
    App& app;
    std::shared_ptr<Guarded<Underway>> underway;
    Item item;
    AccountId account;
    std::shared_ptr<const std::string> body;  // shared by the requests that send the same activity
    fetch::SharedSigner signer;
    SignatureScheme scheme = SignatureScheme::DraftCavage;
    bool second_knock = false;

    void end(Answered answered) const {
        answered.item = item;
        answered.account = account;
        underway->with([&](Underway& all) {
            --all.requests;
            all.answers.push_back(std::move(answered));
        });
        app.delivery_wake.notify();
    }
};

void send(Sending sending);

void receive(Sending sending, const Result<fetch::Answer>& answer) {
    Answered answered;
    if (!answer) {
        answered.problem = answer.error().shown;
        // The guard refuses the address itself: no other try will be different. Everything else may
        // be.
        answered.refused_here = answer.error().code == Code::Forbidden;
        answered.host_is_at_fault = answer.error().code != Code::RateLimited;
        return sending.end(std::move(answered));
    }
    if (answer->status == 401 && !sending.second_knock) {
        sending.second_knock = true;
        sending.scheme = other_than(sending.scheme);
        return send(std::move(sending));
    }
    answered.status = answer->status;
    if (const auto wait = answer->header("retry-after"))
        answered.retry_after = read_retry_after(*wait, sending.app.clock.now());
    // It refused one scheme and took the other, so it checks before it answers.
    if (sending.second_knock && judge(answer->status) == Verdict::Done)
        answered.learnt = sending.scheme;
    sending.end(std::move(answered));
}

void send(Sending sending) {
    fetch::Untrusted request{sending.item.inbox};
    auto& exchange = request.exchange;
    exchange.method = "POST";
    exchange.headers = {
        {"Content-Type", std::string(federation::kActivityJson)},
        {"Accept", "application/activity+json, application/json"}
    };
    exchange.body = *sending.body;
    exchange.signer = sending.signer;
    exchange.scheme = sending.scheme;
    exchange.follow_redirects = false;
    auto& fetcher = sending.app.fetcher;
    fetcher.send(std::move(request), [sending = std::move(sending)](Result<fetch::Answer> answer) {
        receive(sending, answer);
    });
}

/// What one leased delivery needs to be sent.
struct Load {
    AccountId account;
    std::shared_ptr<const std::string> body;
    bool speaks_rfc9421 = false;
};

std::optional<Load> load(
    store::Reader& db,
    const Item& item,
    std::map<std::string, std::shared_ptr<const std::string>>& bodies
) {
    const auto row = store::outbox::find(db, item.outbox);
    if (!row) return std::nullopt;
    auto& body = bodies[row->document];
    if (!body) {
        auto bytes = store::documents::find(db, row->document);
        if (!bytes) return std::nullopt;
        body = std::make_shared<const std::string>(*std::move(bytes));
    }
    const auto host = store::hosts::find(db, item.host);
    return Load{row->account, body, host && host->speaks == "rfc9421"};
}

/// 410: whoever had that inbox follows no longer (I13).
void forget_followers(store::Writer& tx, const Answered& answered) {
    for (;;) {
        const auto followers = store::follows::list_behind_inbox(
            tx, answered.account, answered.item.inbox, static_cast<int>(limits::kFanOutChunk)
        );
        for (const auto follower : followers)
            store::follows::remove(tx, follower, answered.account);
        if (followers.size() < limits::kFanOutChunk) return;
    }
}

void write_one(store::Writer& tx, const Answered& answered, unsigned char random) {
    const auto& item = answered.item;
    const auto said = answered.status == 0
                          ? answered.problem
                          : std::to_string(answered.status) +
                                (answered.problem.empty() ? "" : " " + answered.problem);
    if (answered.refused_here) return store::deliveries::set_dead(tx, item.id, said);
    switch (judge(answered.status)) {
        case Verdict::Done:
            return store::deliveries::set_done(tx, item.id, said);
        case Verdict::Gone:
            forget_followers(tx, answered);
            return store::deliveries::set_dead(tx, item.id, said);
        case Verdict::Refused:
            return store::deliveries::set_dead(tx, item.id, said);
        case Verdict::Retry:
            break;
    }
    if (item.tries + 1 >= limits::kDeliveryTries)
        return store::deliveries::set_dead(tx, item.id, said);
    store::deliveries::set_retry(
        tx, item.id, tx.now() + backoff(item.tries, random, answered.retry_after), said
    );
}

/// A host's record changes with what it answered; most answers change nothing.
void write_host(store::Writer& tx, const Answered& answered) {
    if (answered.learnt) {
        store::hosts::set_speaks(
            tx, answered.item.host, *answered.learnt == SignatureScheme::Rfc9421 ? "rfc9421" : ""
        );
    }
    if (answered.refused_here) return;
    const bool answered_well = answered.status != 0 && answered.status < 500;
    auto host = store::hosts::find(tx, answered.item.host);
    if (answered_well) {
        if (host && host->state != "ok")
            store::hosts::put(tx, host_after(*std::move(host), /*answered=*/true, tx.now()));
        return;
    }
    if (!answered.host_is_at_fault) return;
    if (!host) host = store::hosts::Host{.name = answered.item.host};
    store::hosts::put(tx, host_after(*std::move(host), /*answered=*/false, tx.now()));
}

}  // namespace

void Deliverer::write_answers() {
    auto answers = underway_->with([](Underway& all) { return std::exchange(all.answers, {}); });
    if (answers.empty()) return;
    leases_at_once_ = true;
    const auto jitter = app_.random.bytes(answers.size());
    const auto written = app_.db.write([&](store::Writer& tx) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            write_one(tx, answers[i], static_cast<unsigned char>(jitter[i]));
            write_host(tx, answers[i]);
        }
    });
    if (!written) {  // the leases end by themselves; what was delivered goes once more and is known
                     // there by its id
        log::error(
            "delivery.not_written", {{"answers", answers.size()}, {"why", written.error().shown}}
        );
    }
    for (const auto& answered : answers) {
        if (judge(answered.status) == Verdict::Done) continue;
        log::info(
            "delivery.failed",
            {{"inbox", answered.item.inbox},
             {"status", answered.status},
             {"tries", answered.item.tries + 1},
             {"why", answered.problem}}
        );
    }
}

bool Deliverer::fan_out() {
    const auto rows = app_.db.read([](store::Reader& db) {
        return store::outbox::list_fanning(db, kRowsAtOnce);
    });
    leases_at_once_ = leases_at_once_ || !rows.empty();
    for (const auto& row : rows) {
        const auto written =
            app_.db.write([&](store::Writer& tx) { fan_out_chunk(tx, app_, row); });
        if (!written) {
            log::error(
                "delivery.not_expanded", {{"outbox", row.id.str()}, {"why", written.error().shown}}
            );
            return false;
        }
    }
    return !rows.empty();
}

void Deliverer::send_due() {
    const auto room = kAtOnce - underway_->with([](const Underway& all) { return all.requests; });
    if (room <= 0) return;  // what ends calls for the next step
    const auto now = app_.clock.now();
    const auto leased = app_.db.write([&](store::Writer& tx) {
        return store::deliveries::lease(
            tx, now + kLease, room, static_cast<int>(limits::kInFlightPerHost)
        );
    });
    if (!leased) {
        log::error("delivery.not_leased", {{"why", leased.error().shown}});
        return;
    }
    leases_at_once_ = !leased->empty();
    if (leased->empty()) {
        const auto next =
            app_.db.read([&](store::Reader& db) { return store::deliveries::next_due(db, now); });
        rests_until_ =
            std::min(next.value_or(now + kLongestWithoutLease), now + kLongestWithoutLease);
    }
    std::map<std::string, std::shared_ptr<const std::string>> bodies;
    for (const auto& item : *leased) {
        const auto loaded = app_.db.read([&](store::Reader& db) { return load(db, item, bodies); });
        auto signer = loaded ? app_.key_ring.request_signer(loaded->account)
                             : Result<fetch::SharedSigner>(
                                   Error{Code::NotFound, "It was deleted before it was delivered."}
                               );
        underway_->with([](Underway& all) { ++all.requests; });
        Sending sending{
            app_, underway_, item, loaded ? loaded->account : AccountId{}, nullptr, nullptr
        };
        if (!signer) {
            const bool is_deleted = signer.error().code == Code::NotFound && !loaded;
            log::write(
                is_deleted ? log::Level::Info : log::Level::Error,
                is_deleted ? "delivery.dropped" : "delivery.unsigned",
                {{"delivery", item.id}, {"why", signer.error().shown}}
            );
            Answered dead;
            dead.refused_here = true;
            dead.problem = signer.error().shown;
            sending.end(std::move(dead));
            continue;
        }
        sending.body = loaded->body;
        sending.signer = *std::move(signer);
        sending.scheme =
            loaded->speaks_rfc9421 ? SignatureScheme::Rfc9421 : SignatureScheme::DraftCavage;
        send(std::move(sending));
    }
}

std::chrono::milliseconds Deliverer::step() {
    write_answers();
    const bool more = fan_out();
    const auto now = app_.clock.now();
    // A clock that was set back must not make the rest longer than the longest.
    if (leases_at_once_ || now >= rests_until_ || rests_until_ > now + kLongestWithoutLease)
        send_due();
    if (more) return std::chrono::milliseconds(0);
    if (leases_at_once_ || rests_until_ <= now) return kLongestRest;
    return std::min<std::chrono::milliseconds>(rests_until_ - now, kLongestRest);
}

int Deliverer::running() const {
    return underway_->with([](const Underway& all) {
        return all.requests + static_cast<int>(all.answers.size());
    });
}

}  // namespace outboard::delivery
