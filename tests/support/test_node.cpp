// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_node.hpp"

#include <unistd.h>

#include <stdexcept>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "federation/keys.hpp"
#include "src/api/routes.hpp"
#include "src/base/log.hpp"
#include "src/domain/secret.hpp"
#include "src/services/actor_document.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/sqlite.hpp"

namespace outboard::tests {
namespace {

/// One RSA key for all: making one takes longer than a whole test.
const federation::PrivateKey& rsa_key() {
    static const auto key = federation::PrivateKey::generate(federation::KeyKind::Rsa);
    return key;
}

std::filesystem::path make_folder() {
    static std::atomic<int> count{0};
    auto folder = std::filesystem::temp_directory_path() /
                  ("outboard-node-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(folder);
    return folder;
}

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().shown + " " + result.error().detail);
    return *std::move(result);
}

void must(const Result<void>& result) {
    if (!result) throw std::runtime_error(result.error().shown + " " + result.error().detail);
}

}  // namespace

std::string TestRandom::bytes(std::size_t count) {
    return state_.with([&](std::uint64_t& state) {
        std::string out;
        while (out.size() < count) {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.append(reinterpret_cast<const char*>(&state), sizeof state);
        }
        out.resize(count);
        return out;
    });
}

bool QueueExecutor::post(std::function<void()> work) {
    waiting_.push_back(std::move(work));
    if (running_) return true;
    running_ = true;
    while (!waiting_.empty()) {
        auto next = std::move(waiting_.front());
        waiting_.erase(waiting_.begin());
        next();
    }
    running_ = false;
    return true;
}

void FakeNetwork::answer(
    const std::string& url, std::string content_type, std::string body, int status
) {
    fetch::Answer answer;
    answer.status = status;
    answer.final_url = url;
    answer.headers = {{"content-type", std::move(content_type)}};
    answer.body = std::move(body);
    answers_.insert_or_assign(url, std::move(answer));
}

void FakeNetwork::send(fetch::Untrusted request, fetch::Done done) {
    asked.push_back(request.url);
    if (const auto it = answers_.find(request.url); it != answers_.end()) return done(it->second);
    const auto iri = federation::Iri::parse(request.url);
    for (const auto& [url, known] : answers_) {
        const auto other = federation::Iri::parse(url);
        if (!iri || !other || !same_origin(*iri, *other)) continue;
        fetch::Answer missing;
        missing.status = 404;
        missing.final_url = request.url;
        return done(missing);
    }
    done(Error{Code::Unavailable, "There is no such host."});
}

void FakeNetwork::send(fetch::Operator request, fetch::Done done) {
    asked.push_back(request.url);
    done(Error{Code::Unavailable, "There is no such endpoint."});
}

std::string Reply::header(std::string_view name) const {
    for (const auto& field : fields) {
        if (lower_ascii(field.name) == lower_ascii(name)) return field.value;
    }
    return {};
}

void CountingDatabase::with_reader(const std::function<void(store::Reader&)>& use) {
    inner_.read([&](store::Reader& reader) {
        const auto before = reader.statements();
        use(reader);
        statements += reader.statements() - before;
    });
}

Result<void> CountingDatabase::with_writer(const std::function<Result<void>(store::Writer&)>& use) {
    return inner_.write([&](store::Writer& writer) -> Result<void> { return use(writer); });
}

TestNode::TestNode(TestNodeOptions options)
    : config(std::move(options.config)),
      folder_(options.folder.empty() ? make_folder() : options.folder),
      keeps_folder_(!options.folder.empty()),
      media_files_(folder_ / "media"),
      workshop_(OUTBOARD_MEDIA_PROGRAM, workers_) {
    identity_.link_secret = "for tests alone";
    log::configure(log::Level::Warn, /*as_json=*/false);
    identity_.scheme = options.scheme;
    identity_.domain = options.domain;
    identity_.handle_domain =
        options.handle_domain.empty() ? options.domain : options.handle_domain;
    config.domain = options.domain;
    config.account_domain = options.handle_domain;
    live_.replace(config);
    store::SqliteSettings settings;
    settings.file = folder_ / "outboard.db";
    settings.readers = 2;
    settings.synchronous_full = false;
    db_ = must(store::open_sqlite(settings, clock));
    counted_ = std::make_unique<CountingDatabase>(*db_);
    key_ring_ = std::make_unique<KeyRing>(*db_, KeySeal(std::string(32, 'k')));
    key_cache_ = std::make_unique<KeyCache>(*db_);
    domain_rules_ = std::make_unique<DomainRules>(*db_);
    app_ = std::make_unique<App>(
        App{live_,
            identity_,
            *counted_,
            options.network ? *options.network : network,
            clock,
            random_,
            workers_,
            workers_,
            *key_ring_,
            *key_cache_,
            arrivals_,
            *domain_rules_,
            login_limits_,
            media_files_,
            workshop_,
            inbox_wake_,
            delivery_wake_,
            jobs_wake_,
            fragments_}
    );
    api::client_routes(router_);
    if (options.routes) options.routes(router_);
    const bool is_fresh = !db_->read([&](store::Reader& db) {
        return store::accounts::find_by_uri(db, identity_.node_actor()).has_value();
    });
    if (is_fresh) {
        insert_local(identity_.domain, "Application", identity_.node_actor(), /*locked=*/true);
    }
}

TestNode::~TestNode() {
    app_.reset();
    db_.reset();
    std::error_code ignored;
    if (!keeps_folder_) std::filesystem::remove_all(folder_, ignored);
}

