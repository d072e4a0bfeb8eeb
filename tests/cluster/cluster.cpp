// SPDX-License-Identifier: Apache-2.0
#include "tests/cluster/cluster.hpp"

#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "src/api/activitypub/routes.hpp"
#include "src/api/wellknown/routes.hpp"
#include "src/jobs/handlers.hpp"
#include "src/store/queues.hpp"

namespace outboard::tests {

using nlohmann::json;

namespace {

constexpr int kRounds = 200;  // of settling: more is a loop that never rests

std::filesystem::path make_folder(const std::string& domain) {
    static int count = 0;
    auto name = "outboard-cluster-" + std::to_string(getpid()) + "-" + std::to_string(count++) +
                "-" + domain;
    auto folder = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directories(folder);
    return folder;
}

http::Request to_http(const federation::Request& request) {
    http::Request same;
    same.method = request.method;
    same.target = request.target;
    same.body = request.body;
    same.peer = "192.0.2.9";
    for (const auto& header : request.headers) same.fields.push_back({header.name, header.value});
    return same;
}

fetch::Answer to_answer(const Reply& reply) {
    fetch::Answer answer;
    answer.status = reply.status;
    answer.body = reply.body;
    for (const auto& field : reply.fields)
        answer.headers.emplace_back(lower_ascii(field.name), field.value);
    return answer;
}

/// A handful of RSA keys made once: making one takes longer than a whole story.
const federation::PrivateKey& rsa_key(std::size_t which) {
    static std::vector<federation::PrivateKey> keys;
    while (keys.size() <= which)
        keys.push_back(federation::PrivateKey::generate(federation::KeyKind::Rsa));
    return keys[which];
}
std::size_t next_key = 0;

[[noreturn]] void stop(const std::string& what) { throw std::runtime_error(what); }

}  // namespace

// Network

Result<fetch::Answer> Network::ask(const std::string& url, const fetch::Exchange& exchange) {
    const auto iri = federation::Iri::parse(url);
    if (!iri || !iri->is_http()) return Error{Code::Forbidden, "url.malformed"};
    if (guarded.contains(iri->authority()))
        return Error{Code::Forbidden, "address.loopback: not on the public internet"};
    const auto host = hosts_.find(iri->authority());
    if (host == hosts_.end() || down.contains(iri->authority())) {
        seen.push_back({exchange.method, url, 0});
        return Error{Code::Unavailable, "There is no answer from that host."};
    }
    federation::Request request{
        exchange.method, iri->target(), {{"Host", iri->authority()}}, exchange.body
    };
    for (const auto& [name, value] : exchange.headers) request.headers.push_back({name, value});
    if (exchange.signer) {
        federation::sign(
            request,
            *exchange.signer,
            exchange.scheme,
            iri->scheme(),
            iri->authority(),
            clock->now()
        );
    }
    auto answer = host->second(request);
    answer.final_url = url;
    seen.push_back({exchange.method, url, answer.status});
    return answer;
}

void Network::send(fetch::Untrusted request, fetch::Done done) {
    auto url = request.url;
    if (const auto iri = federation::Iri::parse(url); iri && silent.contains(iri->authority())) {
        waiting_.push_back(std::move(done));
        return;
    }
    for (int hop = 0; hop <= limits::kRedirects; ++hop) {
        auto answer = ask(url, request.exchange);
        const bool moved =
            answer && answer->status >= 301 && answer->status <= 308 && answer->status != 304;
        if (!moved || !request.exchange.follow_redirects) return done(std::move(answer));
        const auto from = federation::Iri::parse(url);
        const auto next = from->resolve(answer->header("location").value_or(""));
        if (!next) return done(Error{Code::Invalid, "redirect.target"});
        url = next->str();
    }
    done(Error{Code::Invalid, "redirect.limit"});
}

void Network::end_silence() {
    silent.clear();
    while (!waiting_.empty()) {
        for (const auto& done : std::exchange(waiting_, {}))
            done(Error{Code::Unavailable, "There is no answer from that host."});
    }
}

void Network::send(fetch::Operator request, fetch::Done done) {
    done(ask(request.url, request.exchange));
}

int Network::count(std::string_view method, std::string_view url_start) const {
    int found = 0;
    for (const auto& one : seen)
        found += one.method == method && one.url.starts_with(url_start) ? 1 : 0;
    return found;
}

// ClusterNode

ClusterNode::Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

ClusterNode::ClusterNode(
    Network& network, std::string domain, TestNodeOptions options, std::chrono::milliseconds elapsed
)
    : network_(network),
      domain_(std::move(domain)),
      options_(std::move(options)),
      elapsed_(elapsed),
      folder_(make_folder(domain_)),
      owned_(std::make_unique<Folder>(folder_)) {
    build();
}

void ClusterNode::build() {
    auto options = options_;
    options.domain = domain_;
    options.network = &network_;
    options.folder = folder_;
    options.routes = [](api::Router& router) {
        api::activitypub::routes(router);
        api::wellknown::routes(router);
    };
    node_ = std::make_unique<TestNode>(std::move(options));
    node_->clock.advance(elapsed_);
    processor_ = std::make_unique<inbox::Processor>(node_->app());
    deliverer_ = std::make_unique<delivery::Deliverer>(node_->app());
    runner_ = std::make_unique<jobs::Runner>(node_->app());
    jobs::register_handlers(*runner_);
    network_.connect(domain_, [this](const federation::Request& request) {
        return to_answer(node_->send(to_http(request)));
    });
    network_.clock = &node_->clock;
}

void ClusterNode::restart() {
    network_.disconnect(domain_);
    runner_.reset();
    deliverer_.reset();
    processor_.reset();
    node_.reset();
    build();
}

void ClusterNode::step() {
    processor_->step();
    deliverer_->step();
    runner_->step();
}

bool ClusterNode::is_quiet() {
    if (processor_->running() + deliverer_->running() + runner_->running() > 0) return false;
    const auto now = node_->clock.now();
    // Deliveries that are due and held back, by order or for a host that rests, show as requests
    // that are not made.
    return node_->db().read([&](store::Reader& db) {
        const auto later = [&](const std::optional<Instant>& due) { return !due || *due > now; };
        return store::outbox::list_fanning(db, 1).empty() && later(store::inbox::next_due(db)) &&
               later(store::jobs::next_due(db));
    });
}

void ClusterNode::advance(std::chrono::milliseconds by) {
    elapsed_ += by;
    node_->clock.advance(by);
}

std::string ClusterNode::state() {
    // What a refused activity must leave as it was. Times of fetching and revisions that only a
    // fetch raises are left out.
    static constexpr store::Query kTables[] = {
        {"test.accounts",
         "SELECT uri || '|' || username || '|' || domain || '|' || kind || '|' || display_name || "
         "'|' || note || '|' || url || '|' || "
         "inbox || '|' || shared_inbox || '|' || coalesce(moved_to, '') || '|' || followers_count "
         "|| '|' || following_count || "
         "'|' || statuses_count || '|' || coalesce(deleted_at, 0) FROM accounts ORDER BY id"},
        {"test.statuses",
         "SELECT uri || '|' || account || '|' || revision || '|' || visibility || '|' || state || "
         "'|' || content || '|' || "
         "favourites_count || '|' || boosts_count || '|' || replies_count FROM statuses ORDER BY id"
        },
        {"test.audience",
         "SELECT status || '|' || kind || '|' || target FROM status_audience ORDER BY status, "
         "kind, target"},
        {"test.follows", "SELECT account || '|' || target || '|' || state FROM follows ORDER BY id"
        },
        {"test.favourites", "SELECT account || '|' || status FROM favourites ORDER BY id"},
        {"test.blocks", "SELECT account || '|' || target FROM blocks ORDER BY id"},
        {"test.pins", "SELECT account || '|' || status FROM pins ORDER BY account, status"},
        {"test.home", "SELECT account || '|' || status FROM home ORDER BY account, status"},
        {"test.notifications",
         "SELECT account || '|' || source || '|' || kind || '|' || status FROM notifications ORDER "
         "BY id"},
        {"test.keys", "SELECT uri || '|' || account || '|' || public FROM keys ORDER BY uri"},
        {"test.tombstones", "SELECT uri || '|' || owner FROM tombstones ORDER BY uri"},
    };
    return node_->db().read([&](store::Reader& db) {
        std::string text;
        for (const auto& table : kTables) {
            text += std::string(table.name) + "\n";
            for (const auto& row : db.all(table, [](const store::Row& one) { return one.text(0); }))
                text += row + "\n";
        }
        return text;
    });
}

// Someone

Reply Someone::api(const std::string& method, const std::string& target, json body) {
    return home_->node().call(method, target, actor_.token, std::move(body));
}

json Someone::looks_up(const std::string& who) {
    const auto reply =
        api("GET", "/api/v2/search?type=accounts&resolve=true&q=" + percent_encode(who));
    if (reply.status != 200) stop("search failed: " + reply.body);
    for (const auto& account : reply.json["accounts"]) {
        if (account["uri"] == who || account["acct"] == who ||
            account["acct"] == who.substr(0, who.find('@')))
            return account;
    }
    return nullptr;
}

json Someone::follows(const std::string& who) {
    const auto account = looks_up(who);
    if (account.is_null()) stop("nobody is " + who);
    const auto reply =
        api("POST", "/api/v1/accounts/" + account["id"].get<std::string>() + "/follow");
    if (reply.status != 200) stop("following failed: " + reply.body);
    return reply.json;
}

void Someone::unfollows(const std::string& who) {
    const auto account = looks_up(who);
    const auto reply =
        api("POST", "/api/v1/accounts/" + account["id"].get<std::string>() + "/unfollow");
    if (reply.status != 200) stop("unfollowing failed: " + reply.body);
}

json Someone::relationship(const std::string& who) {
    const auto account = looks_up(who);
    if (account.is_null()) return nullptr;
    return api("GET", "/api/v1/accounts/relationships?id[]=" + account["id"].get<std::string>())
        .json.at(0);
}

json Someone::posts(const std::string& text, json more) {
    more["status"] = text;
    auto reply = api("POST", "/api/v1/statuses", more);
    if (reply.status != 200) stop("posting failed: " + reply.body);
    return reply.json;
}

json Someone::sees(const std::string& uri) {
    const auto reply =
        api("GET", "/api/v2/search?type=statuses&resolve=true&q=" + percent_encode(uri));
    if (reply.status != 200) stop("search failed: " + reply.body);
    for (const auto& status : reply.json["statuses"]) {
        if (status["uri"] == uri) return status;
    }
    return nullptr;
}

std::string Someone::local_id(const std::string& uri) {
    const auto status = sees(uri);
    if (status.is_null()) stop(actor_.username + " does not see " + uri);
    return status["id"].get<std::string>();
}

json Someone::replies(const std::string& uri, const std::string& text, json more) {
    more["in_reply_to_id"] = local_id(uri);
    return posts(text, std::move(more));
}

json Someone::does(const std::string& uri, const std::string& action) {
    const auto reply = api("POST", "/api/v1/statuses/" + local_id(uri) + "/" + action);
    if (reply.status != 200) stop(action + " failed: " + reply.body);
    return reply.json;
}

void Someone::edits(const std::string& uri, const std::string& text) {
    const auto reply = api("PUT", "/api/v1/statuses/" + local_id(uri), {{"status", text}});
    if (reply.status != 200) stop("editing failed: " + reply.body);
}

void Someone::deletes(const std::string& uri) {
    const auto reply = api("DELETE", "/api/v1/statuses/" + local_id(uri));
    if (reply.status != 200) stop("deleting failed: " + reply.body);
}

std::vector<std::string> Someone::home() {
    std::vector<std::string> uris;
    const auto reply = api("GET", "/api/v1/timelines/home?limit=40");
    for (const auto& status : reply.json) {
        const auto& shown = status["reblog"].is_null() ? status : status["reblog"];
        uris.push_back(shown["uri"].get<std::string>());
    }
    return uris;
}

std::vector<std::string> Someone::notifications() {
    std::vector<std::string> types;
    const auto reply = api("GET", "/api/v1/notifications?limit=40");
    for (const auto& one : reply.json) types.push_back(one["type"].get<std::string>());
    return types;
}

// Cluster

Cluster::Cluster(const std::vector<std::string>& domains, TestNodeOptions options) {
    for (const auto& domain : domains) {
        nodes_.emplace(
            domain,
            std::make_unique<ClusterNode>(network, domain, options, std::chrono::milliseconds(0))
        );
    }
}

Someone Cluster::person(const std::string& domain, const std::string& username, bool locked) {
    auto& home = (*this)[domain];
    return Someone(home, home.node().person(username, locked));
}

void Cluster::settle() {
    for (int round = 0; round < kRounds; ++round) {
        const auto seen = network.seen.size();
        bool quiet = true;
        for (auto& [domain, node] : nodes_) {
            node->step();
            quiet = quiet && node->is_quiet();
        }
        if (quiet && network.seen.size() == seen) return;
    }
    stop("the cluster never came to rest");
}

void Cluster::advance(std::chrono::milliseconds by) {
    for (auto& [domain, node] : nodes_) node->advance(by);
}

// Peer

Peer::Peer(Cluster& cluster, std::string domain) : cluster_(cluster), domain_(std::move(domain)) {
    cluster_.network.connect(domain_, [this](const federation::Request& request) {
        return answer(request);
    });
}

Peer::~Peer() { cluster_.network.disconnect(domain_); }

fetch::Answer Peer::answer(const federation::Request& request) {
    if (answers) return answers(request);
    fetch::Answer reply;
    if (request.method == "POST") {
        received.push_back(json::parse(request.body));
        reply.status = inbox_status;
        reply.headers = inbox_headers;
        return reply;
    }
    const auto page = pages_.find(request.target);
    if (page != pages_.end()) return page->second;
    reply.status = 404;
    return reply;
}

void Peer::serve(const std::string& path, const json& document, int status) {
    fetch::Answer reply;
    reply.status = status;
    reply.headers = {{"content-type", "application/activity+json"}};
    reply.body = document.dump();
    pages_.insert_or_assign(path, std::move(reply));
}

void Peer::serve_error(const std::string& path, int status) {
    fetch::Answer reply;
    reply.status = status;
    pages_.insert_or_assign(path, std::move(reply));
}

void Peer::add_user(const std::string& name, json changes) {
    keys_.insert_or_assign(name, rsa_key(next_key++ % 6));
    const auto id = user(name);
    json document = {
        {"@context", {"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"}},
        {"id", id},
        {"type", "Person"},
        {"preferredUsername", name},
        {"name", name},
        {"summary", "<p>" + name + "</p>"},
        {"inbox", id + "/inbox"},
        {"outbox", id + "/outbox"},
        {"followers", id + "/followers"},
        {"following", id + "/following"},
        {"featured", id + "/featured"},
        {"url", origin() + "/@" + name},
        {"endpoints", {{"sharedInbox", origin() + "/inbox"}}},
        {"publicKey",
         {{"id", id + "#main-key"},
          {"owner", id},
          {"publicKeyPem", keys_.at(name).public_key().to_pem()}}}
    };
    document.merge_patch(changes);
    actors_.insert_or_assign(name, document);
    serve("/users/" + name, document);
}

json Peer::actor_document(const std::string& name) const { return actors_.at(name); }

void Peer::rotate_key(const std::string& name) {
    keys_.insert_or_assign(name, rsa_key(6 + next_key++ % 3));
    auto& document = actors_.at(name);
    document["publicKey"]["publicKeyPem"] = keys_.at(name).public_key().to_pem();
    serve("/users/" + name, document);
}

federation::Request Peer::request(
    const std::string& method, ClusterNode& node, const std::string& path, const std::string& body
) {
    federation::Request made{method, path, {{"Host", node.domain()}}, body};
    made.headers.push_back(
        {method == "POST" ? "Content-Type" : "Accept", "application/activity+json"}
    );
    return made;
}

int Peer::delivers(
    ClusterNode& node,
    const std::string& name,
    const std::string& path,
    const std::string& body,
    const std::string& key_id
) {
    auto made = request("POST", node, path, body);
    const federation::Signer signer{
        key_id.empty() ? user(name) + "#main-key" : key_id, keys_.at(name)
    };
    federation::sign(
        made,
        signer,
        federation::SignatureScheme::DraftCavage,
        "https",
        node.domain(),
        node.node().clock.now()
    );
    answered = node.node().send(to_http(made));
    return answered.status;
}

Reply Peer::reads(ClusterNode& node, const std::string& name, const std::string& path) {
    auto made = request("GET", node, path, "");
    const federation::Signer signer{user(name) + "#main-key", keys_.at(name)};
    federation::sign(
        made,
        signer,
        federation::SignatureScheme::DraftCavage,
        "https",
        node.domain(),
        node.node().clock.now()
    );
    return node.node().send(to_http(made));
}

json Peer::note(
    const std::string& name, const std::string& id, const std::string& content, json changes
) const {
    json made = {
        {"@context", "https://www.w3.org/ns/activitystreams"},
        {"id", origin() + id},
        {"type", "Note"},
        {"attributedTo", user(name)},
        {"content", content},
        {"to", {"https://www.w3.org/ns/activitystreams#Public"}},
        {"cc", {user(name) + "/followers"}},
        {"published", "2026-09-21T14:00:00Z"}
    };
    made.merge_patch(changes);
    return made;
}

json Peer::activity(const std::string& name, const std::string& type, json object, json changes) {
    json made = {
        {"@context", "https://www.w3.org/ns/activitystreams"},
        {"id", user(name) + "/act/" + std::to_string(next_++)},
        {"type", type},
        {"actor", user(name)},
        {"object", std::move(object)}
    };
    for (const auto* field : {"to", "cc"}) {
        if (made["object"].is_object() && made["object"].contains(field))
            made[field] = made["object"][field];
    }
    made.merge_patch(changes);
    return made;
}

}  // namespace outboard::tests
