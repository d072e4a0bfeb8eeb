// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>

#include "federation/base/text.hpp"
#include "src/html/html.hpp"
#include "tests/support/shared_data.hpp"

using namespace outboard;
using nlohmann::json;

namespace {

std::string lower(const std::string& text) { return lower_ascii(text); }

/// What a page would hold of the value of that field.
std::string shown(const std::string& field, const std::string& input) {
    if (field == "content" || field == "field_value" || field == "card_html" ||
        field == "summary" || field == "note")
        return html::sanitize(input).str();
    if (field == "emoji_url")
        return escape_html(input).find("javascript") == 0 ? "" : escape_html(input);
    if (field == "spoiler_text" || field == "alt_text" || field == "report_comment")
        return escape_html(html::to_plain_text(input));
    return escape_html(html::clean_name(input, 500));
}

/// std::regex over bytes knows neither code points nor look-behind; what those patterns ask (rel
/// without a bare opener, balanced overrides) has tests of its own in local_text_test.cpp.
bool is_checkable(const std::string& pattern) {
    return pattern.find("\\u") == std::string::npos && pattern.find("(?<") == std::string::npos &&
           std::all_of(pattern.begin(), pattern.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x80;
           });
}

bool violates(const std::string& output, const std::string& pattern) {
    std::string one_line = output;  // the corpus' dot matches newlines
    std::replace(one_line.begin(), one_line.end(), '\n', ' ');
    return std::regex_search(
        one_line, std::regex(pattern, std::regex::ECMAScript | std::regex::icase)
    );
}

void check_invariants(const std::string& output, const json& invariants) {
    const auto text = lower(output);
    for (const std::string name : invariants["elements_never"]) {
        for (const char end : {' ', '>', '/', '\t', '\n'})
            CHECK_MESSAGE(text.find("<" + name + end) == std::string::npos, name);
    }
    static const std::regex handler(
        R"(<[a-z][^>]*[\s/"'`](on[a-z]+|style|srcdoc|formaction|action|ping|download|srcset|autofocus|contenteditable|is|slot|popover|accesskey|tabindex|background|poster|data-[a-z-]+)\s*=)"
    );
    CHECK_FALSE(std::regex_search(text, handler));
    for (std::size_t at = text.find("<a "); at != std::string::npos;
         at = text.find("<a ", at + 1)) {
        const auto tag = text.substr(at, text.find('>', at) - at);
        CHECK(tag.find("nofollow") != std::string::npos);
        CHECK(tag.find("noopener") != std::string::npos);
        CHECK(
            (tag.find("href=\"http://") != std::string::npos ||
             tag.find("href=\"https://") != std::string::npos)
        );
    }
    CHECK(html::sanitize(output).str() == output);
    CHECK(is_utf8(output));
}

}  // namespace

TEST_CASE("the corpus of hostile HTML becomes harmless and the harmless stays") {
    const auto folder = tests::shared_data("security/corpus");
    if (!folder) return;
    const auto corpus = json::parse(tests::read_file(*folder / "html.json"));
    for (const auto& item : corpus["cases"]) {
        const std::string id = item["id"], field = item["field"], input = item["input"];
        CAPTURE(id);
        const auto output = shown(field, input);
        CAPTURE(output);
        for (const std::string never : item["must_not_contain"])
            CHECK_MESSAGE(lower(output).find(lower(never)) == std::string::npos, never);
        for (const std::string never : item["must_not_match"]) {
            if (is_checkable(never)) CHECK_MESSAGE(!violates(output, never), never);
        }
        for (const std::string always : item["must_contain"])
            CHECK_MESSAGE(output.find(always) != std::string::npos, always);
        const auto began = std::chrono::steady_clock::now();
        const auto safe = html::sanitize(input).str();
        CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
        check_invariants(safe, corpus["invariants"]);
    }
}

TEST_CASE("ten thousand mutations of the corpus stay harmless and settled") {
    const auto folder = tests::shared_data("security/corpus");
    if (!folder) return;
    const auto corpus = json::parse(tests::read_file(*folder / "html.json"));
    std::mt19937 random(20261124);
    const auto& cases = corpus["cases"];
    for (int round = 0; round < 10'000; ++round) {
        std::string text = cases[random() % cases.size()]["input"];
        const std::string other = cases[random() % cases.size()]["input"];
        if (text.size() > 4000) text.resize(4000);
        for (unsigned change = 0; change < 1 + random() % 4; ++change) {
            const auto at = text.empty() ? 0 : random() % text.size();
            switch (random() % 4) {
                case 0:
                    text.insert(at, other.substr(0, random() % 60));
                    break;
                case 1:
                    text.erase(at, 1 + random() % 8);
                    break;
                case 2:
                    text.insert(at, 1, "<>&\"'=/ \n\0x"[random() % 11]);
                    break;
                default:
                    if (!text.empty()) text[at] = static_cast<char>(random() % 256);
            }
        }
        const auto output = html::sanitize(text).str();
        if (html::sanitize(output).str() != output || output.find("<script") != std::string::npos) {
            CAPTURE(text);
            CHECK(html::sanitize(output).str() == output);
            CHECK(output.find("<script") == std::string::npos);
        }
    }
}
