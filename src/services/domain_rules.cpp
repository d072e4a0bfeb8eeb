// SPDX-License-Identifier: Apache-2.0
#include "src/services/domain_rules.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "federation/json.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {
namespace {

template <class F>
Result<void> change(App& app, F&& write) {
    OB_CHECK(app.db.write([&](store::Writer& tx) {
        write(tx);
        // Without a key: a walk under way may have passed what this rule is about.
        store::jobs::add(tx, "domain_rules.apply", write_json({{"after", 0}}), tx.now());
        tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
    }));
    app.domain_rules.reload();
    return {};
}

}  // namespace

Result<void> set_domain_rule(App& app, const store::domain_rules::Rule& rule) {
    return change(app, [&](store::Writer& tx) { store::domain_rules::block(tx, rule); });
}

Result<void> remove_domain_rule(App& app, const std::string& domain) {
    return change(app, [&](store::Writer& tx) { store::domain_rules::remove(tx, domain); });
}

bool is_ruled_out(const App& app, std::string_view domain, std::string_view host) {
    return app.domain_rules.is_blocked(host) || app.domain_rules.is_blocked(domain);
}

Result<std::optional<AccountId>> apply_domain_rules(App& app, AccountId after) {
    constexpr int kChunk = 500;  // rows that one transaction may change
    app.domain_rules.reload();   // the job may run before the verb that planned it goes on
    const auto accounts = app.db.read([&](store::Reader& db) {
        return store::accounts::list_remote(db, after, kChunk);
    });
    std::vector<AccountId> out, back;
    for (const auto& account : accounts) {
        (is_ruled_out(app, account.domain, account.host) ? out : back).push_back(account.id);
    }
    OB_CHECK(app.db.write([&](store::Writer& tx) {
        store::accounts::rule_out(tx, out);
        store::accounts::let_back(tx, back);
    }));
    if (accounts.size() < static_cast<std::size_t>(kChunk)) return std::optional<AccountId>();
    return std::optional(accounts.back().id);
}

}  // namespace outboard::services
