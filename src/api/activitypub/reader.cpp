// SPDX-License-Identifier: Apache-2.0
#include "src/api/activitypub/reader.hpp"

#include "federation/base/text.hpp"
#include "src/api/activitypub/documents.hpp"
#include "src/api/activitypub/keys.hpp"
#include "src/api/render.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/resolve.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"

namespace outboard::api::activitypub {

namespace {

using federation::Documents;
using federation::KnownKey;

constexpr auto kOldestReading = std::chrono::hours(1);  // REQUIREMENTS section 4
constexpr auto kKeyDeadline = std::chrono::seconds(10);

bool is_signed(const http::Request& request) {
    if (request.header("signature") || request.header("signature-input")) return true;
    const auto authorization = request.header("authorization");
    return authorization && starts_with_ignoring_case(*authorization, "Signature ");
}

Result<Asker> asker_of(App& app, const std::optional<KnownKey>& key) {
    if (!key) return Asker{};
    const auto host = key->owner.authority();
    if (app.domain_rules.is_blocked(host))
        return fail(Code::Forbidden, "This server does not answer yours.");
    if (app.config->limits_rate_limit && app.domain_rules.over_rate(host, app.clock.now())) {
        return fail(Code::RateLimited, "Too many requests from your server; wait a minute.");
    }
    Asker asker{{}, host};
    const auto account = app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_uri(db, key->owner.str());
    });
    if (account && account->is_active()) asker.account = account->id;
    return asker;
}

/// Hosts of the keys that a request claims to be signed with.
std::vector<std::string> named_hosts(App& app, const http::Request& request) {
    std::vector<std::string> hosts;
    if (!is_signed(request)) return hosts;
    const auto claims = federation::read_signatures(
        to_federation(request), services::gate_policy(app).signatures, app.clock.now()
    );
    if (!claims) return hosts;
    for (const auto& claim : *claims) {
        if (const auto key = federation::Iri::parse(claim.key_id))
            hosts.push_back(key->authority());
    }
    return hosts;
}

}  // namespace

Result<http::Response> serve_checked(App& app, const http::Request& request, Serve serve) {
    if (!is_signed(request)) {
        if (app.config->federation_authorized_fetch)
            return fail(Code::Unauthorized, "Requests to this server must be signed.");
        return serve(Asker{});
    }
    auto policy = services::gate_policy(app);
    policy.signatures.max_age = kOldestReading;
    auto step = with_key_budget<std::optional<KnownKey>>(
        app,
        [&app,
         gate = federation::Gate(std::move(policy)),
         signed_request = to_federation(request),
         now = app.clock.now()](const Documents& fetched) {
            return gate.check_reader(
                signed_request,
                [&app](std::string_view id) { return app.key_cache.find(id); },
                fetched,
                now
            );
        }
    );
    return run_step<std::optional<KnownKey>>(
        app,
        std::move(step),
        kKeyDeadline,
        [&app,
         serve = std::move(serve)](Result<std::optional<KnownKey>> key) -> Result<http::Response> {
            if (!key) return tl::unexpected<Error>(std::move(key).error());
            OB_TRY(const auto asker, asker_of(app, *key));
            return serve(asker);
        }
    );
}

Result<http::Response> serve_open(
    App& app, const http::Request& request, AccountId author, Serve serve
) {
    Serve unless_blocked = [&app, author, serve](const Asker& asker) -> Result<http::Response> {
        const bool blocked = asker.account && app.db.read([&](store::Reader& db) {
            return store::blocks::exists(db, author, *asker.account);
        });
        return blocked ? not_here() : serve(asker);
    };
    if (app.config->federation_authorized_fetch)
        return serve_checked(app, request, std::move(unless_blocked));
    for (const auto& host : named_hosts(app, request)) {
        if (app.domain_rules.is_blocked(host))
            return fail(Code::Forbidden, "This server does not answer yours.");
        const bool may_be_blocked = app.db.read([&](store::Reader& db) {
            return store::blocks::blocks_any_of(db, author, host);
        });
        if (may_be_blocked) return serve_checked(app, request, std::move(unless_blocked));
    }
    return serve(Asker{});
}

}  // namespace outboard::api::activitypub
