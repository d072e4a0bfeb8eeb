// SPDX-License-Identifier: Apache-2.0
#include "src/store/follows.hpp"
#include "tests/api/check.hpp"

// What a list costs does not grow with the page: the number of statements is the same for a few
// items and for many.

namespace outboard::tests {
namespace {

constexpr int kMany = 24;

/// A person with much of everything.
struct Crowd {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    std::string own = node.posts(ana, "What do you think?");

    Crowd() {
        auto config = node.config;
        config.limits_rate_limit = false;
        node.reconfigure(config);
        act("/api/v1/accounts/" + bob.id.str() + "/follow");
        for (int i = 0; i < kMany; ++i) add(i);
    }
    void act(const std::string& target, nlohmann::json body = nullptr) {
        const auto reply = node.post(target, ana.token, std::move(body));
        INFO(target << ": " << reply.body);
        REQUIRE(reply.status == 200);
    }
    void add(int i) {
        const auto number = std::to_string(i);
        node.clock.advance(std::chrono::seconds(1));
        nlohmann::json draft = {
            {"status", "@ana number " + number + " #work"}, {"in_reply_to_id", own}
        };
        if (i % 2 == 0) {
            draft["poll"] = {{"options", {"red", "blue"}}, {"expires_in", 3600}};
        }
        const auto post = node.post("/api/v1/statuses", bob.token, draft).json.at("id");
        const auto path = "/api/v1/statuses/" + post.get<std::string>();
        act(path + "/favourite");
        act(path + "/bookmark");
        act("/api/v1/tags/tag" + number + "/follow");
        act("/api/v1/domain_blocks", {{"domain", "loud" + number + ".example"}});
        const nlohmann::json letter = {{"status", "@ana psst"}, {"visibility", "direct"}};
        REQUIRE(node.post("/api/v1/statuses", bob.token, letter).status == 200);
        const auto far = node.remote("far" + number, "far.example");
        act("/api/v1/accounts/" + far.id.str() + (i % 2 == 0 ? "/mute" : "/block"));
        meet(node.remote("near" + number, "near.example"), i % 2 == 0);
    }
    void meet(const Actor& near, bool accepted) {
        REQUIRE(node.db().write([&](store::Writer& tx) {
            for (const auto& [from, to] :
                 {std::pair(near.id, ana.id), std::pair(ana.id, near.id)}) {
                store::follows::FollowRow row;
                row.account = from;
                row.target = to;
                row.accepted = accepted;
                store::follows::put(tx, row);
            }
        }));
    }
};

TEST_CASE("a long page takes as many statements as a short one, on every list") {
    Crowd crowd;
    const auto ana = "/api/v1/accounts/" + crowd.ana.id.str();
    const auto bob = "/api/v1/accounts/" + crowd.bob.id.str();
    for (const std::string& list : {
             std::string("/api/v1/timelines/home?"),
             std::string("/api/v1/timelines/public?"),
             std::string("/api/v1/timelines/public?local=true&"),
             std::string("/api/v1/timelines/tag/work?"),
             std::string("/api/v1/notifications?"),
             std::string("/api/v1/conversations?"),
             std::string("/api/v1/favourites?"),
             std::string("/api/v1/bookmarks?"),
             std::string("/api/v1/followed_tags?"),
             std::string("/api/v1/domain_blocks?"),
             std::string("/api/v1/blocks?"),
             std::string("/api/v1/mutes?"),
             std::string("/api/v1/follow_requests?"),
             bob + "/statuses?",
             ana + "/followers?",
             ana + "/following?",
         }) {
        CAPTURE(list);
        const auto few = crowd.node.statements_of(list + "limit=4", crowd.ana.token);
        const auto many = crowd.node.statements_of(list + "limit=20", crowd.ana.token);
        CHECK(crowd.node.get(list + "limit=20", crowd.ana.token).json.size() >= 12);
        CHECK(many <= few);  // fewer where texts were kept by the first reading
        CHECK(many < 30);
    }
}

TEST_CASE("a thread takes as many statements however many answers it has") {
    Crowd crowd;
    const auto context = "/api/v1/statuses/" + crowd.own + "/context";
    const auto before = crowd.node.statements_of(context, crowd.ana.token);
    for (int i = kMany; i < 2 * kMany; ++i) crowd.add(i);
    CHECK(crowd.node.get(context, crowd.ana.token).json["descendants"].size() == 2 * kMany);
    CHECK(crowd.node.statements_of(context, crowd.ana.token) == before);
}

}  // namespace
}  // namespace outboard::tests
