// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/base/log.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/resolve.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {

namespace {

using federation::Fetched;
using federation::Iri;
using federation::SignatureScheme;

std::string_view accept_of(federation::Needs::As as) {
    switch (as) {
        case federation::Needs::As::ActivityJson:
            return R"(application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams")";
        case federation::Needs::As::Jrd:
            return "application/jrd+json, application/json";
        case federation::Needs::As::Xrd:
            return "application/xrd+xml, application/jrd+json";
    }
    return "*/*";
}

Fetched no_answer(const Iri& asked, const Error& why) {
    return Fetched{0, asked, {}, {}, why.shown, why.code};
}

Fetched to_fetched(const Iri& asked, Result<fetch::Answer> answer) {
    if (!answer) return no_answer(asked, answer.error());
    auto final_url = Iri::parse(answer->final_url);
    if (!final_url) return no_answer(asked, {Code::Invalid, "the final address is not readable"});
    return Fetched{
        answer->status,
        *std::move(final_url),
        answer->header("content-type").value_or(""),
        std::move(answer->body),
        {}
    };
}

void send_get(
    App& app,
    const federation::Needs& needs,
    std::chrono::milliseconds deadline,
    const fetch::SharedSigner& signer,
    SignatureScheme scheme,
    bool may_knock_again,
    std::function<void(Fetched)> done
) {
    fetch::Untrusted request{needs.iri.without_fragment().str()};
    request.exchange.headers = {{"Accept", std::string(accept_of(needs.as))}};
    request.exchange.signer = signer;
    request.exchange.scheme = scheme;
    request.exchange.limit = std::min(needs.limit, limits::kDocument);
    request.exchange.deadline =
        std::min<std::chrono::milliseconds>(deadline, limits::kDocumentDeadline);
    app.fetcher.send(
        std::move(request),
        [&app, needs, deadline, signer, scheme, may_knock_again, done = std::move(done)](
            Result<fetch::Answer> answer
        ) mutable {
            if (answer && answer->status == 401 && signer &&
                may_knock_again) {  // S14: the other scheme, once
                const auto other = scheme == SignatureScheme::DraftCavage
                                       ? SignatureScheme::Rfc9421
                                       : SignatureScheme::DraftCavage;
                return send_get(
                    app, needs, deadline, signer, other, /*may_knock_again=*/false, std::move(done)
                );
            }
            done(to_fetched(needs.iri, std::move(answer)));
        }
    );
}

}  // namespace

namespace detail {

std::optional<Error> refused(App& app, const Iri& iri) {
    if (!iri.is_http()) return Error{Code::Invalid, "That is not a web address."};
    if (app.domain_rules.is_blocked(iri.authority()))
        return Error{Code::Forbidden, "That server is blocked here."};
    return std::nullopt;
}

Instant deadline_now(App& app) { return app.clock.now(); }

void fetch_needed(
    App& app,
    const federation::Needs& needs,
    std::chrono::milliseconds deadline,
    std::function<void(Fetched)> done
) {
    const auto& iri = needs.iri;
    if (app.identity.owns(iri.str()))
        return done(no_answer(iri, {Code::Forbidden, "ids of this server are never fetched"})
        );  // THREATS 43
    if (const auto why = refused(app, iri)) return done(no_answer(iri, *why));
    const bool takes_rfc9421 = app.db.read([&](store::Reader& db) {
        const auto host = store::hosts::find(db, iri.authority());
        return host && host->speaks == "rfc9421";
    });
    auto signer = app.key_ring.node_signer();
    if (!signer) log::error("resolve.unsigned", {{"why", signer.error().detail}});
    send_get(
        app,
        needs,
        deadline,
        signer.value_or(nullptr),
        takes_rfc9421 ? SignatureScheme::Rfc9421 : SignatureScheme::DraftCavage,
        /*may_knock_again=*/true,
        std::move(done)
    );
}

}  // namespace detail

}  // namespace outboard::services
