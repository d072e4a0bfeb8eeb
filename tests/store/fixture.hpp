// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/statuses.hpp"
#include "tests/store/support.hpp"

namespace outboard::tests {

class World;

/// `world.status().by(ana).followers_only().post()`
class StatusBuilder {
public:
    explicit StatusBuilder(World& world) : world_(world) {}
    StatusBuilder& by(AccountId author) {
        return set([&](auto& s) { s.status.account = author; });
    }
    StatusBuilder& text(const std::string& html) {
        return set([&](auto& s) { s.status.content = SafeHtml::from_trusted(html); });
    }
    StatusBuilder& uri(const std::string& uri) {
        return set([&](auto& s) { s.status.uri = uri; });
    }
    StatusBuilder& url(const std::string& url) {
        return set([&](auto& s) { s.status.url = url; });
    }
    StatusBuilder& unlisted() { return shown(Visibility::Unlisted); }
    StatusBuilder& followers_only() { return shown(Visibility::Followers); }
    /// For `readers` alone.
    StatusBuilder& direct(const std::vector<AccountId>& readers) {
        readers_ = readers;
        return shown(Visibility::Direct);
    }
    StatusBuilder& mentioning(const std::vector<AccountId>& accounts) {
        readers_ = accounts;
        return set([&](auto& s) { s.mentions = accounts; });
    }
    StatusBuilder& reply_to(StatusId parent) {
        return set([&](auto& s) { s.status.reply_to = parent; });
    }
    StatusBuilder& reply_to_uri(const std::string& uri) {
        return set([&](auto& s) { s.status.reply_to_uri = uri; });
    }
    StatusBuilder& boost_of(StatusId target) {
        return set([&](auto& s) {
            s.status.boost_of = target;
            s.status.kind = "Announce";
        });
    }
    StatusBuilder& tagged(const std::vector<std::string>& tags) {
        return set([&](auto& s) { s.hashtags = tags; });
    }
    StatusBuilder& with_image(const std::string& description) {
        return set([&](auto& s) {
            Media image;
            image.kind = "image";
            image.media_type = "image/png";
            image.remote_url = "https://media.example/1.png";
            image.description = description;
            s.media.push_back(image);
        });
    }
    StatusBuilder& state(StatusState state) {
        return set([&](auto& s) { s.status.state = state; });
    }
    StatusBuilder& created_at(Instant at) {
        return set([&](auto& s) { s.status.created_at = at; });
    }
    store::statuses::NewStatus build();
    StatusId post();

private:
    template <class F>
    StatusBuilder& set(F&& change) {
        change(fresh_);
        return *this;
    }
    StatusBuilder& shown(Visibility visibility) {
        return set([&](auto& s) { s.status.visibility = visibility; });
    }
    World& world_;
    store::statuses::NewStatus fresh_;
    std::vector<AccountId> readers_;
};

/// A store with people in it. Every change is a transaction of its own, a second after the one
/// before.
class World {
public:
    World() : store(settings()) {}

    template <class F>
    auto read(F&& use) {
        return store->read([&](store::Reader& db) { return use(db); });
    }
    /// What `use` returns; fails the test when the transaction does.
    template <class F>
    auto write(F&& use) {
        store.clock.advance(std::chrono::seconds(1));
        auto outcome = store->write([&](store::Writer& tx) { return use(tx); });
        REQUIRE(outcome.has_value());
        if constexpr (!std::is_void_v<std::invoke_result_t<F, store::Writer&>>) return *outcome;
    }

