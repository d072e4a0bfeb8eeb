// SPDX-License-Identifier: Apache-2.0
#include "src/services/removal.hpp"

#include <nlohmann/json.hpp>

#include "federation/json.hpp"
#include "src/base/limits.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

// Of one transaction: statuses are emptied with all that hangs on them, rows are only dropped.
constexpr int kStatuses = 40, kRows = 500;
constexpr auto kFanningRest = std::chrono::minutes(1);
constexpr auto kDeliveryRest = std::chrono::hours(1);

void plan(
    store::Writer& tx,
    App& app,
    std::string_view kind,
    const json& payload,
    Instant at,
    std::string key
) {
    store::jobs::add(tx, kind, write_json(payload), at, std::move(key));
    tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
}

bool purge_statuses(store::Writer& tx, App& app, AccountId account) {
    const auto statuses = store::statuses::list_undeleted(tx, account, kStatuses);
    for (const auto status : statuses) {
        if (sweep_status(tx, app, status)) break;  // a well-known one is work enough
    }
    return !statuses.empty();
}

bool purge_follows(store::Writer& tx, AccountId account) {
    const auto follows = store::follows::list_any(tx, account, kRows);
    for (const auto& follow : follows) store::follows::remove(tx, follow.account, follow.target);
    return !follows.empty();
}

bool purge_favourites(store::Writer& tx, AccountId account) {
    const auto marked = store::favourites::list_statuses(tx, account, kRows);
    for (const auto status : marked) store::favourites::remove(tx, account, status);
    return !marked.empty();
}

/// What the account sent, and its keys: they sign what is on its way.
std::optional<Instant> purge_sent(store::Writer& tx, App& app, const Account& account) {
    if (store::outbox::drop_ended(tx, account.id, kRows)) return tx.now();
    const bool given_up = tx.now() >= *account.deleted_at + limits::kLastDeliveries;
    if (given_up && store::outbox::drop_any(tx, account.id, kRows)) return tx.now();
    if (!given_up && store::outbox::has_any(tx, account.id)) return tx.now() + kDeliveryRest;
    store::keys::remove_of(tx, account.id);
    tx.after_commit([&ring = app.key_ring, id = account.id] { ring.forget(id); });
    return std::nullopt;
}

std::optional<Instant> purge(store::Writer& tx, App& app, AccountId id) {
    const auto account = store::accounts::find(tx, id);
    if (!account || !account->deleted_at) return std::nullopt;
    // The followers are told first: their list is part of what goes.
    if (store::outbox::is_fanning(tx, id)) return tx.now() + kFanningRest;
    if (purge_statuses(tx, app, id) || purge_follows(tx, id) || purge_favourites(tx, id) ||
        store::accounts::drop_lists(tx, id, kRows))
        return tx.now();
    return account->is_local() ? purge_sent(tx, app, *account) : std::nullopt;
}

}  // namespace

bool sweep_status(store::Writer& tx, App& app, StatusId id) {
    const bool left = store::statuses::remove(tx, id);
    if (left) plan(tx, app, "status.sweep", {{"status", id.value}}, tx.now(), "sweep " + id.str());
    return left;
}

void plan_purge(store::Writer& tx, App& app, AccountId account, Instant at) {
    plan(tx, app, "account.purge", {{"account", account.value}}, at, "purge " + account.str());
}

void purge_some(store::Writer& tx, App& app, AccountId account) {
    if (const auto next = purge(tx, app, account)) plan_purge(tx, app, account, *next);
}

}  // namespace outboard::services
