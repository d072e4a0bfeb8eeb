// SPDX-License-Identifier: Apache-2.0
#include "tests/pages/markup.hpp"

namespace outboard::tests {
namespace {

const std::string kOrigin = "https://home.example";

void check_page(const Reply& reply, const std::string& url, const std::string& type) {
    INFO(reply.body);
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(contains(reply.header("Vary"), "Accept"));
    check_security(reply);
    CHECK(property_of(reply.body, "og:url") == url);
    CHECK(property_of(reply.body, "og:type") == type);
    CHECK(property_of(reply.body, "og:title") == text_of(reply.body, "title"));
    CHECK(!text_of(reply.body, "title").empty());
    CHECK(link_of(reply.body, "canonical", "") == url);
    CHECK(!contains(reply.body, "<script"));
    CHECK(!contains(reply.body, "style=\""));
}

Reply get_as(TestNode& node, const std::string& target, const std::string& accept) {
    return node.call("GET", target, {}, nullptr, {{"Accept", accept}});
}

int count_of(const std::string& text, const std::string& part) {
    int count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
        ++count;
    return count;
}

TEST_CASE("the front page shows who is here and what they said in public") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    node.posts(ana, "Pumps run again");
    node.posts(ana, "Only for those with the link", "unlisted");
    const auto reply = node.get("/");
    check_page(reply, kOrigin + "/", "website");
    CHECK(contains(reply.body, "Pumps run again"));
    CHECK(!contains(reply.body, "Only for those with the link"));
    CHECK(contains(reply.body, "@ana@home.example"));
    CHECK(link_of(reply.body, "alternate", "application/activity+json") == kOrigin + "/actor");
    const auto actor = get_as(node, "/", "application/activity+json");
    CHECK(actor.status == 302);
    CHECK(actor.header("Location") == kOrigin + "/actor");
}

TEST_CASE("the front page leaves out people who do not want to be listed") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    node.person("ben");
    REQUIRE(
        node.call(
                "PATCH", "/api/v1/accounts/update_credentials", ana.token, {{"discoverable", false}}
        ).status == 200
    );
    const auto reply = node.get("/");
    CHECK(!contains(reply.body, "@ana@"));
    CHECK(contains(reply.body, "@ben@"));
}

TEST_CASE("a profile shows its person, leads to the actor and to the feed") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    REQUIRE(
        node.call(
                "PATCH",
                "/api/v1/accounts/update_credentials",
                ana.token,
                {{"display_name", "Ana of the pumps"}, {"note", "Keeps water running"}}
        )
            .status == 200
    );
    node.posts(ana, "In public");
    const auto unlisted = node.posts(ana, "With the link", "unlisted");
    const auto reply = node.get("/@ana");
    check_page(reply, kOrigin + "/@ana", "profile");
    CHECK(text_of(reply.body, "title") == "Ana of the pumps (@ana@home.example)");
    CHECK(property_of(reply.body, "og:description") == "Keeps water running");
    CHECK(contains(reply.body, "In public"));
    CHECK(!contains(reply.body, "With the link"));
    CHECK(contains(node.get("/@ana/" + unlisted).body, "With the link"));
    CHECK(link_of(reply.body, "alternate", "application/activity+json") == ana.uri);
    CHECK(link_of(reply.body, "alternate", "application/atom+xml") == kOrigin + "/@ana/feed.atom");
    CHECK(node.get("/@ana@home.example").status == 200);
    CHECK(node.get("/@ANA").status == 200);
}

TEST_CASE("who asks for an activity is sent from a page to the id") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto id = node.posts(ana, "Hello");
    for (const std::string accept :
         {"application/activity+json",
          "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""}) {
        const auto profile = get_as(node, "/@ana", accept);
        CHECK(profile.status == 302);
        CHECK(profile.header("Location") == ana.uri);
        CHECK(contains(profile.header("Vary"), "Accept"));
        const auto status = get_as(node, "/@ana/" + id, accept);
        CHECK(status.status == 302);
        CHECK(status.header("Location") == ana.uri + "/statuses/" + id);
    }
    CHECK(get_as(node, "/@ana", "text/html").status == 200);
}

