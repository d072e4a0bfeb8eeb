// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "federation/keys.hpp"
#include "federation/signatures.hpp"
#include "src/delivery/deliverer.hpp"
#include "src/inbox/processor.hpp"
#include "src/jobs/runner.hpp"
#include "tests/support/test_node.hpp"

/// Several nodes in one process: real stores, real signatures, one clock, a network made of
/// function calls (STYLE.md section 12).
namespace outboard::tests {

/// One request as it came to a host, and the answer to it.
struct Seen {
    std::string method, url;
    int status = 0;  // 0 when the host was down
};

/// Signs and hands requests to whoever lives at the host. Redirects are followed like the real
/// client follows them.
class Network : public fetch::Client {
public:
    using Host = std::function<fetch::Answer(const federation::Request&)>;
    void connect(const std::string& authority, Host host) { hosts_[authority] = std::move(host); }
    void disconnect(const std::string& authority) { hosts_.erase(authority); }
    void send(fetch::Untrusted request, fetch::Done done) override;
    void send(fetch::Operator request, fetch::Done done) override;

    std::set<std::string> guarded;  // hosts whose addresses the guard refuses
    std::set<std::string> down;     // hosts that do not answer
    std::set<std::string>
        silent;  // hosts whose answers are never ready: requests to them just wait
    const TestClock* clock = nullptr;
    std::vector<Seen> seen;
    int count(std::string_view method, std::string_view url_start) const;
    /// The silent hosts are gone: whoever waits for them is told.
    void end_silence();

private:
    Result<fetch::Answer> ask(const std::string& url, const fetch::Exchange& exchange);
    std::map<std::string, Host> hosts_;
    std::vector<fetch::Done> waiting_;  // for the silent hosts
};

/// A node with its loops, which run when told to.
class ClusterNode {
public:
    ClusterNode(
        Network& network,
        std::string domain,
        TestNodeOptions options,
        std::chrono::milliseconds elapsed
    );
    TestNode& node() { return *node_; }
    App& app() { return node_->app(); }
    /// As after kill -9: nothing in memory survives, the folder does.
    void restart();
    /// One round of every loop.
    void step();
    void take_in() { processor_->step(); }
    void send_out() { deliverer_->step(); }
    void work() { runner_->step(); }
    bool is_quiet();
    void advance(std::chrono::milliseconds by);
    const std::string& domain() const { return domain_; }
    /// Every row of the tables that people see the effects of, as text: equal when nothing changed.
    std::string state();

private:
    void build();
    Network& network_;
    std::string domain_;
    TestNodeOptions options_;
    std::chrono::milliseconds elapsed_;
    std::filesystem::path folder_;
    struct Folder {  // removed when the node is gone for good
        explicit Folder(std::filesystem::path p) : path(std::move(p)) {}
        ~Folder();
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;
        std::filesystem::path path;
    };
    std::unique_ptr<Folder> owned_;
    std::unique_ptr<TestNode> node_;
    std::unique_ptr<inbox::Processor> processor_;
    std::unique_ptr<delivery::Deliverer> deliverer_;
    std::unique_ptr<jobs::Runner> runner_;
};

/// Somebody at a node, acting through the client API.
class Someone {
public:
    Someone(ClusterNode& home, Actor actor) : home_(&home), actor_(std::move(actor)) {}
    const std::string& uri() const { return actor_.uri; }
    const Actor& actor() const { return actor_; }
    std::string handle() const { return actor_.username + "@" + home_->domain(); }

