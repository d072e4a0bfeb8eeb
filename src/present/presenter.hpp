// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/domain/account.hpp"
#include "src/domain/identity.hpp"
#include "src/entities/account.hpp"
#include "src/entities/context.hpp"
#include "src/entities/conversation.hpp"
#include "src/entities/familiar_followers.hpp"
#include "src/entities/muted_account.hpp"
#include "src/entities/notification.hpp"
#include "src/entities/relationship.hpp"
#include "src/entities/status.hpp"
#include "src/entities/status_edit.hpp"
#include "src/entities/tag.hpp"
#include "src/present/sight.hpp"
#include "src/store/conversations.hpp"
#include "src/store/database.hpp"
#include "src/store/follows.hpp"

namespace outboard::present {

class Fragments;

/// Fills entities for one viewer from rows loaded in batches: the number of statements does not
/// grow with the page. What the viewer may not see, and what is gone, is left out. Lives no longer
/// than the reader.
class Presenter {
public:
    Presenter(const Identity& identity, store::Reader& db, std::optional<AccountId> viewer)
        : identity_(identity), db_(db), viewer_(viewer) {}

    std::vector<entities::Status> statuses(const std::vector<Seen>& seen);
    std::vector<entities::Status> statuses(const std::vector<StatusId>& ids);
    /// The same as the text of a JSON array, from what is kept as far as it is still right.
    std::string statuses_text(Fragments& kept, const std::vector<Seen>& seen);
    std::optional<entities::Status> status(StatusId id);
    /// The poll of a status; nothing when it has none, or is not to be seen.
    std::optional<entities::Poll> poll(StatusId id);
    /// Ancestors and descendants; nothing when the status itself is not to be seen.
    std::optional<entities::Context> context(StatusId id);
    /// All revisions, oldest first, the current one last.
    std::optional<std::vector<entities::StatusEdit>> history(StatusId id);

    std::vector<entities::Account> accounts(const std::vector<AccountId>& ids);  // in order
    std::optional<entities::Account> account(AccountId id);
    entities::Account account(const Account& account) const;
    std::optional<entities::CredentialAccount> credentials(AccountId id);
    /// In the order asked, unknown ids left out. Needs a viewer.
    std::vector<entities::Relationship> relationships(const std::vector<AccountId>& ids);
    std::optional<entities::Relationship> relationship(AccountId id);
    /// For each of `ids` that is known, in order. Needs a viewer.
    std::vector<entities::FamiliarFollowers> familiar_followers(const std::vector<AccountId>& ids);
    std::vector<entities::MutedAccount> muted_accounts(const std::vector<store::PersonRow>& rows);
    /// Without those about a status that is gone or no longer the viewer's to see.
    std::vector<entities::Notification> notifications(
        const std::vector<store::notifications::NotificationRow>& rows
    );
    /// The same as the text of a JSON array, as `statuses_text`.
    std::string notifications_text(
        Fragments& kept, const std::vector<store::notifications::NotificationRow>& rows
    );
    /// Without those whose last status the viewer may not see.
    std::vector<entities::Conversation> conversations(
        const std::vector<store::conversations::ConversationRow>& rows
    );
    std::vector<entities::Tag> tags(const std::vector<std::string>& names);

private:
    friend class Texts;
    struct Loaded;
    Loaded load_around(const std::vector<Seen>& seen);
    /// Of these only what `now_of` needs.
    Loaded load_changing(const std::vector<const Status*>& statuses);
    entities::Status build(const Status& status, const Loaded& loaded) const;
    entities::StatusNow now_of(const Status& status, const Loaded& loaded) const;
    entities::Status boost(
        const Status& status, const entities::Status& original, const Loaded& loaded
    ) const;
    static entities::Notification notification_head(const store::notifications::NotificationRow& row
    );
    void add_mentions_and_tags(entities::Status& out, const Status& status, const Loaded& loaded)
        const;
    std::unordered_map<AccountId, Account> load_accounts(std::vector<AccountId> ids);

    const Identity& identity_;
    store::Reader& db_;
    std::optional<AccountId> viewer_;
};

}  // namespace outboard::present