TEST_CASE("a post's page shows what it answers and what answers it") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto ben = node.person("ben");
    const auto first = node.posts(ana, "Which pump is it?");
    const auto answer = node.post(
        "/api/v1/statuses",
        ben.token,
        {{"status", "@ana The one in the cellar"}, {"in_reply_to_id", first}}
    );
    REQUIRE(answer.status == 200);
    const auto id = answer.json["id"].get<std::string>();
    const auto reply = node.get("/@ben/" + id);
    check_page(reply, kOrigin + "/@ben/" + id, "article");
    CHECK(contains(reply.body, "Which pump is it?"));
    CHECK(contains(property_of(reply.body, "og:description"), "The one in the cellar"));
    CHECK(
        link_of(reply.body, "alternate", "application/activity+json") ==
        answer.json["uri"].get<std::string>()
    );
    CHECK(link_of(reply.body, "alternate", "application/atom+xml") == kOrigin + "/@ben/feed.atom");
    CHECK(contains(node.get("/@ana/" + first).body, "The one in the cellar"));
}

TEST_CASE("a boost's page leads to the post itself") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto ben = node.person("ben");
    const auto first = node.posts(ana, "Worth repeating");
    const auto boost = node.post("/api/v1/statuses/" + first + "/reblog", ben.token);
    REQUIRE(boost.status == 200);
    const auto reply = node.get("/@ben/" + boost.json["id"].get<std::string>());
    CHECK(reply.status == 302);
    CHECK(reply.header("Location") == kOrigin + "/@ana/" + first);
}

TEST_CASE("a content warning hides the text until it is opened, and titles the page") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto post = node.post(
        "/api/v1/statuses", ana.token, {{"status", "The butler"}, {"spoiler_text", "How it ends"}}
    );
    REQUIRE(post.status == 200);
    const auto reply = node.get("/@ana/" + post.json["id"].get<std::string>());
    CHECK(contains(reply.body, "<details><summary>How it ends</summary>"));
    CHECK(property_of(reply.body, "og:title") == "ana: How it ends");
    CHECK(property_of(reply.body, "og:description") == "How it ends");
}

TEST_CASE("pages go back in time by max_id until there is no more") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    std::vector<std::string> ids;
    for (int i = 0; i < 45; ++i)
        ids.push_back(node.posts(ana, "#pumps number " + std::to_string(i)));
    for (const std::string start : {"/@ana", "/tags/pumps", "/@ana/feed.atom"}) {
        CAPTURE(start);
        const bool is_feed = start.ends_with(".atom");
        std::vector<int> sizes;
        std::string seen;
        auto at = start;
        while (!at.empty() && sizes.size() < 10) {
            const auto reply = node.get(at);
            REQUIRE(reply.status == 200);
            sizes.push_back(count_of(reply.body, is_feed ? "<entry>" : "<article"));
            seen += reply.body;
            at.clear();
            for (const auto& tag : tags_of(reply.body)) {
                if (tag.attribute("rel") == "next")
                    at = tag.attribute("href").substr(kOrigin.size());
            }
        }
        CHECK(sizes == std::vector<int>{20, 20, 5});
        for (const auto& id : ids) CHECK(contains(seen, "/@ana/" + id + "\""));
    }
    CHECK(count_of(node.get("/@ana?max_id=" + ids[3]).body, "<article") == 3);
    CHECK(contains(node.get("/@ana?max_id=" + ids[0]).body, "No public posts further back."));
    CHECK(node.get("/@ana?max_id=pumps").status < 500);
    CHECK(node.get("/@ana?max_id=99999999999999999999").status < 500);
}

