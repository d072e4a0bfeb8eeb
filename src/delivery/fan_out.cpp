// SPDX-License-Identifier: Apache-2.0
#include "src/delivery/fan_out.hpp"

#include "federation/addressing.hpp"
#include "src/base/limits.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"

namespace outboard::delivery {

namespace {

using federation::Iri;

std::optional<federation::Recipient> recipient(
    App& app, const std::string& inbox, const std::string& shared, const std::string& host
) {
    if (app.domain_rules.is_blocked(host)) return std::nullopt;  // I10
    auto own = Iri::parse(inbox);
    if (!own || app.identity.owns(own->str())) return std::nullopt;
    federation::Recipient found{*std::move(own), std::nullopt};
    if (auto iri = Iri::parse(shared); iri && !shared.empty()) found.shared_inbox = *std::move(iri);
    return found;
}

/// What goes to followers goes by the shared inbox also where a chunk has one recipient only: the
/// next chunk may have more of that server.
void add_deliveries(
    store::Writer& tx,
    const store::outbox::Item& item,
    const std::vector<federation::Recipient>& recipients,
    bool by_shared
) {
    for (const auto& inbox : federation::fold_inboxes(recipients, by_shared)) {
        store::deliveries::add(tx, item.id, inbox.str(), inbox.authority());
    }
}

/// Server of whoever wrote what is passed on: it has it already (I14).
std::string origin_of(const store::outbox::Item& item) {
    if (item.kind != "Forward") return {};
    const auto iri = Iri::parse(item.uri);
    return iri ? iri->authority() : std::string();
}

}  // namespace

void fan_out_chunk(store::Writer& tx, App& app, const store::outbox::Item& item) {
    const auto skipped = origin_of(item);
    std::vector<federation::Recipient> recipients;
    const auto take =
        [&](const std::string& inbox, const std::string& shared, const std::string& host) {
            if (!skipped.empty() && host == skipped) return;
            auto one = recipient(app, inbox, shared, host);
            if (!one) return;
            if (item.to_followers && one->shared_inbox) {
                one->inbox = *one->shared_inbox;
                one->shared_inbox.reset();
            }
            recipients.push_back(*std::move(one));
        };
    if (item.cursor == 0) {
        for (const auto& account : store::accounts::load(tx, item.to_accounts)) {
            if (!account.is_local() && account.is_active())
                take(account.inbox, account.shared_inbox, account.host);
        }
    }
    bool more = false;
    if (item.to_followers) {
        const auto followers = store::follows::list_remote_followers(
            tx, item.account, item.cursor, static_cast<int>(limits::kFanOutChunk)
        );
        for (const auto& follower : followers)
            take(follower.inbox, follower.shared_inbox, follower.host);
        more = followers.size() == limits::kFanOutChunk;
        if (more) store::outbox::set_cursor(tx, item.id, followers.back().follow.value);
    }
    add_deliveries(tx, item, recipients, /*by_shared=*/false);
    if (!more) store::outbox::set_sent(tx, item.id);
}

}  // namespace outboard::delivery
