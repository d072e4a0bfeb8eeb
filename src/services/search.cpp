// SPDX-License-Identifier: Apache-2.0
#include "src/services/search.hpp"

#include "federation/base/text.hpp"
#include "federation/discovery/webfinger.hpp"
#include "src/present/sight.hpp"
#include "src/store/accounts.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

/// Name of the local profile page an address shows: `https://us/@name`, also under the handles'
/// domain.
std::optional<std::string> local_profile(const Identity& identity, std::string_view url) {
    const auto prefix = identity.origin() + "/@";
    if (!url.starts_with(prefix)) return std::nullopt;
    url.remove_prefix(prefix.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    if (url.empty() || url.find_first_of("/?#") != std::string_view::npos) return std::nullopt;
    return percent_decode(url);
}

std::optional<Account> find_account(
    store::Reader& db, const Identity& identity, const SearchQuery& query
) {
    if (query.user) return store::accounts::find_by_handle(db, *query.user, query.domain);
    if (!query.url) return std::nullopt;
    if (auto account = store::accounts::find_by_uri(db, *query.url)) return account;
    if (const auto name = local_profile(identity, *query.url)) {
        return store::accounts::find_by_handle(db, *name, "");
    }
    return std::nullopt;
}

}  // namespace

SearchQuery read_search(const Identity& identity, std::string_view text) {
    SearchQuery query;
    query.text = std::string(trim(text));
    const std::string_view words = query.text;
    if (words.starts_with("https://") || words.starts_with("http://")) {
        query.url = query.text;
        return query;
    }
    if (words.starts_with('#') && words.size() > 1) {
        query.tag = std::string(words.substr(1));
        return query;
    }
    const bool is_one_word = words.find_first_of(" \t\n") == std::string_view::npos;
    if (!is_one_word || words.find('@') == std::string_view::npos) return query;
    if (auto handle = federation::parse_handle(words)) {
        query.user = handle->user;
        query.domain = identity.is_own_domain(handle->domain) ? "" : handle->domain;
    } else if (words.starts_with('@') && words.size() > 1 &&
               words.find('@', 1) == std::string_view::npos) {
        query.text = std::string(words.substr(1));  // "@name": whoever is called so
    }
    return query;
}

Found find_named_thing(App& app, const SearchQuery& query, std::optional<AccountId> viewer) {
    return app.db.read([&](store::Reader& db) {
        Found found;
        if (const auto account = find_account(db, app.identity, query)) {
            if (account->is_active()) found.accounts.push_back(account->id);
        } else if (query.url) {
            const auto status = store::statuses::find_by_any_uri(db, *query.url);
            if (status && present::find_seen(db, status->id, viewer)) {
                found.statuses.push_back(status->id);
            }
        }
        return found;
    });
}

Found search_words(App& app, const SearchQuery& query, std::optional<AccountId> viewer, int limit) {
    return app.db.read([&](store::Reader& db) {
        Found found;
        if (!query.tag && !query.text.empty()) {
            for (const auto& account : store::accounts::search(db, query.text, viewer, limit)) {
                if (account.is_active()) found.accounts.push_back(account.id);
            }
        }
        const auto word = query.tag.value_or(query.text);
        store::statuses::Page one;
        one.limit = 1;
        if (!word.empty() && !store::statuses::list_tag(db, word, one).empty()) {
            found.tags.push_back(word);
        }
        return found;
    });
}

}  // namespace outboard::services