TEST_CASE("a feed is Atom that a reader can follow") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto id = node.posts(ana, "Pumps & <valves>");
    const auto reply = node.get("/@ana/feed.atom");
    INFO(reply.body);
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "application/atom+xml; charset=utf-8");
    check_security(reply);
    CHECK(xml_fault(reply.body) == "");
    CHECK(contains(reply.body, "<feed xmlns=\"http://www.w3.org/2005/Atom\">"));
    CHECK(text_of(reply.body, "id") == ana.uri);
    CHECK(link_of(reply.body, "self", "application/atom+xml") == kOrigin + "/@ana/feed.atom");
    const auto entry = reply.body.substr(reply.body.find("<entry>"));
    CHECK(text_of(entry, "id") == ana.uri + "/statuses/" + id);
    CHECK(text_of(entry, "title") == "Pumps & <valves>");
    CHECK(contains(entry, "&lt;p&gt;Pumps &amp;amp; &amp;lt;valves&amp;gt;&lt;/p&gt;"));
    CHECK(link_of(entry, "alternate", "text/html") == kOrigin + "/@ana/" + id);

    node.person("ben");
    const auto empty = node.get("/@ben/feed.atom");
    CHECK(empty.status == 200);
    CHECK(xml_fault(empty.body) == "");
    CHECK(!text_of(empty.body, "updated").empty());
}

TEST_CASE("a tag's page shows public posts with it") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    node.posts(ana, "About #pumps");
    node.posts(ana, "About valves");
    const auto reply = node.get("/tags/pumps");
    check_page(reply, kOrigin + "/tags/pumps", "website");
    CHECK(text_of(reply.body, "h1") == "#pumps");
    CHECK(count_of(reply.body, "<article") == 1);
    CHECK(count_of(node.get("/tags/PUMPS").body, "<article") == 1);
    CHECK(contains(node.get("/tags/nothing").body, "No public posts with this tag."));
}

TEST_CASE("style sheets and pictures are served, templates are not") {
    TestNode node(with_pages());
    const auto css = node.get("/assets/outboard.css?v=1");
    CHECK(css.status == 200);
    CHECK(css.header("Content-Type") == "text/css; charset=utf-8");
    CHECK(contains(css.body, "{"));
    CHECK(!contains(css.body, "@import"));
    check_security(css);
    const auto picture = node.get("/assets/avatar.svg");
    CHECK(picture.status == 200);
    CHECK(picture.header("Content-Type") == "image/svg+xml");
    CHECK(!contains(picture.body, "<script"));
    check_security(picture);
    check_error_page(node.get("/assets/page.mustache"), 404);
    check_error_page(node.get("/assets/..%2foutboard.css"), 404);
    check_error_page(node.get("/assets/missing.css"), 404);
}

TEST_CASE("every asset that a page names is there") {
    TestNode node(with_pages());
    node.posts(node.person("ana"), "Hello");
    const auto page = node.get("/@ana").body;
    auto addresses = values_of(page, "link", "href");
    for (auto& source : values_of(page, "img", "src")) addresses.push_back(std::move(source));
    int assets = 0;
    for (auto address : addresses) {
        if (address.starts_with(kOrigin)) address.erase(0, kOrigin.size());
        if (!address.starts_with("/assets/")) continue;
        CAPTURE(address);
        CHECK(node.get(address).status == 200);
        ++assets;
    }
    CHECK(assets >= 3);
}

TEST_CASE("robots are asked to leave the interfaces alone") {
    TestNode node(with_pages());
    const auto reply = node.get("/robots.txt");
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "text/plain; charset=utf-8");
    CHECK(contains(reply.body, "User-agent: *\n"));
    CHECK(contains(reply.body, "Disallow: /api/\n"));
    check_security(reply);
}

TEST_CASE("a person who does not want to be found in searches gets pages that say so") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto id = node.posts(ana, "Hello");
    const std::string wish = "<meta name=\"robots\" content=\"noindex\">";
    const auto set = [&](bool indexable) {
        REQUIRE(
            node.call(
                    "PATCH",
                    "/api/v1/accounts/update_credentials",
                    ana.token,
                    {{"indexable", indexable}}
            ).status == 200
        );
    };
    set(false);
    CHECK(contains(node.get("/@ana").body, wish));
    CHECK(contains(node.get("/@ana/" + id).body, wish));
    set(true);
    CHECK(!contains(node.get("/@ana").body, wish));
    CHECK(!contains(node.get("/@ana/" + id).body, wish));
    CHECK(contains(node.get("/@ana?max_id=" + id).body, wish));
}

}  // namespace
}  // namespace outboard::tests
