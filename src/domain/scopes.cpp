// SPDX-License-Identifier: Apache-2.0
#include "src/domain/scopes.hpp"

#include <algorithm>
#include <array>

namespace outboard::scopes {
namespace {

constexpr std::string_view kSeparators = " +\t\r\n";

constexpr std::array<std::string_view, 47> kAll = {
    "read",
    "write",
    "follow",
    "push",
    "profile",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:collections",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:collections",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "admin:read",
    "admin:read:accounts",
    "admin:read:canonical_email_blocks",
    "admin:read:domain_allows",
    "admin:read:domain_blocks",
    "admin:read:email_domain_blocks",
    "admin:read:ip_blocks",
    "admin:read:reports",
    "admin:write",
    "admin:write:accounts",
    "admin:write:canonical_email_blocks",
    "admin:write:domain_allows",
    "admin:write:domain_blocks",
    "admin:write:email_domain_blocks",
    "admin:write:ip_blocks",
    "admin:write:reports",
};

constexpr std::array<std::string_view, 6> kOfFollow = {
    "read:blocks", "read:follows", "read:mutes", "write:blocks", "write:follows", "write:mutes"
};

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// Asked with every call of a client: no list is made.
bool lists(std::string_view granted, std::string_view word) {
    while (!granted.empty()) {
        const auto end = std::min(granted.find_first_of(kSeparators), granted.size());
        if (granted.substr(0, end) == word) return true;
        granted.remove_prefix(std::min(end + 1, granted.size()));
    }
    return false;
}

}  // namespace

std::span<const std::string_view> all() { return kAll; }

std::vector<std::string_view> words(std::string_view list) {
    std::vector<std::string_view> found;
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(kSeparators), list.size());
        if (end > 0) found.push_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return found;
}

Result<std::string> parse(std::string_view list) {
    std::vector<std::string_view> taken;
    std::string text;
    for (const auto word : words(list)) {
        if (!contains(kAll, word))
            return fail(Code::Invalid, "\"" + std::string(word.substr(0, 60)) + "\" is no scope.");
        if (contains(taken, word)) continue;
        taken.push_back(word);
        text += (text.empty() ? "" : " ") + std::string(word);
    }
    if (text.empty()) return fail(Code::Invalid, "Name at least one scope.");
    return text;
}

bool covers(std::string_view granted, std::string_view scope) {
    if (lists(granted, scope)) return true;
    if (scope == "profile") return covers(granted, "read:accounts");
    if (scope == "follow") {
        return std::all_of(kOfFollow.begin(), kOfFollow.end(), [&](auto part) {
            return covers(granted, part);
        });
    }
    if (contains(kOfFollow, scope) && lists(granted, "follow")) return true;
    const auto colon = scope.rfind(':');
    return colon != std::string_view::npos && lists(granted, scope.substr(0, colon));
}

bool covers_all(std::string_view granted, std::string_view wanted) {
    const auto list = words(wanted);
    return std::all_of(list.begin(), list.end(), [&](auto word) { return covers(granted, word); });
}

bool has_admin(std::string_view list) {
    const auto all_words = words(list);
    return std::any_of(all_words.begin(), all_words.end(), [](auto word) {
        return word.starts_with("admin:");
    });
}

}  // namespace outboard::scopes
