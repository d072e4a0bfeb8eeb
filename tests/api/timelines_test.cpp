// SPDX-License-Identifier: Apache-2.0
#include "src/present/presenter.hpp"
#include "src/store/statuses.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;
using Ids = std::vector<std::string>;

Ids ids(const Reply& reply) {
    REQUIRE(reply.status == 200);
    Ids found;
    for (const auto& status : reply.json) found.push_back(status["id"]);
    return found;
}

std::string link_to(const Reply& reply, const std::string& rel) {
    auto rest = reply.header("link");
    while (!rest.empty()) {
        const auto end = rest.find('>');
        const auto stop = std::min(rest.find(", <", end), rest.size());
        if (rest.substr(end, stop - end).find("rel=\"" + rel + "\"") != std::string::npos) {
            return rest.substr(rest.find("/api"), end - rest.find("/api"));
        }
        rest = stop < rest.size() ? rest.substr(stop + 2) : "";
    }
    return {};
}

TEST_CASE("home shows one's own posts and those of people followed, newest first") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto eve = node.person("eve");
    node.post("/api/v1/accounts/" + bob.id.str() + "/follow", ana.token);
    const auto own = node.posts(ana, "Own");
    const auto theirs = node.posts(bob, "Theirs");
    const auto stranger = node.posts(eve, "Stranger");
    const auto answer =
        node.post(
                "/api/v1/statuses", bob.token, {{"status", "To eve"}, {"in_reply_to_id", stranger}}
        ).json["id"];
    CHECK(ids(node.get("/api/v1/timelines/home", ana.token)) == Ids{theirs, own});
    node.clock.advance(std::chrono::seconds(1));
    const auto boost = node.post("/api/v1/statuses/" + stranger + "/reblog", bob.token).json["id"];
    CHECK(ids(node.get("/api/v1/timelines/home", ana.token)) == Ids{boost, theirs, own});
    node.post("/api/v1/accounts/" + eve.id.str() + "/follow", ana.token);
    CHECK(ids(node.get("/api/v1/timelines/home", ana.token)).size() == 5);
    CHECK_FALSE(answer.is_null());
}

TEST_CASE("home never shows what its reader may no longer see") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    node.post("/api/v1/accounts/" + bob.id.str() + "/follow", ana.token);
    node.posts(bob, "Among us", "private");
    CHECK(node.get("/api/v1/timelines/home", ana.token).json.size() == 1);
    node.post("/api/v1/accounts/" + ana.id.str() + "/remove_from_followers", bob.token);
    CHECK(node.get("/api/v1/timelines/home", ana.token).json.empty());
    CHECK(node.get("/api/v1/accounts/" + bob.id.str() + "/statuses", ana.token).json.empty());
}

TEST_CASE("the public timeline holds public posts only, local ones when asked") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto far = node.remote("far", "far.example");
    const auto open = node.posts(ana, "Open #one");
    node.posts(ana, "Quiet #one", "unlisted");
    node.posts(ana, "Closed #one", "private");
    store::statuses::NewStatus remote;
    remote.status.uri = "https://far.example/notes/1";
    remote.status.account = far.id;
    remote.status.created_at = remote.status.received_at =
        node.clock.now() + std::chrono::seconds(5);
    remote.status.content = SafeHtml::from_trusted("<p>From afar</p>");
    remote.audience = {{AudienceKind::Public, {}}};
    remote.hashtags = {"One"};
    const auto theirs =
        node.db().write([&](store::Writer& tx) { return store::statuses::insert(tx, remote); });
    REQUIRE(theirs.has_value());
    CHECK(ids(node.get("/api/v1/timelines/public")) == Ids{theirs->str(), open});
    CHECK(ids(node.get("/api/v1/timelines/public?local=true")) == Ids{open});
    CHECK(ids(node.get("/api/v1/timelines/public?remote=true")) == Ids{theirs->str()});
    CHECK(ids(node.get("/api/v1/timelines/public?only_media=true")).empty());
    CHECK(ids(node.get("/api/v1/timelines/tag/one")) == Ids{theirs->str(), open});
    CHECK(ids(node.get("/api/v1/timelines/tag/ONE?local=true")) == Ids{open});
    CHECK(ids(node.get("/api/v1/timelines/tag/other")).empty());
    check_entity(node.get("/api/v1/timelines/public", ana.token), "status");
}

TEST_CASE("pages lead from one to the next, without gaps, and end") {
    TestNode node;
    const auto ana = node.person("ana");
    Ids all;
    for (int i = 0; i < 7; ++i)
        all.insert(all.begin(), node.posts(ana, "Post " + std::to_string(i)));
    Ids read;
    std::string next = "/api/v1/timelines/public?limit=3&local=true";
    int pages = 0;
    while (!next.empty() && pages < 10) {
        const auto page = node.get(next);
        const auto found = ids(page);
        read.insert(read.end(), found.begin(), found.end());
        if (!link_to(page, "next").empty()) {
            CHECK(page.header("link").starts_with(
                "<https://home.example/api/v1/timelines/public?limit=3&local=true&max_id="
            ));
        }
        next = link_to(page, "next");
        ++pages;
    }
    CHECK(read == all);
    CHECK(pages == 3);  // the last one does not point on
    const auto back = node.get("/api/v1/timelines/public?limit=2&min_id=" + all[4]);
    CHECK(ids(back) == Ids{all[2], all[3]});
    CHECK(
        ids(node.get("/api/v1/timelines/public?limit=2&since_id=" + all[4])) == Ids{all[0], all[1]}
    );
    CHECK(
        ids(node.get("/api/v1/timelines/public?min_id=" + all[4] + "&max_id=" + all[1])) ==
        Ids{all[2], all[3]}
    );
    CHECK(ids(node.get("/api/v1/timelines/public?max_id=0")).empty());
    CHECK(ids(node.get("/api/v1/timelines/public?limit=1000")).size() == 7);
    CHECK(
        node.get("/api/v1/timelines/public?max_id=" + all[6]).header("link").find("rel=\"next\"") ==
        std::string::npos
    );
}

TEST_CASE("a page is filled past what the reader may not see") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto first = node.posts(ana, "First");
    for (int i = 0; i < 6; ++i) node.posts(ana, "Hidden", "private");
    const auto last = node.posts(ana, "Last");
    const auto page = node.get("/api/v1/accounts/" + ana.id.str() + "/statuses?limit=2", bob.token);
    CHECK(ids(page) == Ids{last, first});
}

TEST_CASE("the number of statements does not grow with the page") {
    TestNode node;
    const auto ana = node.person("ana");
    std::vector<StatusId> some;
    for (int i = 0; i < 12; ++i) {
        const auto author = node.person("author" + std::to_string(i));
        const auto id = node.posts(author, "Hello @ana #tag" + std::to_string(i));
        some.push_back({std::stoll(id)});
        if (i % 3 == 0) {
            some.push_back({std::stoll(node.post("/api/v1/statuses/" + id + "/reblog", ana.token)
                                           .json["id"]
                                           .get<std::string>())});
        }
    }
    const auto statements = [&](std::vector<StatusId> ids) {
        return node.db().read([&](store::Reader& db) {
            const auto before = db.statements();
            present::Presenter presenter(node.app().identity, db, ana.id);
            CHECK(presenter.statuses(ids).size() == ids.size());
            return db.statements() - before;
        });
    };
    const auto few = statements({some.begin(), some.begin() + 2});
    CHECK(statements(some) == few);
    CHECK(few <= 9);
}

}  // namespace
}  // namespace outboard::tests
