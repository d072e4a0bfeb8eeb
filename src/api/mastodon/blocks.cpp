// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/blocks.hpp"

#include "src/api/mastodon/common.hpp"
#include "src/services/blocks.hpp"
#include "src/store/follows.hpp"

// Lists of whom an account does not want to meet; the verbs on one account are in
// relationships.cpp.

namespace outboard::api::mastodon {
namespace {

Result<http::Response> blocks(App& app, const Call& call) {
    const auto page = read_page(call, 40, 80);
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader& db) {
        const auto rows = store::blocks::list(db, call.viewer(), page);
        std::vector<AccountId> ids;
        ids.reserve(rows.size());
        for (const auto& row : rows) ids.push_back(row.account);
        return with_links(app, call, shown_list(present.accounts(ids)), cursors_of(rows));
    });
}

Result<http::Response> mutes(App& app, const Call& call) {
    const auto page = read_page(call, 40, 80);
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader& db) {
        const auto rows = store::mutes::list(db, call.viewer(), page);
        return with_links(app, call, shown_list(present.muted_accounts(rows)), cursors_of(rows));
    });
}

/// https://docs.joinmastodon.org/methods/domain_blocks/
Result<http::Response> domains(App& app, const Call& call) {
    const auto page = read_page(call, 100, 200);
    const auto rows = app.db.read([&](store::Reader& db) {
        return store::domain_blocks::list(db, call.viewer(), page);
    });
    json names = json::array();
    for (const auto& row : rows) names.push_back(row.domain);
    return with_links(app, call, ok(names), cursors_of(rows));
}

Result<http::Response> block_domain(App& app, const Call& call) {
    OB_CHECK(services::block_domain(app, call.viewer(), call.params().text_or("domain", "")));
    return ok_empty();
}

Result<http::Response> unblock_domain(App& app, const Call& call) {
    OB_CHECK(services::unblock_domain(app, call.viewer(), call.params().text_or("domain", "")));
    return ok_empty();
}

}  // namespace

void blocks(Router& router) {
    auto group = router.group("/api/v1");
    group.get("/blocks", blocks, {.scope = Scope::ReadBlocks});
    group.get("/mutes", mutes, {.scope = Scope::ReadMutes});
    group.get("/domain_blocks", domains, {.scope = Scope::ReadBlocks});
    group.post("/domain_blocks", block_domain, {.scope = Scope::WriteBlocks});
    group.del("/domain_blocks", unblock_domain, {.scope = Scope::WriteBlocks});
}

}  // namespace outboard::api::mastodon
