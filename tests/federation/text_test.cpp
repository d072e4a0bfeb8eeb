// SPDX-License-Identifier: Apache-2.0
#include "federation/base/text.hpp"

#include <doctest/doctest.h>

using namespace outboard;

TEST_CASE("well-formed UTF-8 is told from the rest") {
    for (const char* good :
         {"", "abc", "é", "€", "😂", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        CAPTURE(good);
        CHECK(is_utf8(good));
    }
    for (const char* bad :
         {"\x80",
          "\xC3",
          "\xC0\x80",
          "\xC1\xBF",
          "\xE0\x80\x80",
          "\xED\xA0\x80",
          "\xED\xBF\xBF",
          "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80",
          "\xFF",
          "a\xE2\x82",
          "\xC3(",
          "\xE2\x28\xA1"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_utf8(bad));
    }
}

TEST_CASE("code points are counted and cut whole") {
    CHECK(count_codepoints("aé€😂") == 4);
    CHECK(count_codepoints("a\xFF\xFF") == 3);
    CHECK(cut_codepoints("aé€😂b", 4) == "aé€😂");
    CHECK(cut_codepoints("aé", 0).empty());
    CHECK(cut_codepoints("aé", 9) == "aé");
    CHECK(cut_bytes("a€b", 4) == "a€");
    CHECK(cut_bytes("a€b", 3) == "a");
    CHECK(cut_bytes("a€b", 2) == "a");
    CHECK(cut_bytes("a€b", 1) == "a");
    CHECK(cut_bytes("a€b", 99) == "a€b");
    CHECK(cut_bytes("😂😂", 7) == "😂");
    CHECK(cut_bytes("😂", 3).empty());
}

TEST_CASE("a cut text is valid whatever the limit") {
    const std::string text = "aé€😂 ⟨x⟩ 日本 👩‍🚀";
    for (std::size_t limit = 0; limit <= text.size(); ++limit) {
        CHECK(is_utf8(cut_bytes(text, limit)));
        CHECK(cut_bytes(text, limit).size() <= limit);
        CHECK(cut_bytes(text, limit).size() + 4 > limit);
    }
}

TEST_CASE("case is folded for comparing") {
    CHECK(lower_ascii("AbCÉ") == "abcÉ");
    CHECK(fold_case("Straße") == fold_case("STRASSE"));
    CHECK(fold_case("É") == fold_case("e\xCC\x81"));
    CHECK(fold_case("ΣΊΣΥΦΟΣ") == fold_case("σίσυφος"));
    CHECK(fold_case("A\xFF") == "a\xFF");
    CHECK(starts_with_ignoring_case("SigNature keyId", "signature "));
    CHECK_FALSE(starts_with_ignoring_case("Sig", "signature"));
}

TEST_CASE("texts are trimmed and split") {
    CHECK(trim(" \t\r\nx y\n") == "x y");
    CHECK(trim(" \t").empty());
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
}

TEST_CASE("HTML and percent escapes") {
    CHECK(
        escape_html("<a href=\"x\">'&'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;"
    );
    CHECK(percent_encode("a b/é~") == "a%20b%2F%C3%A9~");
    CHECK(percent_decode("a%20b%2f+%zz%4") == "a b/+%zz%4");
    CHECK(percent_decode("a+b%2B", /*plus_is_space=*/true) == "a b+");
    CHECK(percent_decode("%41%") == "A%");
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(percent_decode(percent_encode(all)) == all);
}

TEST_CASE("names lose what nobody sees, and nothing else") {
    CHECK(strip_invisible("ann\u202Egpj.exe") == "anngpj.exe");
    CHECK(strip_invisible("a\u200Bn\u200Cn\uFEFF\u2066x\u2069") == "annx");
    CHECK(strip_invisible(std::string_view("a\0b\x7F\x1B[31m\xC2\x85", 10)) == "ab[31m");
    CHECK(strip_invisible("one\ttwo\nthree") == "one\ttwo\nthree");
    CHECK(strip_invisible("soft\u00ADhyphen\u3164") == "softhyphen");
    CHECK(strip_invisible("Zoë 日本 ❤\uFE0F") == "Zoë 日本 ❤\uFE0F");
    CHECK(strip_invisible("👩\u200D🚀") == "👩\u200D🚀");
    CHECK(strip_invisible("👩🏽\u200D🚀") == "👩🏽\u200D🚀");
    CHECK(strip_invisible("ad\u200Dmin") == "admin");
    CHECK(strip_invisible("a\xFF\xC3") == "a");
}

TEST_CASE("what a terminal would obey is written out") {
    CHECK(to_printable("Zoë 日本\u00A0❤\uFE0F") == "Zoë 日本\u00A0❤\uFE0F");
    CHECK(to_printable("a\x1B[31mb") == "a\\u{1B}[31mb");
    CHECK(to_printable("one\ntwo\r\tthree\x7F") == "one\\u{0A}two\\u{0D}\\u{09}three\\u{7F}");
    CHECK(to_printable("\xC2\x9B\u202E") == "\\u{9B}\\u{202E}");
    CHECK(to_printable("\xFFz") == "\\x{FF}z");
    CHECK(to_printable(std::string_view("\0", 1)) == "\\u{00}");
}

TEST_CASE("a text of which nothing is drawn is blank") {
    for (const char* text :
         {"",
          " \t\r\n",
          "\u200B",
          "\u00A0\u3000\u2003",
          "\u2060\uFEFF\u00AD",
          "\u200D\uFE0F",
          "\u2800",
          "\u2028\u2029",
          "\u3164"}) {
        CAPTURE(text);
        CHECK(is_blank(text));
    }
    for (const char* text : {"a", " . ", "\u200Bx", "日", "👍", "#\uFE0F\u20E3", "\xFF"}) {
        CAPTURE(text);
        CHECK_FALSE(is_blank(text));
    }
}

TEST_CASE("decimal numbers are plain") {
    std::int64_t value = -1;
    CHECK(parse_decimal("0", value));
    CHECK(value == 0);
    CHECK(parse_decimal("9223372036854775807", value));
    CHECK(value == INT64_MAX);
    for (const char* text :
         {"", "-1", "+1", " 1", "1 ", "9223372036854775808", "0x1", "1e3", "1.0"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_decimal(text, value));
    }
    CHECK(value == INT64_MAX);
}
