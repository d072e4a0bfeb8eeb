// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "federation/iri.hpp"
#include "federation/json.hpp"
#include "src/base/limits.hpp"
#include "src/services/blocks.hpp"
#include "src/services/follows.hpp"
#include "src/store/follows.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {
namespace {

Result<std::string> read_domain(const App& app, const std::string& text) {
    const auto parsed = federation::Iri::parse("https://" + text + "/");
    if (text.empty() || !parsed || parsed->target() != "/") {
        return fail(Code::Invalid, "Validation failed: Domain is not a valid domain name");
    }
    auto domain = parsed->authority();
    if (app.identity.is_own_domain(domain)) {
        return fail(Code::Invalid, "Validation failed: Domain is this server's own");
    }
    return domain;
}

}  // namespace

Result<void> block_domain(App& app, AccountId viewer, const std::string& text) {
    OB_TRY(const auto domain, read_domain(app, text));
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        if (store::domain_blocks::count(tx, viewer) >=
            static_cast<std::int64_t>(limits::kDomainBlocks)) {
            return fail(Code::Invalid, "Validation failed: You block too many domains already");
        }
        if (!store::domain_blocks::add(tx, viewer, domain)) return {};
        store::jobs::add(
            tx,
            "domain_block.part",
            write_json({{"account", viewer.value}, {"domain", domain}}),
            tx.now(),
            "part " + viewer.str() + " " + domain
        );
        tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
        return {};
    });
}

Result<void> unblock_domain(App& app, AccountId viewer, const std::string& text) {
    OB_TRY(const auto domain, read_domain(app, text));
    return app.db.write([&](store::Writer& tx) { store::domain_blocks::remove(tx, viewer, domain); }
    );
}

Result<bool> part_from_domain(App& app, AccountId viewer, const std::string& domain) {
    constexpr int kChunk = 40;  // of a job: each may sign two activities
    const auto others = app.db.read([&](store::Reader& db) {
        if (!store::domain_blocks::exists(db, viewer, domain)) return std::vector<AccountId>{};
        return store::domain_blocks::list_follows(db, viewer, domain, kChunk);
    });
    for (const auto other : others) {
        OB_CHECK(unfollow(app, viewer, other));
        const bool follows_us = app.db.read([&](store::Reader& db) {
            return store::follows::find(db, other, viewer).has_value();
        });
        if (follows_us) OB_CHECK(remove_follower(app, viewer, other));
    }
    return others.size() == static_cast<std::size_t>(kChunk);
}

}  // namespace outboard::services
