// SPDX-License-Identifier: Apache-2.0
#include "src/base/log.hpp"
#include "src/jobs/handlers.hpp"
#include "src/jobs/payload.hpp"
#include "src/services/blocks.hpp"
#include "src/services/domain_rules.hpp"
#include "src/services/resolve.hpp"
#include "src/services/threads.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::jobs {

namespace {

/// What its server did not answer is tried again; what it refused is settled.
template <class T>
void settle(const Result<T>& outcome, const Finish& finish) {
    if (outcome ||
        (outcome.error().code != Code::Unavailable && outcome.error().code != Code::Internal))
        return finish({});
    finish({Outcome::Kind::Retry, outcome.error().shown});
}

void fetch_ancestors(App& app, const std::string& text, const Finish& finish) {
    services::fetch_ancestors(
        app,
        {Payload(text).number("status")},
        [finish](const Result<int>& stored) { settle(stored, finish); }
    );
}

void refresh_account(App& app, const std::string& text, const Finish& finish) {
    services::refresh_account(
        app,
        Payload(text).text("uri"),
        {},
        [finish](const Result<AccountId>& id) { settle(id, finish); }
    );
}

/// A hint (I15) says where to look, nothing else: the object's own server says what it is now.
/// Deletions are found as such there.
void fetch_hint(App& app, const std::string& text, const Finish& finish) {
    const Payload payload(text);
    const auto type = payload.text("type");
    const auto object = payload.text("object");
    const bool known = app.db.read([&](store::Reader& db) {
        return store::statuses::find_by_uri(db, object).has_value();
    });
    auto done = [finish](const Result<StatusId>& id) { settle(id, finish); };
    if (known && (type == "Update" || type == "Delete"))
        return services::refresh_status(app, object, {}, done);
    if (known || (type != "Create" && type != "Update")) return finish({});
    services::resolve_status(app, object, {}, done);
}

/// Chunk by chunk: each plans the next.
void part_from_domain(App& app, const std::string& text, const Finish& finish) {
    const Payload payload(text);
    const auto more =
        services::part_from_domain(app, {payload.number("account")}, payload.text("domain"));
    if (!more) return finish({Outcome::Kind::Retry, more.error().shown});
    if (!*more) return finish({});
    finish({Outcome::Kind::Done, {}, [text](store::Writer& tx) -> Result<void> {
                store::jobs::add(tx, "domain_block.part", text, tx.now());
                return {};
            }});
}

/// Likewise.
void apply_domain_rules(App& app, const std::string& text, const Finish& finish) {
    const auto next = services::apply_domain_rules(app, {Payload(text).number("after")});
    if (!next) return finish({Outcome::Kind::Retry, next.error().shown});
    if (!*next) return finish({});
    finish({Outcome::Kind::Done, {}, [after = **next](store::Writer& tx) -> Result<void> {
                store::jobs::add(
                    tx, "domain_rules.apply", write_json({{"after", after.value}}), tx.now()
                );
                return {};
            }});
}

}  // namespace

void register_federation(Runner& runner) {
    runner.handle("thread.ancestors", fetch_ancestors);
    runner.handle("account.refresh", refresh_account);
    runner.handle("domain_block.part", part_from_domain);
    // A rule that hid only half of what it should is worse than work that fails again.
    runner.handle("domain_rules.apply", apply_domain_rules, Tries::Endless);
    runner.handle("hint.fetch", fetch_hint);
}

}  // namespace outboard::jobs
