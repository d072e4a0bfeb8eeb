// SPDX-License-Identifier: Apache-2.0
#include "federation/base/bytes.hpp"

#include <doctest/doctest.h>

using namespace outboard;

TEST_CASE("digests are those of the published examples") {
    CHECK(
        to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha512("abc")).starts_with("ddaf35a193617abacc417349ae204131"));
    CHECK(sha512("").size() == 64);
}

TEST_CASE("the number of a text is the front of its digest and never negative") {
    CHECK(hash64("abc") == 0x3a7816bf8f01cfeaLL);
    for (int i = 0; i < 200; ++i) CHECK(hash64(std::to_string(i)) >= 0);
    CHECK(hash64("https://a.example/1") != hash64("https://a.example/2"));
}

TEST_CASE("hex goes both ways and refuses what is not hex") {
    CHECK(to_hex(std::string_view("\x00\xff\x10", 3)) == "00ff10");
    CHECK(from_hex("00FF10") == std::string("\x00\xff\x10", 3));
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
    CHECK_FALSE(from_hex(" 00"));
}

TEST_CASE("base64 follows the examples of RFC 4648") {
    const std::pair<const char*, const char*> pairs[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"}
    };
    for (const auto& [plain, encoded] : pairs) {
        CHECK(to_base64(plain) == encoded);
        CHECK(from_base64(encoded) == plain);
    }
    CHECK(to_base64url("\xfb\xff\xfe") == "-__-");
    CHECK(to_base64url("f") == "Zg");
    CHECK(from_base64url("-__-") == "\xfb\xff\xfe");
}

TEST_CASE("base64 has one spelling of each value") {
    for (const char* text :
         {"Zg",
          "Zg=",
          "Zg===",
          "Z===",
          "====",
          "Zh==",
          "Zm9=",
          "Zg==\n",
          " Zg==",
          "Zm 9v",
          "Zm9v\r\n",
          "-_-_",
          "Zg==Zg==",
          "Zm9v=",
          "Zm9v====",
          "Zm9vYg==x"}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
    CHECK_FALSE(from_base64url("Zg=="));
    CHECK_FALSE(from_base64url("Zh"));
    CHECK_FALSE(from_base64url("A"));
    CHECK_FALSE(from_base64url("+/+/"));
}

TEST_CASE("base58 goes both ways, keeps leading zeros, and refuses long input") {
    CHECK(to_base58("Hello World!") == "2NEpo7TZRRrLZSi2U");
    CHECK(from_base58("2NEpo7TZRRrLZSi2U") == "Hello World!");
    const std::string zeros("\0\0\x28\x7f\xb4\xcd", 6);
    CHECK(to_base58(zeros) == "11233QC4");
    CHECK(from_base58("11233QC4") == zeros);
    CHECK(from_base58("") == "");
    CHECK(to_base58("") == "");
    CHECK_FALSE(from_base58("0"));
    CHECK_FALSE(from_base58("I"));
    CHECK_FALSE(from_base58("O"));
    CHECK_FALSE(from_base58("l"));
    CHECK_FALSE(from_base58("ab c"));
    CHECK_FALSE(from_base58(std::string(4097, 'z')));
}

TEST_CASE("HMAC is that of RFC 4231") {
    CHECK(
        to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    CHECK(
        to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
}

TEST_CASE("constant-time comparison still compares") {
    CHECK(equal_constant_time("abc", "abc"));
    CHECK_FALSE(equal_constant_time("abc", "abd"));
    CHECK_FALSE(equal_constant_time("abc", "ab"));
    CHECK(equal_constant_time("", ""));
}
