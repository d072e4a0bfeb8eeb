// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "src/store/accounts.hpp"
#include "tests/pages/markup.hpp"

namespace outboard::tests {
namespace {

/// Breaks out of text, of an attribute and of a title, if anything lets it.
const std::string kPayload = "\"'></title><script>steal()</script> onload=\"x\" & &lt;";

/// Only tags and attributes that the templates and the sanitizer know.
void check_harmless(const std::string& markup) {
    static const std::set<std::string> attributes{"alt",      "aria-label", "aria-labelledby",
                                                  "charset",  "class",      "content",
                                                  "datetime", "height",     "href",
                                                  "id",       "lang",       "loading",
                                                  "name",     "property",   "rel",
                                                  "role",     "src",        "type",
                                                  "title",    "width",      "translate"};
    INFO(markup);
    for (const auto& tag : tags_of(markup)) {
        if (tag.name == "!doctype") continue;
        CHECK(tag.name != "script");
        for (const auto& [name, value] : tag.attributes) {
            CAPTURE(name);
            CHECK(attributes.contains(name));
        }
        for (const auto* name : {"href", "src"}) {
            const auto address = tag.attribute(name);
            CAPTURE(address);
            CHECK(
                (address.empty() || address.starts_with("/") || address.starts_with("#") ||
                 address.starts_with("https://"))
            );
        }
    }
}

TEST_CASE("a name that is markup stays text in titles, metadata, articles and feeds") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const std::string name = "<script>\"'&</title>";
    // Past the services, which drop tags from names: pages escape what they are given.
    REQUIRE(node.db()
                .write([&](store::Writer& tx) {
                    auto account = store::accounts::find(tx, ana.id).value();
                    account.display_name = name;
                    store::accounts::update(tx, account);
                })
                .has_value());
    REQUIRE(
        node.call(
                "PATCH",
                "/api/v1/accounts/update_credentials",
                ana.token,
                {{"note", kPayload + " [me](javascript:steal())"},
                 {"fields_attributes", {{{"name", "<b>\"'"}, {"value", kPayload}}}}}
        ).status == 200
    );
    const auto id = node.posts(ana, "Hello #pumps");
    const auto profile = node.get("/@ana");
    CHECK(text_of(profile.body, "title") == name + " (@ana@home.example)");
    CHECK(property_of(profile.body, "og:title") == name + " (@ana@home.example)");
    CHECK(text_of(profile.body, "h1") == name);
    CHECK(contains(property_of(profile.body, "og:description"), "<script>steal()"));
    for (const auto& target : {std::string("/"), "/@ana/" + id, std::string("/tags/pumps")}) {
        CAPTURE(target);
        const auto page = node.get(target);
        CHECK(contains(page.body, "&lt;script&gt;&quot;&apos;&amp;&lt;/title&gt;"));
        check_harmless(page.body);
    }
    check_harmless(profile.body);
    const auto feed = node.get("/@ana/feed.atom");
    CHECK(xml_fault(feed.body) == "");
    CHECK(text_of(feed.body, "name") == name);
    CHECK(text_of(feed.body, "title") == name + " (@ana@home.example)");
}

TEST_CASE("a post that is markup stays text in titles, metadata, articles and feeds") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto id = node.posts(ana, kPayload + " [x](javascript:steal()) #pumps");
    const auto page = node.get("/@ana/" + id);
    CHECK(text_of(page.body, "title").starts_with("ana: \"'></title><script>steal()</script>"));
    CHECK(property_of(page.body, "og:title") == text_of(page.body, "title"));
    CHECK(property_of(page.body, "og:description").starts_with(kPayload.substr(0, 40)));
    for (const auto& target :
         {std::string("/"), std::string("/@ana"), "/@ana/" + id, std::string("/tags/pumps")}) {
        CAPTURE(target);
        check_harmless(node.get(target).body);
    }
    const auto feed = node.get("/@ana/feed.atom");
    INFO(feed.body);
    CHECK(xml_fault(feed.body) == "");
    // Inside of the feed is HTML, which is as harmless once it is unescaped.
    check_harmless(text_of(feed.body, "content type=\"html\""));
}

TEST_CASE("a content warning that is markup stays text") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto post =
        node.post("/api/v1/statuses", ana.token, {{"status", "Hello"}, {"spoiler_text", kPayload}});
    REQUIRE(post.status == 200);
    const auto page = node.get("/@ana/" + post.json["id"].get<std::string>());
    CHECK(text_of(page.body, "summary") == kPayload);
    check_harmless(page.body);
    const auto feed = node.get("/@ana/feed.atom");
    CHECK(xml_fault(feed.body) == "");
    const auto entry = feed.body.substr(feed.body.find("<entry>"));
    CHECK(text_of(entry, "title").starts_with("\"'></title><script>"));
}

TEST_CASE("characters that XML forbids do not break a feed") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    node.posts(ana, std::string("bell\x07 tab\x0b escape\x1b end"));
    const auto post = node.post(
        "/api/v1/statuses",
        ana.token,
        {{"status", "one\x01two \xEF\xBF\xBE \xEF\xBF\xBF"},
         {"spoiler_text",
          "three\x02"
          "four"}}
    );
    REQUIRE(post.status == 200);
    const auto feed = node.get("/@ana/feed.atom");
    INFO(feed.body);
    CHECK(feed.status == 200);
    CHECK(xml_fault(feed.body) == "");
}

TEST_CASE("a tag that is markup stays text") {
    TestNode node(with_pages());
    const auto page = node.get("/tags/%22%27%3E%3Cscript%3Esteal()%3C%2Fscript%3E");
    CHECK(page.status == 200);
    CHECK(text_of(page.body, "title").starts_with("#\"'>"));
    check_harmless(page.body);
    check_harmless(node.get("/@%22%27%3E%3Cscript%3E").body);
    check_harmless(node.get("/nowhere/%22%27%3E%3Cscript%3E").body);
}

TEST_CASE("a node's own name and description are text too") {
    auto options = with_pages();
    options.config.instance_title = kPayload;
    options.config.instance_description = kPayload;
    TestNode node(std::move(options));
    const auto page = node.get("/");
    CHECK(page.status == 200);
    CHECK(text_of(page.body, "title") == kPayload);
    CHECK(property_of(page.body, "og:site_name") == kPayload);
    CHECK(property_of(page.body, "og:description") == kPayload);
    check_harmless(page.body);
}

}  // namespace
}  // namespace outboard::tests
