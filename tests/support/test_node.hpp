// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/api/router.hpp"
#include "src/base/guarded.hpp"
#include "src/domain/account.hpp"
#include "src/media/client.hpp"
#include "src/media/files.hpp"
#include "src/present/fragments.hpp"
#include "src/services/app.hpp"
#include "src/services/arrivals.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/login_limits.hpp"
#include "src/store/queues.hpp"

/// A whole node without sockets and loops: real store in a folder of its own, clock and randomness
/// held by the test, work done at once, network played by the test.
namespace outboard::tests {

class TestClock : public Clock {
public:
    Instant now() const override { return now_; }
    void advance(std::chrono::milliseconds by) { now_ += by; }

private:
    Instant now_ = from_ms(1'790'000'000'000);  // 2026-09-21T14:13:20Z
};

/// The same bytes in every run.
class TestRandom : public Random {
public:
    std::string bytes(std::size_t count) override;

private:
    Guarded<std::uint64_t> state_{1};
};

/// Runs work on the caller's thread, after the work it is part of: no recursion, no waiting.
class QueueExecutor : public Executor {
public:
    bool post(std::function<void()> work) override;

private:
    std::vector<std::function<void()>> waiting_;
    bool running_ = false;
};

class CountingWake : public Wake {
public:
    void notify() override { calls.fetch_add(1); }
    std::atomic<int> calls{0};
};

/// Plays the network: answers what it was told, 404 for the rest of hosts it knows, Unavailable for
/// other hosts.
class FakeNetwork : public fetch::Client {
public:
    void answer(
        const std::string& url, std::string content_type, std::string body, int status = 200
    );
    void send(fetch::Untrusted request, fetch::Done done) override;
    void send(fetch::Operator request, fetch::Done done) override;
    std::vector<std::string> asked;  // URLs, in order

private:
    std::map<std::string, fetch::Answer> answers_;
};

/// A local account with a token, or a remote one without.
struct Actor {
    AccountId id;
    std::string username, token;
    std::string uri;
};

/// What came back, with the JSON read.
struct Reply {
    int status = 0;
    std::vector<http::Field> fields;
    std::string body;
    nlohmann::json json;

    std::string header(std::string_view name) const;  // "" when it is absent
};

/// Counts the statements that reading takes: tests hold requests to a number.
class CountingDatabase : public store::Database {
public:
    explicit CountingDatabase(store::Database& inner) : inner_(inner) {}
    std::int64_t reserve_id() override { return inner_.reserve_id(); }
    store::Stats stats() const override { return inner_.stats(); }
    std::atomic<std::size_t> statements{0};

protected:
    void with_reader(const std::function<void(store::Reader&)>& use) override;
    Result<void> with_writer(const std::function<Result<void>(store::Writer&)>& use) override;

private:
    store::Database& inner_;
};

struct TestNodeOptions {
    std::string domain = "home.example";
    std::string scheme = "https";
    std::string handle_domain = {};                      // empty: domain
    fetch::Client* network = nullptr;                    // absent: a FakeNetwork
    std::function<void(api::Router&)> routes = nullptr;  // beside the client API's
    config::Config config = {};
    std::filesystem::path folder = {
    };  // kept afterwards; empty: one of its own, removed at the end
};

class TestNode {
public:
    explicit TestNode(TestNodeOptions options = {});
    ~TestNode();
    TestNode(const TestNode&) = delete;
    TestNode& operator=(const TestNode&) = delete;

    App& app() { return *app_; }
    store::Database& db() { return *db_; }
    const api::Router& router() const { return router_; }
    TestClock clock;
    FakeNetwork network;
    config::Config config;  // as started; `reconfigure` puts another in force
    void reconfigure(const config::Config& fresh) { live_.replace(fresh); }

    /// A local person with keys, login, actor document and a token for everything.
    Actor person(const std::string& username, bool locked = false);
    /// A remote person as rows, with an inbox on its host.
    Actor remote(const std::string& username, const std::string& domain);
    std::string token(std::optional<AccountId> account, std::string_view scopes);
    void suspend(AccountId account);

    /// One call through the router, Pending ones to their end. `body`: JSON, or form text when it
    /// is a string.
    Reply call(
        std::string method,
        std::string target,
        const std::string& token = {},
        nlohmann::json body = nullptr,
        std::vector<http::Field> fields = {}
    );
    Reply get(std::string target, const std::string& token = {}) {
        return call("GET", std::move(target), token);
    }
    Reply post(std::string target, const std::string& token = {}, nlohmann::json body = nullptr) {
        return call("POST", std::move(target), token, std::move(body));
    }
    Reply send(const http::Request& request);
    /// Statements run for reading while answering; what is read inside another read counts twice.
    std::size_t statements_of(const std::string& target, const std::string& token);

    /// Posts as `author` and returns the status' id.
    std::string posts(
        const Actor& author, const std::string& text, const std::string& visibility = "public"
    );
    /// Activities put into the outbox so far, oldest first, read back from their stored bytes.
    std::vector<nlohmann::json> sent();
    std::vector<store::outbox::Item> outbox();
    std::filesystem::path media_folder() const { return folder_ / "media"; }

private:
    AccountId insert_local(
        const std::string& username, const std::string& kind, const std::string& uri, bool locked
    );

    std::filesystem::path folder_;
    bool keeps_folder_ = false;
    TestRandom random_;
    QueueExecutor workers_;
    Arrivals arrivals_;
    LoginLimits login_limits_;
    present::Fragments fragments_;
    media::Files media_files_;
    media::Workshop workshop_;
    CountingWake inbox_wake_, delivery_wake_, jobs_wake_;
    Identity identity_;
    config::Live live_;
    std::unique_ptr<store::Database> db_;
    std::unique_ptr<CountingDatabase> counted_;  // what the App works with
    std::unique_ptr<KeyRing> key_ring_;
    std::unique_ptr<KeyCache> key_cache_;
    std::unique_ptr<DomainRules> domain_rules_;
    std::unique_ptr<App> app_;
    api::Router router_;
};

}  // namespace outboard::tests
