// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "src/store/accounts.hpp"
#include "src/store/statuses.hpp"
#include "tests/pages/markup.hpp"

namespace outboard::tests {
namespace {

const std::string kOrigin = "https://home.example";
const std::string kMarker = "nobody-else-may-read-this";

/// Opens `starts` and everything of this node that they lead to.
std::set<std::string> crawl(TestNode& node, std::vector<std::string> waiting) {
    std::set<std::string> opened;
    while (!waiting.empty() && opened.size() < 500) {
        auto target = std::move(waiting.back());
        waiting.pop_back();
        if (!opened.insert(target).second) continue;
        const auto reply = node.get(target);
        CAPTURE(target);
        CHECK(reply.status < 500);
        CHECK(!contains(reply.body, kMarker));
        const bool is_markup = contains(reply.header("Content-Type"), "text/html") ||
                               contains(reply.header("Content-Type"), "atom");
        if (!is_markup) continue;
        for (const auto& tag : tags_of(reply.body)) {
            auto next = tag.attribute("href");
            if (next.starts_with(kOrigin + "/")) next.erase(0, kOrigin.size());
            if (next.starts_with("/")) waiting.push_back(std::move(next));
        }
    }
    return opened;
}

TEST_CASE("no page shows a private post, wherever it stands in a thread") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto ben = node.person("ben");
    REQUIRE(node.post("/api/v1/accounts/" + ben.id.str() + "/follow", ana.token).status == 200);
    const auto open = node.posts(ana, "In public #pumps");
    std::vector<std::string> hidden;
    for (const std::string visibility : {"private", "direct"}) {
        hidden.push_back(node.posts(ana, kMarker + " #pumps @ben", visibility));
        const auto answer = node.post(
            "/api/v1/statuses",
            ben.token,
            {{"status", "@ana " + kMarker}, {"in_reply_to_id", open}, {"visibility", visibility}}
        );
        REQUIRE(answer.status == 200);
        hidden.push_back(answer.json["id"].get<std::string>());
    }
    // A public answer to a private post does not take its question with it.
    const auto answer = node.post(
        "/api/v1/statuses",
        ana.token,
        {{"status", "A public answer"}, {"in_reply_to_id", hidden[0]}, {"visibility", "public"}}
    );
    REQUIRE(answer.status == 200);
    // Authors may boost what only their followers see; that is no page either.
    const auto boost = node.post("/api/v1/statuses/" + hidden[0] + "/reblog", ana.token);
    if (boost.status == 200) hidden.push_back(boost.json["id"].get<std::string>());

    std::vector<std::string> starts{"/", "/tags/pumps", "/@ana/" + open};
    for (const std::string name : {"ana", "ben"}) {
        starts.push_back("/@" + name);
        starts.push_back("/@" + name + "/feed.atom");
        for (const auto& id : hidden) starts.push_back("/@" + name + "/" + id);
    }
    const auto opened = crawl(node, starts);
    CHECK(opened.contains("/@ana/" + answer.json["id"].get<std::string>()));
    for (const auto& id : hidden) {
        CAPTURE(id);
        check_error_page(node.get("/@ana/" + id), 404);
        check_error_page(node.get("/@ben/" + id), 404);
    }
}

TEST_CASE("a private post looks like none at all, even to its author's token and other servers") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto hidden = node.posts(ana, kMarker, "private");
    const auto none = node.get("/@ana/1");
    const auto plain = node.get("/@ana/" + hidden);
    CHECK(plain.status == none.status);
    CHECK(plain.body == none.body);
    const auto own = node.get("/@ana/" + hidden, ana.token);
    CHECK(own.status == 404);
    CHECK(!contains(own.body, kMarker));
    const auto activity =
        node.call("GET", "/@ana/" + hidden, {}, nullptr, {{"Accept", "application/activity+json"}});
    CHECK(activity.status == 404);
    CHECK(activity.header("Location").empty());
}

TEST_CASE("no page makes a browser ask another server for anything") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto far = node.remote("far", "far.example");
    const auto picture = kOrigin + "/media/0123456789abcdef0123456789abcdef/original.png";
    REQUIRE(node.db().write([&](store::Writer& tx) {
        auto one = *store::accounts::find(tx, far.id);
        one.avatar_url = one.header_url = "https://far.example/avatar.png";
        store::accounts::update(tx, one);
        auto own = *store::accounts::find(tx, ana.id);
        own.avatar_url = picture;
        own.discoverable = true;
        store::accounts::update(tx, own);
        store::statuses::NewStatus fresh;
        fresh.status.uri = "https://far.example/notes/1";
        fresh.status.account = far.id;
        fresh.status.content = SafeHtml::from_trusted("<p>From afar #pumps</p>");
        fresh.status.created_at = tx.now();
        fresh.audience = {{AudienceKind::Public, {}}};
        fresh.hashtags = {"pumps"};
        store::statuses::insert(tx, fresh);
    }));
    const auto id = node.posts(ana, "Mine #pumps");
    const std::vector<std::string> pages{"/", "/@ana", "/@ana/" + id, "/tags/pumps"};
    bool own_shown = false;
    for (const auto& path : pages) {
        CAPTURE(path);
        const auto reply = node.get(path);
        REQUIRE(reply.status == 200);
        const auto images = values_of(reply.body, "img", "src");
        CHECK_FALSE(images.empty());
        for (const auto& image : images) {
            CHECK(image.starts_with("/"));
            CHECK_FALSE(image.starts_with("//"));
            own_shown = own_shown || image == picture.substr(kOrigin.size());
        }
        CHECK(contains(reply.header("Content-Security-Policy"), "img-src 'self';"));
    }
    CHECK(own_shown);
    CHECK(contains(node.get("/tags/pumps").body, "From afar"));
}

TEST_CASE("a private post that was deleted does not say that it ever was") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto hidden = node.posts(ana, kMarker, "private");
    REQUIRE(node.call("DELETE", "/api/v1/statuses/" + hidden, ana.token).status == 200);
    check_error_page(node.get("/@ana/" + hidden), 404);
}

}  // namespace
}  // namespace outboard::tests