AccountId TestNode::insert_local(
    const std::string& username, const std::string& kind, const std::string& uri, bool locked
) {
    Account account;
    account.id = {db_->reserve_id()};
    account.uri = uri;
    account.username = username;
    account.kind = kind;
    account.display_name = username;
    account.url = identity_.profile_url(username);
    account.inbox = uri + "/inbox";
    account.shared_inbox = identity_.origin() + "/inbox";
    account.outbox = uri + "/outbox";
    account.followers = uri + "/followers";
    account.following = uri + "/following";
    account.featured = uri + "/collections/featured";
    account.locked = locked;
    account.discoverable = true;
    account.created_at = account.fetched_at = clock.now();
    std::vector<store::keys::StoredKey> keys;
    const auto add =
        [&](const char* purpose, const char* fragment, const federation::PrivateKey& key) {
            store::keys::StoredKey row;
            row.account = account.id;
            row.purpose = purpose;
            row.uri = uri + fragment;
            row.public_text = key.kind() == federation::KeyKind::Rsa
                                  ? key.public_key().to_pem()
                                  : key.public_key().to_multibase();
            row.sealed_private = key_ring_->seal().seal(key.to_der(), uri, row.uri, random_);
            keys.push_back(std::move(row));
        };
    add("rsa", "#main-key", rsa_key());
    add("ed25519", "#ed25519-key", federation::PrivateKey::generate(federation::KeyKind::Ed25519));
    must(db_->write([&](store::Writer& tx) {
        store::accounts::insert(tx, account);
        for (const auto& key : keys) store::keys::insert(tx, key);
    }));
    must(services::refresh_actor_document(*app_, account.id));
    return account.id;
}

Actor TestNode::person(const std::string& username, bool locked) {
    const auto uri = identity_.actor_uri(username);
    const auto id = insert_local(username, "Person", uri, locked);
    must(db_->write([&](store::Writer& tx) {
        User user;
        user.account = id;
        user.role = Role::Member;
        user.password_hash = "unused";
        store::users::insert(tx, user);
    }));
    return {
        .id = id, .username = username, .token = token(id, "read write follow push"), .uri = uri
    };
}

Actor TestNode::remote(const std::string& username, const std::string& domain) {
    Account account;
    account.uri = "https://" + domain + "/users/" + username;
    account.username = username;
    account.domain = domain;
    account.host = domain;
    account.display_name = username;
    account.url = "https://" + domain + "/@" + username;
    account.inbox = account.uri + "/inbox";
    account.shared_inbox = "https://" + domain + "/inbox";
    account.followers = account.uri + "/followers";
    account.created_at = account.fetched_at = clock.now();
    account.id = {store::Writer::id_for(account.created_at, account.uri)};
    const auto id =
        must(db_->write([&](store::Writer& tx) { return store::accounts::insert(tx, account); }));
    return {.id = id, .username = username, .token = {}, .uri = account.uri};
}

std::string TestNode::token(std::optional<AccountId> account, std::string_view scopes) {
    const auto text = make_secret(random_);
    must(db_->write([&](store::Writer& tx) {
        const auto app = store::tokens::ensure_app(tx, "tests", "read write follow push");
        store::tokens::insert(tx, secret_hash(text), account, app, scopes);
    }));
    return text;
}

void TestNode::suspend(AccountId account) {
    must(db_->write([&](store::Writer& tx) { store::accounts::set_suspended(tx, account, true); }));
}

Reply TestNode::send(const http::Request& request) {
    auto response = api::dispatch(*app_, router_, request);
    while (response.pending) {
        std::optional<http::Response> final;
        const auto pending = response.pending;
        pending->begin([&](std::function<http::Response()> finish) { final = finish(); });
        if (!final) throw std::runtime_error("a pending answer never came");
        response = *std::move(final);
    }
    Reply reply{
        .status = response.status, .fields = response.fields, .body = response.body, .json = nullptr
    };
    if (reply.header("content-type").find("json") != std::string::npos) {
        reply.json = nlohmann::json::parse(reply.body);
    }
    return reply;
}

std::size_t TestNode::statements_of(const std::string& target, const std::string& token) {
    const auto before = counted_->statements.load();
    if (get(target, token).status != 200) throw std::runtime_error("not answered: " + target);
    return counted_->statements.load() - before;
}

Reply TestNode::call(
    std::string method,
    std::string target,
    const std::string& token,
    nlohmann::json body,
    std::vector<http::Field> fields
) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.peer = "192.0.2.7";
    request.fields = std::move(fields);
    request.fields.push_back({"Host", identity_.domain});
    if (!token.empty()) request.fields.push_back({"Authorization", "Bearer " + token});
    if (body.is_string()) {
        request.fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
        request.body = body.get<std::string>();
    } else if (!body.is_null()) {
        request.fields.push_back({"Content-Type", "application/json"});
        request.body = body.dump();
    }
    return send(request);
}

std::string TestNode::posts(
    const Actor& author, const std::string& text, const std::string& visibility
) {
    clock.advance(std::chrono::seconds(1));
    const auto reply =
        post("/api/v1/statuses", author.token, {{"status", text}, {"visibility", visibility}});
    if (reply.status != 200) throw std::runtime_error("posting failed: " + reply.body);
    return reply.json.at("id").get<std::string>();
}

std::vector<store::outbox::Item> TestNode::outbox() {
    return db_->read([&](store::Reader& db) { return store::outbox::list_fanning(db, 1000); });
}

std::vector<nlohmann::json> TestNode::sent() {
    std::vector<nlohmann::json> activities;
    for (const auto& item : outbox()) {
        const auto bytes =
            db_->read([&](store::Reader& db) { return store::documents::find(db, item.document); });
        activities.push_back(nlohmann::json::parse(bytes.value()));
    }
    return activities;
}

}  // namespace outboard::tests