    static Account person(const std::string& name, const std::string& domain = {}) {
        Account a;
        const auto host = domain.empty() ? std::string("home.example") : domain;
        a.uri = "https://" + host + "/users/" + name;
        a.username = name;
        a.domain = domain;
        a.host = domain;
        a.display_name = name;
        a.url = "https://" + host + "/@" + name;
        a.inbox = a.uri + "/inbox";
        a.shared_inbox = "https://" + host + "/inbox";
        a.followers = a.uri + "/followers";
        a.created_at = from_ms(1'700'000'000'000);
        return a;
    }
    AccountId add(const Account& account) {
        const auto id = write([&](store::Writer& tx) {
            const auto made = store::accounts::insert(tx, account);
            if (account.is_local()) {
                User user;
                user.account = made;
                user.email = account.username + "@mail.example";
                store::users::insert(tx, user);
            }
            return made;
        });
        auto kept = account;
        kept.id = id;
        people_[id] = kept;
        return id;
    }
    AccountId local(const std::string& name) { return add(person(name)); }
    AccountId remote(const std::string& name, const std::string& domain = "far.example") {
        return add(person(name, domain));
    }
    const Account& who(AccountId id) const { return people_.at(id); }
    Account account(AccountId id) {
        auto found = read([&](store::Reader& db) { return store::accounts::find(db, id); });
        REQUIRE(found.has_value());
        return *found;
    }

    StatusBuilder status() { return StatusBuilder(*this); }
    Status find(StatusId id) {
        auto found = read([&](store::Reader& db) { return store::statuses::find(db, id); });
        REQUIRE(found.has_value());
        return *found;
    }
    StatusId boost(AccountId by, StatusId target) {
        return status().by(by).boost_of(target).post();
    }

    void follow(AccountId account, AccountId target, bool accepted = true) {
        write([&](store::Writer& tx) {
            store::follows::FollowRow row;
            row.account = account;
            row.target = target;
            row.accepted = accepted;
            row.uri = who(account).uri + "#follows/" + target.str();
            return store::follows::put(tx, row);
        });
    }
    void block(AccountId account, AccountId target) {
        write([&](store::Writer& tx) { return store::blocks::add(tx, account, target, ""); });
    }
    bool sees(std::optional<AccountId> viewer, StatusId id) {
        const auto sight =
            read([&](store::Reader& db) { return store::statuses::load_sight(db, {id}, viewer); });
        const auto facts = sight.find(id);
        return facts != sight.end() && may_see(facts->second);
    }
    std::vector<StatusId> home(AccountId account, const store::statuses::Page& page = {}) {
        return read([&](store::Reader& db) { return store::statuses::list_home(db, account, page); }
        );
    }
    int next_number() { return ++number_; }

    TempStore store;

private:
    static store::SqliteSettings settings() {
        store::SqliteSettings settings;
        settings.synchronous_full = false;  // nothing here survives the test
        return settings;
    }
    std::map<AccountId, Account> people_;
    int number_ = 0;
};

inline store::statuses::NewStatus StatusBuilder::build() {
    auto fresh = fresh_;
    auto& s = fresh.status;
    const auto& author = world_.who(s.account);
    s.local = author.is_local();
    if (s.uri.empty()) {
        s.uri = author.uri + "/statuses/" + std::to_string(world_.next_number());
    }
    if (s.activity_uri.empty()) s.activity_uri = s.uri + "/activity";
    if (s.content.empty() && !s.boost_of) s.content = SafeHtml::from_trusted("<p>Hello</p>");
    world_.store.clock.advance(std::chrono::seconds(1));
    s.received_at = world_.store.clock.now();
    if (s.created_at == Instant{}) s.created_at = s.received_at;
    const bool open = s.visibility == Visibility::Public || s.visibility == Visibility::Unlisted;
    if (open) fresh.audience.push_back({AudienceKind::Public, {}});
    if (s.visibility != Visibility::Direct) {
        fresh.audience.push_back({AudienceKind::Followers, s.account});
    }
    for (const auto reader : readers_) fresh.audience.push_back({AudienceKind::Actor, reader});
    return fresh;
}

inline StatusId StatusBuilder::post() {
    const auto fresh = build();
    return world_.write([&](store::Writer& tx) { return store::statuses::insert(tx, fresh); });
}

}  // namespace outboard::tests
