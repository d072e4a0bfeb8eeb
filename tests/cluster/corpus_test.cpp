// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <iostream>

#include "federation/base/bytes.hpp"
#include "federation/json.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/support/shared_data.hpp"

// The shared corpus of hostile activities as a table: each case against a world of its own, and all
// of them against one node.

namespace outboard::tests {
namespace {

using nlohmann::json;

constexpr const char* kHostileNote = "<p>invented</p>";

struct World {
    Cluster cluster{{"node.example"}};
    ClusterNode& node = cluster["node.example"];
    Someone ann = cluster.person("node.example", "ann");
    Someone bea = cluster.person("node.example", "bea", /*locked=*/true);
    Peer peer{cluster, "peer.example"};
    Peer evil{cluster, "evil.example"};
    Peer sub{cluster, "a.evil.example"};
    Peer alike{cluster, "xn--pr-mia.example"};
    std::string ann_post, ann_private, ann_follow_pat, pat_like;
    int next = 1000;

    World() {
        for (const auto* name : {"pat", "pam"}) peer.add_user(name);
        evil.add_user("eve");
        sub.add_user("eve");
        alike.add_user("pat");
        ann_post = ann.posts("ann's post")["uri"].get<std::string>();
        ann_private =
            ann.posts("ann's secret", {{"visibility", "private"}})["uri"].get<std::string>();
        take(
            peer,
            "pat",
            "Create",
            peer.note(
                "pat", "/users/pat/post", "<p>pat's post</p>", {{"updated", "2026-09-21T14:06:00Z"}}
            )
        );
        take(
            peer,
            "pat",
            "Create",
            peer.note(
                "pat",
                "/users/pat/private",
                "<p>pat's secret</p>",
                {{"to", {peer.user("pat") + "/followers"}}, {"cc", {ann.uri()}}}
            )
        );
        take(peer, "pat", "Follow", ann.uri());
        take(peer, "pam", "Follow", ann.uri());
        const auto like = take(peer, "pat", "Like", ann_post);
        pat_like = like["id"].get<std::string>();
        take(evil, "eve", "Follow", bea.uri());
        take(evil, "eve", "Create", evil.note("eve", "/users/eve/post", "<p>eve's post</p>"));
        ann.follows(peer.user("pat"));
        cluster.settle();
        for (const auto& one : peer.received) {
            if (one["type"] == "Follow") ann_follow_pat = one["id"].get<std::string>();
        }
    }
    json take(Peer& from, const std::string& name, const std::string& type, const json& object) {
        const auto activity = from.activity(name, type, object);
        REQUIRE(from.delivers(node, name, "/inbox", activity) == 202);
        cluster.settle();
        return activity;
    }
    std::string pat_post() const { return peer.user("pat") + "/post"; }
    std::string pat_private() const { return peer.user("pat") + "/private"; }
    std::optional<Status> status(const std::string& uri) {
        return node.node().db().read([&](store::Reader& db) {
            return store::statuses::find_by_uri(db, uri);
        });
    }
    std::optional<Account> account(const std::string& uri) {
        return node.node().db().read([&](store::Reader& db) {
            return store::accounts::find_by_uri(db, uri);
        });
    }
    void block(const std::string& domain) {
        REQUIRE(node.app().db.write([&](store::Writer& tx) {
            store::domain_rules::block(tx, {domain, ""});
        }));
        node.app().domain_rules.reload();
    }
};

void replace_all(std::string& text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

json many(int count, const std::function<json(int)>& make) {
    json list = json::array();
    for (int i = 0; i < count; ++i) list.push_back(make(i));
    return list;
}

/// Lists that the corpus only describes.
json described(World& world, const std::string& text) {
    const auto evil = world.evil.origin();
    if (text.find("mentions of distinct") != std::string::npos) {
        return many(5000, [&](int i) {
            return json{
                {"type", "Mention"}, {"href", evil + "/users/m" + std::to_string(i)}, {"name", "@m"}
            };
        });
    }
    if (text.find("wildcard subdomain") != std::string::npos) {
        return many(500, [&](int i) {
            return json{
                {"type", "Mention"},
                {"href", "https://w" + std::to_string(i) + ".evil.example/users/m"},
                {"name", "@m"}
            };
        });
    }
    if (text.find("Hashtag and Emoji") != std::string::npos) {
        return many(3000, [](int i) {
            if (i % 2 == 0) return json{{"type", "Hashtag"}, {"name", "#t" + std::to_string(i)}};
            return json{
                {"type", "Emoji"},
                {"name", ":e" + std::to_string(i) + ":"},
                {"icon", {{"url", "https://evil.example/e.png"}}}
            };
        });
    }
    if (text.find("1000 Image") != std::string::npos) {
        return many(1000, [&](int i) {
            return json{
                {"type", "Image"},
                {"mediaType", "image/png"},
                {"url", evil + "/i" + std::to_string(i)}
            };
        });
    }
    if (text.find("100000 options") != std::string::npos) {
        return many(2000, [](int i) {
            return json{{"type", "Note"}, {"name", "o" + std::to_string(i)}};
        });
    }
    if (text.find("2000 PropertyValue") != std::string::npos) {
        return many(900, [](int i) {
            return json{
                {"type", "PropertyValue"}, {"name", "n" + std::to_string(i)}, {"value", "v"}
            };
        });
    }
    return nullptr;
}

void fill(World& world, json& value) {
    if (value.is_string() && value.get_ref<const std::string&>().starts_with("{{")) {
        if (auto list = described(world, value.get<std::string>()); !list.is_null()) {
            value = std::move(list);
            return;
        }
    }
    if (value.is_structured()) {
        for (auto& item : value) fill(world, item);
    }
}

std::string fill(World& world, std::string text) {
    const auto now = world.node.node().clock.now();
    const std::vector<std::pair<std::string, std::string>> words = {
        {"{{pat_post}}", world.pat_post()},
        {"{{pat_private}}", world.pat_private()},
        {"{{pat_like}}", world.pat_like},
        {"{{ann_post}}", world.ann_post},
        {"{{ann_private}}", world.ann_private},
        {"{{ann_follow_pat}}", world.ann_follow_pat},
        {"{{eve_post}}", world.evil.user("eve") + "/post"},
        {"{{node}}", "https://node.example"},
        {"{{peer}}", world.peer.origin()},
        {"{{evil}}", world.evil.origin()},
        {"{{peer_host_split_by_slash}}", "pe/er.example"},
        {"{{PEER_HOST_UPPER}}", "PEER.EXAMPLE"},
        {"{{peer_host}}", "peer.example"},
        {"{{evil_host}}", "evil.example"},
        {"{{now+1d}}", format_rfc3339(now + std::chrono::hours(24))},
        {"{{now}}", format_rfc3339(now)},
        {"{{900kB}}", std::string(900'000, 'x')},
        {"{{1MB}}", std::string(700'000, 'x')
        },  // the whole body must stay under its cap, or only that would be tested
        {"{{evil_key}}", json(world.evil.key("eve").public_key().to_pem()).dump().substr(1)},
    };
    for (const auto& [word, with] : words) {
        auto clean = with;
        if (word == "{{evil_key}}") clean.pop_back();
        replace_all(text, word, clean);
    }
    replace_all(text, "{{n}}", std::to_string(world.next++));
    return text;
}

std::string nested(const json& generate) {
    std::string body = generate.value("prefix", "");
    const auto depth = generate["depth"].get<int>();
    for (int i = 0; i < depth; ++i) body += generate["open"].get<std::string>();
    body += generate.value("inner", "");
    for (int i = 0; i < depth; ++i) body += generate["close"].get<std::string>();
    return body + generate.value("suffix", "");
}

std::string many_keys(int count) {
    std::string body = "{";
    for (int i = 0; i < count; ++i) body += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
    return body + "}";
}

/// The bodies of a case: one, or as many as `generate.repeat` says (fewer here: what counts is more
/// than one).
std::vector<std::string> bodies(World& world, const json& test) {
    if (test.contains("raw")) return {fill(world, test["raw"].get<std::string>())};
    if (test.contains("raw_base64")) return {*from_base64(test["raw_base64"].get<std::string>())};
    const auto generate = test.value("generate", json::object());
    if (generate.value("kind", "") == "nest") {
        auto body = nested(generate);
        return {fill(world, body)};
    }
    if (generate.value("kind", "") == "keys") return {many_keys(generate["count"].get<int>())};
    if (!test.contains("activity") || test["activity"].is_null()) return {"{}"};
    const int times = generate.contains("repeat") ? 100 : 1;
    std::vector<std::string> made;
    for (int i = 0; i < times; ++i) {
        auto activity = test["activity"];
        fill(world, activity);
        made.push_back(fill(world, activity.dump()));
    }
    return made;
}

struct Sender {
    Peer* peer = nullptr;
    std::string user, key_id;
};
Sender sender(World& world, const json& test) {
    const auto key_id = fill(world, test["signed_by"].get<std::string>());
    for (auto* peer : {&world.peer, &world.evil, &world.sub, &world.alike}) {
        for (const auto* user : {"pat", "pam", "eve"}) {
            if (key_id == peer->user(user) + "#main-key") return {peer, user, key_id};
        }
    }
    return {&world.evil, "eve", key_id};  // a borrowed or made-up key id: eve signs
}

/// What must be there before, by id of the case.
void arrange(World& world, const std::string& id) {
    auto& evil = world.evil;
    if (id == "A005") {
        evil.serve(
            "/keys/1",
            {{"id", evil.origin() + "/keys/1#main-key"},
             {"type", "Key"},
             {"owner", world.peer.user("pat")},
             {"publicKeyPem", evil.key("eve").public_key().to_pem()}}
        );
    } else if (id == "A006") {
        evil.serve(
            "/keys/2",
            {{"id", world.peer.user("pat") + "#main-key"},
             {"type", "Key"},
             {"owner", world.peer.user("pat")},
             {"publicKeyPem", evil.key("eve").public_key().to_pem()}}
        );
    } else if (id == "A029" || id == "A030") {
        world.take(world.peer, "pat", "Delete", world.pat_post());
    } else if (id == "A082") {
        for (int i = 1; i < 100; ++i) {
            const auto path = "/chain/" + std::to_string(i);
            evil.serve(
                path,
                evil.note(
                    "eve",
                    path,
                    "<p>chain</p>",
                    {{"inReplyTo", evil.origin() + "/chain/" + std::to_string(i + 1)}}
                )
            );
        }
    } else if (id == "A083") {
        evil.serve(
            "/loop/a",
            evil.note("eve", "/loop/a", "<p>a</p>", {{"inReplyTo", evil.origin() + "/loop/b"}})
        );
        evil.serve(
            "/loop/b",
            evil.note("eve", "/loop/b", "<p>b</p>", {{"inReplyTo", evil.origin() + "/loop/a"}})
        );
    } else if (id == "A094") {
        world.node.node().suspend(world.account(evil.user("eve"))->id);
    } else if (id == "A095" || id == "A096") {
        world.block("evil.example");
    }
}

std::string open_marker(World& world, const std::string& path) {
    return world.node.node()
        .call("GET", path, {}, nullptr, {{"Accept", "application/activity+json"}})
        .body;
}

using Check = std::function<void(World&)>;

/// What must hold afterwards where "nothing changed" is not the answer.
const std::map<std::string, Check>& checks() {
    static const auto not_pats = [](World& world, const std::string& uri) {
        const auto status = world.status(uri);
        if (status) CHECK(status->account != world.account(world.peer.user("pat"))->id);
    };
    static const auto visibility = [](World& world, const std::string& n) {
        const auto status = world.status(world.evil.user("eve") + "/n/" + n);
        REQUIRE(status);
        return status->visibility;
    };
    static const std::map<std::string, Check> all = {
        {"A010",
         [](World& world) {
             const auto found = world.account(world.alike.user("pat"));
             if (found) CHECK(found->domain == "xn--pr-mia.example");
         }},
        {"A011",
         [](World& world) {
             CHECK(world.account(world.evil.user("eve"))->acct() == "eve@evil.example");
         }},
        {"A016", [](World& world) { not_pats(world, world.evil.user("eve") + "/n/15"); }},
        {"A017",
         [](World& world) {
             const auto status = world.status(world.evil.user("eve") + "/n/16");
             if (status) CHECK(status->account == world.account(world.evil.user("eve"))->id);
         }},
        {"A032",
         [](World& world) {
             CHECK_FALSE(world.status(world.pat_post() + "2"));
             CHECK(world.node.state().find(kHostileNote) == std::string::npos);
         }},
        {"A037",
         [](World& world) {
             const auto eve = world.account(world.evil.user("eve"));
             CHECK(eve->inbox == world.evil.user("eve") + "/inbox");
             world.ann.follows(world.evil.user("eve"));
             world.cluster.settle();
             for (const auto& seen : world.cluster.network.seen) {
                 CHECK(seen.url.find("127.0.0.1") == std::string::npos);
                 CHECK(seen.url.find("victim.example") == std::string::npos);
             }
         }},
        {"A043",
         [](World& world) {
             CHECK(world.ann.relationship(world.evil.user("eve"))["followed_by"] == true);
             const auto accepts = std::count_if(
                 world.evil.received.begin(),
                 world.evil.received.end(),
                 [](const json& one) { return one["type"] == "Accept"; }
             );
             CHECK(accepts == 1);
             const auto told = world.ann.notifications();
             CHECK(std::count(told.begin(), told.end(), "follow") == 3);  // pat, pam, eve
         }},
        {"A049", [](World& world) { CHECK(visibility(world, "50") == Visibility::Direct); }},
        {"A050", [](World& world) { CHECK(visibility(world, "51") == Visibility::Public); }},
        {"A051", [](World& world) { CHECK(visibility(world, "52") == Visibility::Followers); }},
        {"A053",
         [](World& world) {
             const auto told = world.bea.notifications();
             CHECK(std::count(told.begin(), told.end(), "mention") == 0);
         }},
        {"A054",
         [](World& world) {
             CHECK(visibility(world, "55") == Visibility::Direct);
             CHECK(world.ann.home().size() == 2);  // her own two
         }},
        {"A055",
         [](World& world) {
             const auto path = world.ann_post.substr(std::string("https://node.example").size());
             CHECK(
                 open_marker(world, path + "/replies?page=true").find("/n/56") == std::string::npos
             );
             CHECK(world.status(world.ann_post)->replies_count == 0);
         }},
        {"A056",
         [](World& world) {
             const auto status = world.status(world.evil.user("eve") + "/n/57");
             REQUIRE(status);
             CHECK_FALSE(status->reply_to);
             CHECK(world.status(world.ann_private)->replies_count == 0);
         }},
        {"A057",
         [](World& world) {
             const auto status = world.status(world.evil.user("eve") + "/n/58");
             REQUIRE(status);
             CHECK_FALSE(status->quote_of);
         }},
        {"A077",
         [](World& world) {
             CHECK(world.cluster.network.count("GET", "https://evil.example/users/m") <= 20);
         }},
        {"A081",
         [](World& world) {
             const auto status = world.status(world.evil.user("eve") + "/n/84");
             REQUIRE(status);
             CHECK(status->created_at <= world.node.node().clock.now());
         }},
        {"A082",
         [](World& world) {
             CHECK(world.cluster.network.count("GET", "https://evil.example/chain/") <= 40);
             CHECK(world.cluster.network.count("GET", "https://evil.example/chain/") > 10);
         }},
        {"A083",
         [](World& world) {
             const auto id = world.status(world.evil.origin() + "/loop/a")->id;
             CHECK(world.ann.api("GET", "/api/v1/statuses/" + id.str() + "/context").status == 200);
         }},
        {"A084",
         [](World& world) {
             CHECK(world.cluster.network.count("GET", "https://evil.example/endless") <= 5);
         }},
        {"A086",
         [](World& world) {
             CHECK(world.cluster.network.count("GET", "https://evil.example/ctx") == 0);
         }},
        {"A087", [](World& world) { not_pats(world, world.evil.user("eve") + "/n/90"); }},
        {"A088", [](World& world) { not_pats(world, world.evil.user("eve") + "/n/91"); }},
        {"A090",
         [](World& world) {
             CHECK(world.cluster.network.count("GET", "https://peer.example/users/pat/n/93") <= 2);
             CHECK_FALSE(world.status(world.peer.user("pat") + "/n/93")
             );  // its server does not have it
         }},
        {"A092",
         [](World& world) {
             CHECK(world.account(world.evil.user("eve"))->url.starts_with("https://evil.example/"));
         }},
        {"A093",
         [](World& world) {
             const auto eve = world.account(world.evil.user("eve"));
             CHECK(eve->fields.size() <= 10);
             CHECK(eve->note.str().size() < 32 * 1024);
         }},
        {"A096",
         [](World& world) {
             CHECK(world.cluster.network.count("GET", "https://evil.example/users/eve/post") == 0);
         }},
    };
    return all;
}

/// No node of ours answers 5xx, whatever comes (corpus, how_to_use).
std::vector<int> deliver(World& world, const json& test) {
    const auto from = sender(world, test);
    const auto path = fill(world, test["deliver_to"].get<std::string>())
                          .substr(std::string("https://node.example").size());
    std::vector<int> answers;
    for (const auto& body : bodies(world, test)) {
        answers.push_back(from.peer->delivers(world.node, from.user, path, body, from.key_id));
        CHECK(answers.back() < 500);
    }
    world.cluster.settle();
    return answers;
}

bool is_for_agreements(const std::string& id) { return id >= "A097"; }  // an issue of its own

std::optional<json> load_cases() {
    const auto file = shared_data("security/corpus/activities.json");
    if (!file) return std::nullopt;
    return json::parse(read_file(*file))["cases"];
}

/// The actor document that an Update of an actor makes the node fetch: what the case embeds, as the
/// actor's own server would serve it.
void serve_updated_actor(World& world, const json& test) {
    if (!test.contains("activity") || !test["activity"].is_object()) return;
    const auto& activity = test["activity"];
    const auto type = activity.find("type");
    if (type == activity.end() || *type != "Update") return;
    auto object = activity.at("object");
    if (!object.is_object() || object.value("type", "") != "Person" ||
        object.value("id", "") != "{{evil}}/users/eve")
        return;
    fill(world, object);
    auto document = world.evil.actor_document("eve");
    auto changed = json::parse(fill(world, object.dump()));
    if (changed["inbox"] == "https://victim.example/login")
        changed.erase("inbox");  // then the true inbox must be used, not none
    document.merge_patch(changed);
    world.evil.serve("/users/eve", document);
}

TEST_CASE("each hostile activity of the corpus is refused, ignored or made harmless") {
    const auto cases = load_cases();
    if (!cases) return;
    int count = 0;
    for (const auto& test : *cases) {
        const auto id = test["id"].get<std::string>();
        if (is_for_agreements(id)) continue;
        CAPTURE(id);
        CAPTURE(test["title"].get<std::string>());
        World world;
        arrange(world, id);
        serve_updated_actor(world, test);
        const auto before = world.node.state();
        const auto answers = deliver(world, test);
        const auto expect = test["expect"].get<std::string>();
        for (const auto status : answers) {
            CAPTURE(status);
            const auto allowed = test["status"].get<std::vector<int>>();
            CHECK(std::find(allowed.begin(), allowed.end(), status) != allowed.end());
        }
        if (expect != "neutralise") CHECK(world.node.state() == before);
        if (const auto check = checks().find(id); check != checks().end()) check->second(world);
        ++count;
    }
    CHECK(count == 96);
}

TEST_CASE("one node takes the whole corpus three times and stays sound") {
    const auto cases = load_cases();
    if (!cases) return;
    World world;
    for (int round = 0; round < 3; ++round) {
        CAPTURE(round);
        for (const auto& test : *cases) {
            if (is_for_agreements(test["id"].get<std::string>())) continue;
            CAPTURE(test["id"].get<std::string>());
            deliver(world, test);
        }
        CHECK(world.status(world.ann_post)->state == StatusState::Present);
        CHECK(world.status(world.pat_private())->visibility == Visibility::Followers);
        CHECK(world.account(world.peer.user("pat"))->is_active());
        for (const auto* path :
             {"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/notifications"}) {
            CHECK(world.ann.api("GET", path).status == 200);
            CHECK(world.bea.api("GET", path).status == 200);
        }
        world.cluster.advance(std::chrono::minutes(10));
        world.cluster.settle();
    }
}

}  // namespace
}  // namespace outboard::tests
