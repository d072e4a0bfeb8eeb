// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/gate.hpp"
#include "src/api/activitypub/documents.hpp"
#include "src/api/activitypub/keys.hpp"
#include "src/api/activitypub/routes.hpp"
#include "src/base/log.hpp"
#include "src/services/arrivals.hpp"
#include "src/services/authority.hpp"
#include "src/services/remote.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"

namespace outboard::api::activitypub {

namespace {

using federation::Delivery;
using federation::Documents;
using federation::Judgement;
using federation::Verified;

constexpr auto kKeyDeadline =
    std::chrono::seconds(10);  // SIG47: an answer within that time, whatever the key's host does

http::Response accepted() {
    http::Response response;
    response.status = 202;
    return response;
}

bool is_activity_type(const http::Request& request) {
    const auto given = request.header("content-type");
    if (!given) return false;
    const auto type = lower_ascii(trim(given->substr(0, given->find(';'))));
    return type == "application/activity+json" || type == "application/ld+json";
}

http::Response unsupported() {
    return render_as(
        415,
        Error{Code::Invalid, "An inbox takes application/activity+json or application/ld+json."},
        Surface::ActivityPub
    );
}

constexpr std::string_view kTooFast = "Your server sends too much; slow down.";
constexpr std::string_view kTooManyWait =
    "Too many activities of your server wait to be worked off here; send this again later.";

http::Response slow_down(std::chrono::seconds wait, std::string_view why) {
    auto response = render(Error{Code::RateLimited, std::string(why)}, Surface::ActivityPub);
    response.set("Retry-After", std::to_string(wait.count()));
    return response;
}

/// SHA-256 of the activity's id, which the Gate tied to its actor's origin; without id of body and
/// actor (DESIGN.md 3.5).
std::string inbox_key(const Delivery& delivery, const std::string& body) {
    const auto& activity = delivery.activity;
    return activity.id ? sha256(activity.id->str()) : sha256(activity.actor.str() + "\n" + body);
}

std::string_view how_proven(federation::Proven how) {
    switch (how) {
        case federation::Proven::BySignature:
            return "signature";
        case federation::Proven::ByProof:
            return "proof";
        case federation::Proven::ByAbsence:
            return "absence";
    }
    return "signature";
}

struct Arrival {
    std::string body;
    std::optional<AccountId> recipient;  // of a personal inbox
};

Result<http::Response> keep(App& app, const Arrival& arrival, const Arrivals::Delivery& taken) {
    const auto& delivery = *taken;
    const auto& activity = delivery->activity;
    const auto now = app.clock.now();
    if (app.config->limits_rate_limit) {
        if (const auto wait = app.domain_rules.over_rate(activity.actor.authority(), now))
            return slow_down(*wait, kTooFast);
    }
    const auto host = activity.actor.authority();
    OB_TRY(const bool is_full, app.db.read([&](store::Reader& db) -> Result<bool> {
        OB_CHECK(services::check_authority(db, activity));
        return store::inbox::has_waiting(db, host, limits::kInboxWaitingPerHost);
    }));
    if (is_full) return slow_down(limits::kInboxFullRetry, kTooManyWait);

    const auto packed = store::documents::pack(arrival.body);
    const auto key = inbox_key(*delivery, arrival.body);
    const auto sender = services::prepare_sender(app, delivery);
    store::inbox::Item item;
    item.document = packed.hash;
    item.actor = activity.actor.str();
    item.host = host;
    item.recipient = arrival.recipient;
    item.key_id = delivery->key_id;
    if ((activity.type == "Create" || activity.type == "Update") && activity.object.id)
        item.about = sha256(activity.object.id->str());
    item.how = how_proven(delivery->how);
    const store::documents::Meta meta{
        activity.id ? activity.id->str() : "", delivery->key_id, item.how, "inbox"
    };
    const auto written = app.db.write([&](store::Writer& tx) {
        if (sender) services::store_account(tx, app, *sender);
        if (delivery->how == federation::Proven::BySignature &&
            delivery->scheme == federation::SignatureScheme::Rfc9421) {
            store::hosts::set_speaks(tx, activity.actor.authority(), "rfc9421");
        }
        if (!store::inbox::add(tx, key, item)) return;  // taken before (I2)
        store::documents::put(tx, packed, meta);
        tx.after_commit([&] {  // before `write` returns
            app.arrivals.put(item.document, taken, arrival.body.size());
            app.inbox_wake.notify();
        });
    });
    if (!written) return tl::unexpected<Error>(written.error());
    return accepted();
}

/// Only a hint (I15): a job asks the object's own server. Never an inbox row.
Result<http::Response> remember_hint(App& app, const federation::Hint& hint) {
    const auto& about = hint.object_id ? hint.object_id : hint.activity_id;
    if (!about || app.identity.owns(about->str()) ||
        app.domain_rules.is_blocked(about->authority()))
        return accepted();
    const json payload = {{"type", hint.type}, {"object", about->str()}};
    const auto written = app.db.write([&](store::Writer& tx) {
        if (!store::jobs::add(
                tx, "hint.fetch", write_json(payload), tx.now(), "hint " + about->str()
            ))
            return;
        tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
    });
    if (!written) return tl::unexpected<Error>(written.error());
    return accepted();
}

Result<http::Response> finish(App& app, const Arrival& arrival, Result<Judgement> outcome) {
    if (!outcome) {
        log::info(
            "inbox.refused", {{"why", outcome.error().shown}, {"detail", outcome.error().detail}}
        );
        return tl::unexpected<Error>(outcome.error());
    }
    if (const auto* hint = std::get_if<federation::Hint>(&*outcome))
        return remember_hint(app, *hint);
    if (const auto* nothing = std::get_if<federation::Nothing>(&*outcome)) {
        log::debug("inbox.nothing", {{"why", nothing->why}});
        return accepted();
    }
    const auto taken =
        std::make_shared<const Verified<Delivery>>(std::get<Verified<Delivery>>(*std::move(outcome))
        );
    const Delivery& delivery = **taken;
    if (delivery.nonce &&
        !app.key_cache.is_first_use(delivery.key_id, *delivery.nonce, app.clock.now())) {
        log::info("inbox.refused", {{"why", "replayed"}, {"key", delivery.key_id}});
        return fail(Code::Unauthorized, "Signature refused: its nonce was used before");
    }
    auto kept = keep(app, arrival, taken);
    if (!kept)
        log::info("inbox.refused", {{"why", kept.error().shown}, {"detail", kept.error().detail}});
    return kept;
}

Result<http::Response> receive(
    App& app, const http::Request& request, std::optional<AccountId> recipient
) {
    if (!is_activity_type(request)) return unsupported();
    if (static_cast<std::int64_t>(request.body.size()) > app.config->limits_inbox_body) {
        return fail(Code::TooLarge, "The body is larger than this inbox takes.");
    }
    // Shared by the steps of one arrival, which run one after the other, and by the end.
    auto arrival = std::make_shared<const Arrival>(Arrival{request.body, recipient});
    auto step = with_key_budget<Judgement>(
        app,
        [&app,
         gate = services::make_gate(app),
         signed_request = to_federation(request),
         now = app.clock.now()](const Documents& fetched) {
            return gate.check(
                signed_request,
                [&app](std::string_view id) { return app.key_cache.find(id); },
                fetched,
                now
            );
        }
    );
    return run_step<Judgement>(
        app,
        std::move(step),
        kKeyDeadline,
        [&app, arrival](Result<Judgement> outcome) {
            return finish(app, *arrival, std::move(outcome));
        }
    );
}

Result<http::Response> personal_inbox(App& app, const Call& call) {
    OB_TRY(const auto account, find_local(app, call.path("name")));
    return receive(app, call.request(), account.id);
}

Result<http::Response> shared_inbox(App& app, const Call& call) {
    return receive(app, call.request(), std::nullopt);
}

}  // namespace

void inbox_routes(Router& router) {
    auto policy = kOpen;
    policy.body_limit = limits::kInboxBody;
    policy.cors = false;
    router.add("POST", "/users/:name/inbox", personal_inbox, policy);
    router.add("POST", "/inbox", shared_inbox, policy);
    router.add("POST", "/actor/inbox", shared_inbox, policy);
}

}  // namespace outboard::api::activitypub
