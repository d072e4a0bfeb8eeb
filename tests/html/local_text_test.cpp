// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/html/html.hpp"

using namespace outboard;

namespace {

const html::Markup kMarkup{
    .mention = [](std::string_view handle) -> std::optional<html::MentionLink> {
        if (handle == "ana" || handle == "ana@home.example")
            return html::MentionLink{"https://home.example/@ana", "ana"};
        if (handle == "ben@localhost:9101")
            return html::MentionLink{"http://localhost:9101/@ben", "ben"};
        return std::nullopt;
    },
    .hashtag = [](std::string_view tag) { return "https://home.example/tags/" + std::string(tag); }
};

}  // namespace

TEST_CASE("plain text is escaped, in paragraphs, and keeps its line breaks") {
    CHECK(
        html::from_plain("a < b & c\nsecond\n\nnext", kMarkup).str() ==
        "<p>a &lt; b &amp; c<br>second</p><p>next</p>"
    );
    CHECK(html::from_plain("", kMarkup).empty());
    CHECK(html::from_plain("  \n ", kMarkup).empty());
}

TEST_CASE("mentions that are known become links, others stay text") {
    CHECK(
        html::from_plain("hi @ana!", kMarkup).str() ==
        "<p>hi <span class=\"h-card\"><a href=\"https://home.example/@ana\" class=\"u-url "
        "mention\" rel=\"nofollow noopener noreferrer\">@<span>ana</span></a></span>!</p>"
    );
    CHECK(
        html::from_plain("@ben@localhost:9101 hello", kMarkup)
            .str()
            .find("http://localhost:9101/@ben") != std::string::npos
    );
    CHECK(
        html::from_plain("write to x@y.example or @nobody", kMarkup).str() ==
        "<p>write to x@y.example or @nobody</p>"
    );
}

TEST_CASE("hashtags are words, never numbers, and not inside addresses") {
    CHECK(
        html::from_plain("#pumps", kMarkup).str() ==
        "<p><a href=\"https://home.example/tags/pumps\" class=\"mention hashtag\" rel=\"tag "
        "nofollow noopener noreferrer\">#<span>pumps</span></a></p>"
    );
    CHECK(html::from_plain("#1 and a#b", kMarkup).str() == "<p>#1 and a#b</p>");
    const auto found = html::find_entities(
        "#Café #café #日本語 https://x.example/#frag @ana @ana@home.example (@ben@localhost:9101)"
    );
    CHECK(found.hashtags == std::vector<std::string>{"Café", "日本語"});
    CHECK(
        found.handles == std::vector<std::string>{"ana", "ana@home.example", "ben@localhost:9101"}
    );
}

TEST_CASE("addresses become shortened links that keep the whole address") {
    const auto html =
        html::from_plain(
            "see https://www.example.org/a/very/long/path/that/goes/on?x=1&y=2.", kMarkup
        )
            .str();
    CHECK(
        html.find("<a href=\"https://www.example.org/a/very/long/path/that/goes/on?x=1&amp;y=2\""
        ) != std::string::npos
    );
    CHECK(
        html.find("<span class=\"invisible\">https://www.</span><span class=\"ellipsis\">") !=
        std::string::npos
    );
    CHECK(html.ends_with("</a>.</p>"));
}

TEST_CASE("Markdown is rendered and raw HTML in it is shown as text") {
    const auto html =
        html::from_markdown(
            "# Title\n\nsome *emphasis* by @ana, <b>raw</b> and `#code`\n\n<script>x</script>\n",
            kMarkup
        )
            .str();
    CHECK(html.find("<h1>Title</h1>") != std::string::npos);
    CHECK(html.find("<em>emphasis</em>") != std::string::npos);
    CHECK(html.find("u-url mention") != std::string::npos);
    CHECK(html.find("&lt;b&gt;raw&lt;/b&gt;") != std::string::npos);
    CHECK(html.find("<code>#code</code>") != std::string::npos);
    CHECK(html.find("&lt;script&gt;") != std::string::npos);
    CHECK(html.find("<script") == std::string::npos);
}

TEST_CASE("names are one line without markup and without invisible characters") {
    CHECK(html::clean_name("Ana <b>the</b>\n great\u202e", 100) == "Ana the great");
    CHECK(html::clean_name("1 < 2", 100) == "1 < 2");
    CHECK(html::clean_name("abcdef", 3) == "abc");
}

TEST_CASE("what is too large or nested too deep comes through as text") {
    std::string deep;
    for (int i = 0; i < 5000; ++i) deep += "<div>";
    deep += "word";
    CHECK(html::sanitize(deep).str().find("word") != std::string::npos);
    const std::string large(200'000, 'x');
    CHECK(html::sanitize("<p>" + large).str().size() <= 64 * 1024);
    std::string article;
    for (int i = 0; i < 400; ++i) article += "<p>paragraph</p>";
    CHECK(html::sanitize(article).str() == article);
}

TEST_CASE("direction overrides end inside their own element and closers without an opener go") {
    CHECK(html::sanitize("<p>a\u202eb</p>c").str() == "<p>a\u202eb\u202c</p>c");
    CHECK(html::sanitize("<p>a\u202cb\u2069</p>").str() == "<p>ab</p>");
    CHECK(html::sanitize("<p>\u2067x\u202ey</p>").str() == "<p>\u2067x\u202ey\u202c\u2069</p>");
}

TEST_CASE("a link keeps no rel of its own that opens the page's window") {
    CHECK(
        html::sanitize("<a href=\"https://ok.example/\" rel=\"opener tag\">x</a>").str() ==
        "<a href=\"https://ok.example/\" rel=\"tag nofollow noopener noreferrer\">x</a>"
    );
    CHECK(
        html::sanitize("<a href=\"https://real.example/\">https://bank.example/login</a>").str() ==
        "<a href=\"https://real.example/\" rel=\"nofollow noopener "
        "noreferrer\">https://real.example/</a>"
    );
    CHECK(
        html::sanitize("<a href=\"https://user:pw@real.example/\">x</a>").str().find("user") ==
        std::string::npos
    );
}