    /// The account entity of an actor id or handle, looked up through search; null when it cannot
    /// be had.
    nlohmann::json looks_up(const std::string& who);
    nlohmann::json follows(const std::string& who);
    void unfollows(const std::string& who);
    nlohmann::json relationship(const std::string& who);
    /// Posts and returns the status entity; `more` is merged into the call.
    nlohmann::json posts(const std::string& text, nlohmann::json more = nlohmann::json::object());
    /// The status entity of an object's id as this person sees it; null when it is not shown.
    nlohmann::json sees(const std::string& uri);
    /// Answers, marks and removes: `uri` is looked up first.
    nlohmann::json replies(
        const std::string& uri,
        const std::string& text,
        nlohmann::json more = nlohmann::json::object()
    );
    nlohmann::json does(
        const std::string& uri, const std::string& action
    );  // favourite, reblog, unfavourite …
    void edits(const std::string& uri, const std::string& text);
    void deletes(const std::string& uri);
    std::vector<std::string> home();           // uris of posts, of boosts what is boosted
    std::vector<std::string> notifications();  // "mention", "follow", … newest first
    Reply api(const std::string& method, const std::string& target, nlohmann::json body = nullptr);

private:
    std::string local_id(const std::string& uri);
    ClusterNode* home_;
    Actor actor_;
};

class Cluster {
public:
    explicit Cluster(const std::vector<std::string>& domains, TestNodeOptions options = {});
    ~Cluster() { network.end_silence(); }  // nodes are told before they go
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;
    ClusterNode& operator[](const std::string& domain) { return *nodes_.at(domain); }
    Someone person(const std::string& domain, const std::string& username, bool locked = false);
    /// Runs all loops until nothing is due anywhere.
    void settle();
    void advance(std::chrono::milliseconds by);
    Network network;

private:
    std::map<std::string, std::unique_ptr<ClusterNode>> nodes_;
};

/// A server that is no node of ours: a few actors with keys, documents told by the test, an inbox
/// that remembers. Honest or hostile.
class Peer {
public:
    Peer(Cluster& cluster, std::string domain);
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    std::string origin() const { return "https://" + domain_; }
    std::string user(const std::string& name) const { return origin() + "/users/" + name; }

    /// Makes an actor and serves its document; `changes` are merged into it.
    void add_user(const std::string& name, nlohmann::json changes = nlohmann::json::object());
    nlohmann::json actor_document(const std::string& name) const;
    /// Another key for the same id, published at once.
    void rotate_key(const std::string& name);
    void serve(const std::string& path, const nlohmann::json& document, int status = 200);
    void serve_error(const std::string& path, int status);
    const federation::PrivateKey& key(const std::string& name) const { return keys_.at(name); }

    /// POSTs to an inbox of `node`, signed by `name` (or with another key id); returns the HTTP
    /// status. `body` may be no JSON.
    int delivers(
        ClusterNode& node,
        const std::string& name,
        const std::string& path,
        const std::string& body,
        const std::string& key_id = {}
    );
    int delivers(
        ClusterNode& node,
        const std::string& name,
        const std::string& path,
        const nlohmann::json& activity
    ) {
        return delivers(node, name, path, activity.dump());
    }
    /// A signed GET; the whole answer.
    Reply reads(ClusterNode& node, const std::string& name, const std::string& path);
    /// A public Note by `name` as it would be served; `changes` are merged into it.
    nlohmann::json note(
        const std::string& name,
        const std::string& id,
        const std::string& content,
        nlohmann::json changes = nlohmann::json::object()
    ) const;
    nlohmann::json activity(
        const std::string& name,
        const std::string& type,
        nlohmann::json object,
        nlohmann::json changes = nlohmann::json::object()
    );

    std::vector<nlohmann::json> received;  // what came to its inboxes
    int inbox_status = 202;                // how it answers them
    std::vector<std::pair<std::string, std::string>> inbox_headers;
    Reply answered;  // to its last delivery
    std::function<fetch::Answer(const federation::Request&)>
        answers;  // instead of what is served, when set

private:
    federation::Request request(
        const std::string& method,
        ClusterNode& node,
        const std::string& path,
        const std::string& body
    );
    fetch::Answer answer(const federation::Request& request);
    Cluster& cluster_;
    std::string domain_;
    std::map<std::string, federation::PrivateKey> keys_;
    std::map<std::string, nlohmann::json> actors_;
    std::map<std::string, fetch::Answer> pages_;
    int next_ = 1;
};

}  // namespace outboard::tests
