// SPDX-License-Identifier: Apache-2.0
#include "src/delivery/fan_out.hpp"

#include "federation/iri.hpp"
#include "src/base/limits.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"

namespace outboard::delivery {

namespace {

using federation::Iri;

/// What may be sent there; nothing for servers that are blocked (I10), and for this one.
std::optional<Iri> open_inbox(App& app, const std::string& inbox) {
    auto iri = Iri::parse(inbox);
    if (!iri || app.identity.owns(iri->str()) || app.domain_rules.is_blocked(iri->authority()))
        return std::nullopt;
    return *std::move(iri);
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
    const auto deliver = [&](const std::string& text) {
        const auto inbox = open_inbox(app, text);
        if (!inbox || (!skipped.empty() && inbox->authority() == skipped)) return;
        store::deliveries::add(tx, item.id, inbox->str(), inbox->authority());
    };
    if (item.last_inbox.empty()) {
        for (const auto& account : store::accounts::load(tx, item.to_accounts)) {
            if (account.is_local() || !account.is_active()) continue;
            const bool by_shared = item.to_followers && !account.shared_inbox.empty();
            deliver(by_shared ? account.shared_inbox : account.inbox);
        }
    }
    bool more = false;
    if (item.to_followers) {
        const auto inboxes = store::follows::list_inboxes(
            tx, item.account, item.last_inbox, static_cast<int>(limits::kFanOutChunk)
        );
        for (const auto& inbox : inboxes) deliver(inbox);
        more = inboxes.size() == limits::kFanOutChunk;
        if (more) store::outbox::set_last_inbox(tx, item.id, inboxes.back());
    }
    if (!more) store::outbox::set_sent(tx, item.id);
}

}  // namespace outboard::delivery
