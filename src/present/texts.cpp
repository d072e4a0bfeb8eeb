// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "federation/base/text.hpp"
#include "src/present/fragments.hpp"
#include "src/present/loaded.hpp"
#include "src/present/presenter.hpp"
#include "src/store/accounts.hpp"

// Pages of statuses and notifications from fragments: read anew are only counters, names'
// revisions, polls and what the viewer did.

namespace outboard::present {
namespace {

using Glances = std::unordered_map<AccountId, store::accounts::Glance>;

Fragments::Key key_of(const Status& status) {
    return {.id = status.id.value, .revision = status.revision};
}

Fragments::Key key_of_boost(const Seen& item) {
    return {
        .id = item.status.id.value,
        .revision = item.status.revision,
        .boosted = item.original().revision
    };
}

Fragments::Key key_of(const store::accounts::Glance& account) {
    return {.id = account.id.value, .revision = account.revision, .is_account = true};
}

Glances load_glances(store::Reader& db, std::vector<AccountId> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    Glances glances;
    for (const auto& glance : store::accounts::load_glances(db, ids)) {
        const auto id = glance.id;
        glances.emplace(id, glance);
    }
    return glances;
}

bool is_there(const Glances& glances, AccountId id) {
    const auto it = glances.find(id);
    return it != glances.end() && !it->second.is_deleted;
}

/// False when an account that the fragment names was renamed or deleted since.
bool is_right(const Fragment& fragment, const Glances& glances) {
    return std::all_of(fragment.named.begin(), fragment.named.end(), [&](const auto& one) {
        const auto it = glances.find(one.first);
        return it != glances.end() && it->second.revision == one.second;
    });
}

entities::AccountNow now_of(const store::accounts::Glance& glance) {
    entities::AccountNow now;
    if (glance.last_status_at) now.last_status_at = format_date(*glance.last_status_at);
    now.statuses_count = glance.statuses_count;
    now.followers_count = glance.followers_count;
    now.following_count = glance.following_count;
    return now;
}

/// An item of the page with its fragments; `boost` only when it is one.
struct Piece {
    const Seen* seen = nullptr;
    SharedFragment original = nullptr, boost = nullptr;

    bool is_whole(const Glances& glances) const {
        if (!original || !is_right(*original, glances)) return false;
        return !seen->boosted || (boost && is_right(*boost, glances));
    }
};

std::vector<Piece> find_pieces(Fragments& kept, const std::vector<Seen>& seen) {
    std::vector<Piece> pieces;
    pieces.reserve(seen.size());
    for (const auto& item : seen) {
        pieces.push_back({.seen = &item, .original = kept.find(key_of(item.original()))});
        if (item.boosted) pieces.back().boost = kept.find(key_of_boost(item));
    }
    return pieces;
}

std::vector<AccountId> people_in(const std::vector<Piece>& pieces) {
    std::vector<AccountId> people;
    for (const auto& piece : pieces) {
        people.push_back(piece.seen->status.account);
        people.push_back(piece.seen->original().account);
        for (const auto& fragment : {piece.original, piece.boost}) {
            if (!fragment) continue;
            for (const auto& [id, revision] : fragment->named) people.push_back(id);
        }
    }
    return people;
}

}  // namespace

/// The texts of statuses, and of people beside them. Makes the fragments that are missing or no
/// longer right. Lives no longer than what it was made for.
class Texts {
public:
    Texts(
        Presenter& presenter,
        Fragments& kept,
        const std::vector<Seen>& seen,
        const std::vector<AccountId>& people = {}
    )
        : presenter_(presenter), kept_(kept), pieces_(find_pieces(kept, seen)) {
        auto everybody = people_in(pieces_);
        everybody.insert(everybody.end(), people.begin(), people.end());
        glances_ = load_glances(presenter_.db_, std::move(everybody));
        std::erase_if(pieces_, [&](const Piece& piece) {
            return !is_there(glances_, piece.seen->status.account) ||
                   !is_there(glances_, piece.seen->original().account);
        });
        make_missing();
        find_accounts(people);
        std::vector<const Status*> originals;
        for (const auto& piece : pieces_) originals.push_back(&piece.seen->original());
        around_ = presenter_.load_changing(originals);
    }

    const std::vector<Piece>& pieces() const { return pieces_; }

    /// Neither deleted nor suspended, and one of those asked for.
    bool is_active(AccountId id) const {
        return is_there(glances_, id) && !glances_.at(id).is_suspended;
    }

    void append_account(std::string& text, AccountId id) const {
        text.append(",\"account\":").append(accounts_.at(id)->text);
        text += entities::closing(now_of(glances_.at(id)));
    }

    void append(std::string& text, const Piece& piece) const {
        const auto& original = piece.seen->original();
        auto now = presenter_.now_of(original, around_);
        if (!piece.seen->boosted)
            return append_status(text, *piece.original, now, original.account, [](auto& out) {
                out += "null";
            });
        auto own = now;
        own.in_reply_to_id.reset();
        own.in_reply_to_account_id.reset();
        if (own.flags) own.flags->pinned.reset();
        append_status(text, *piece.boost, own, piece.seen->status.account, [&](auto& out) {
            append_status(out, *piece.original, now, original.account, [](auto& inner) {
                inner += "null";
            });
        });
    }

private:
    using Loaded = Presenter::Loaded;

    void make_missing() {
        std::vector<Seen> missing;
        for (const auto& piece : pieces_) {
            if (!piece.is_whole(glances_)) missing.push_back(*piece.seen);
        }
        if (missing.empty()) return;
        const auto loaded = presenter_.load_around(missing);
        for (auto& piece : pieces_) {
            if (!piece.is_whole(glances_)) make(piece, loaded);
        }
    }

    void make(Piece& piece, const Loaded& loaded) {
        const auto& original = piece.seen->original();
        const auto entity = presenter_.build(original, loaded);
        // Links to media that not everybody may see end by themselves.
        const bool can_be_kept =
            original.visibility <= Visibility::Unlisted || entity.media_attachments.empty();
        const auto keep = [&](const Fragments::Key& key, const entities::Status& made) {
            Fragment fragment{.text = entities::opening(made), .named = named_in(original, loaded)};
            return can_be_kept ? kept_.put(key, std::move(fragment))
                               : std::make_shared<const Fragment>(std::move(fragment));
        };
        piece.original = keep(key_of(original), entity);
        if (piece.seen->boosted) {
            piece.boost = keep(
                key_of_boost(*piece.seen), presenter_.boost(piece.seen->status, entity, loaded)
            );
        }
    }

    static std::vector<std::pair<AccountId, std::int64_t>> named_in(
        const Status& status, const Loaded& loaded
    ) {
        std::vector<std::pair<AccountId, std::int64_t>> named;
        const auto mentions = loaded.mentions.find(status.id);
        if (mentions == loaded.mentions.end()) return named;
        for (const auto id : mentions->second) {
            const auto account = loaded.accounts.find(id);
            if (account != loaded.accounts.end()) named.emplace_back(id, account->second.revision);
        }
        return named;
    }

    void find_accounts(const std::vector<AccountId>& people) {
        std::vector<AccountId> missing;
        const auto find = [&](AccountId id) {
            if (accounts_.contains(id) || !is_there(glances_, id)) return;
            auto fragment = kept_.find(key_of(glances_.at(id)));
            if (!fragment) missing.push_back(id);
            accounts_.emplace(id, std::move(fragment));
        };
        for (const auto& piece : pieces_) {
            find(piece.seen->status.account);
            find(piece.seen->original().account);
        }
        for (const auto id : people) find(id);
        for (const auto& account : store::accounts::load(presenter_.db_, missing)) {
            accounts_.at(account.id) = kept_.put(
                key_of(glances_.at(account.id)),
                {.text = entities::opening(presenter_.account(account))}
            );
        }
    }

    template <class Reblog>
    void append_status(
        std::string& text,
        const Fragment& opening,
        const entities::StatusNow& now,
        AccountId author,
        Reblog&& reblog
    ) const {
        text += opening.text;
        append_account(text, author);
        entities::append(text, now);
        text += ",\"reblog\":";
        reblog(text);
        text += '}';
    }

    Presenter& presenter_;
    Fragments& kept_;
    std::vector<Piece> pieces_;
    Glances glances_;
    std::unordered_map<AccountId, SharedFragment> accounts_;
    Loaded around_;
};

std::string Presenter::statuses_text(Fragments& kept, const std::vector<Seen>& seen) {
    const Texts texts(*this, kept, seen);
    std::string text = "[";
    for (const auto& piece : texts.pieces()) {
        if (text.size() > 1) text += ',';
        texts.append(text, piece);
    }
    return text + "]";
}

std::string Presenter::notifications_text(
    Fragments& kept, const std::vector<store::notifications::NotificationRow>& rows
) {
    std::vector<AccountId> sources;
    std::vector<StatusId> about;
    for (const auto& row : rows) {
        sources.push_back(row.source);
        if (row.status) about.push_back(*row.status);
    }
    const auto seen = load_seen(db_, about, viewer_);
    const Texts texts(*this, kept, seen, sources);
    std::unordered_map<StatusId, const Piece*> by_status;
    for (const auto& piece : texts.pieces()) by_status.emplace(piece.seen->status.id, &piece);
    std::string text = "[";
    for (const auto& row : rows) {
        const auto piece = row.status ? by_status.find(*row.status) : by_status.end();
        if (!texts.is_active(row.source) || (row.status && piece == by_status.end())) continue;
        if (text.size() > 1) text += ',';
        text += entities::opening(notification_head(row));
        texts.append_account(text, row.source);
        if (row.status) {
            text += ",\"status\":";
            texts.append(text, *piece->second);
        }
        text += '}';
    }
    return text + "]";
}

}  // namespace outboard::present
