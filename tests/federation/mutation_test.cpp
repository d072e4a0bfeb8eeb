// SPDX-License-Identifier: Apache-2.0
// Seeded damage to valid input of every parser of remote bytes: each must answer, never crash or
// throw.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "federation/base/text.hpp"
#include "federation/base/time.hpp"
#include "federation/iri.hpp"
#include "federation/json.hpp"
#include "federation/proofs.hpp"
#include "tests/federation/signing.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

constexpr int kRounds = 2000;

class Damage {
public:
    explicit Damage(unsigned seed) : random_(seed) {}

    /// One to four changes: a byte flipped, inserted, dropped, a piece doubled or cut off, or
    /// something known to hurt.
    std::string operator()(std::string text) {
        for (std::size_t left = 1 + below(4); left > 0; --left) change(text);
        return text;
    }

private:
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }

    void change(std::string& text) {
        static const std::string kHurtful[] = {
            "\"",
            "\\",
            "=",
            ",",
            ";",
            ":",
            "(",
            ")",
            "%",
            "\xFF",
            std::string(1, '\0'),
            "\xF0\x9F\x98\x82",
            "[",
            "{",
            "}",
            "]",
            "\\ud800",
            "-----",
            "xn--",
            "@",
            "1e999",
            "\r\n",
            "99999999999999999999"
        };
        const std::size_t at = text.empty() ? 0 : below(text.size());
        switch (below(6)) {
            case 0:
                if (!text.empty()) text[at] = static_cast<char>(below(256));
                break;
            case 1:
                text.insert(
                    text.begin() + static_cast<std::ptrdiff_t>(at), static_cast<char>(below(256))
                );
                break;
            case 2:
                text.erase(at, 1 + below(3));
                break;
            case 3:
                text.insert(at, text.substr(at, below(20)));
                break;
            case 4:
                text.insert(at, kHurtful[below(std::size(kHurtful))]);
                break;
            case 5:
                if (below(4) == 0) text.resize(at);
                break;
        }
    }

    std::mt19937 random_;
};

/// Runs `parse` (true when it was taken) on damaged copies of `valid`; some must be refused, or the
/// damage is none.
template <class Parse>
void damage(const std::string& valid, unsigned seed, Parse parse) {
    Damage damaged(seed);
    REQUIRE(parse(valid));
    int refused = 0;
    for (int i = 0; i < kRounds; ++i) {
        const std::string text = damaged(valid);
        bool taken = false;
        CHECK_NOTHROW(taken = parse(text));
        if (!taken) ++refused;
    }
    CHECK(refused > kRounds / 20);
}

}  // namespace

TEST_CASE("damaged JSON is refused or reads the same both ways") {
    damage(
        R"({"@context":["https://www.w3.org/ns/activitystreams",{"a":1e3}],"type":"Note","x":[true,null,-1.5,"é\u20ac\ud83d\ude02"]})",
        1,
        [](const std::string& text) {
            const auto tree = read_json(text);
            CHECK(tree.has_value() == check_json(text).has_value());
            if (tree) CHECK(read_json(write_json(*tree)).value() == *tree);
            return tree.has_value();
        }
    );
}

TEST_CASE("damaged addresses are refused or have one normal form") {
    for (const char* valid :
         {"https://peer.example:8443/users/ann?x=%2F..#main-key",
          "https://b\u00fccher.example/\u65e5",
          "http://[2001:db8::a]:9101/x",
          "http://127.0.0.1:9101/x",
          "https://xn--bcher-kva.example/a",
          "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#k"}) {
        damage(valid, 2, [](const std::string& text) {
            const auto iri = Iri::parse(text);
            if (!iri) return false;
            const auto again = Iri::parse(iri->str());
            REQUIRE(again);
            CHECK(again->str() == iri->str());
            CHECK(iri->str().starts_with(iri->origin()));
            CHECK(iri->target().starts_with("/"));
            (void)iri->resolve(text);
            return true;
        });
    }
}

TEST_CASE("damaged references resolve or are refused") {
    const auto base = Iri::parse("https://peer.example/a/b?c#d").value();
    Damage damaged(3);
    for (int i = 0; i < kRounds; ++i) {
        const auto target = base.resolve(damaged("../x/./y?z#w"));
        if (target && target->is_http()) CHECK(Iri::parse(target->str())->str() == target->str());
    }
}

TEST_CASE("damaged signature headers are refused, or leave the signed text as it was") {
    const Request cavage = sign_cavage(post());
    const std::string base = read_signatures(cavage, policy(), kNow)->front().base;
    damage(value(cavage, "Signature"), 4, [&](const std::string& text) {
        Request request = cavage;
        set(request, "Signature", text);
        const bool accepted = verdict(request) == "accepted";
        if (accepted) CHECK(read_signatures(request, policy(), kNow)->front().base == base);
        return accepted;
    });
}

TEST_CASE("damaged Signature-Input, Signature, Digest and Date headers are refused or mean the same"
) {
    const Request signed_request = sign_rfc9421(post());
    for (const char* name : {"Signature-Input", "Signature", "Content-Digest"}) {
        damage(value(signed_request, name), 5, [&](const std::string& text) {
            Request request = signed_request;
            set(request, name, text);
            return verdict(request) == "accepted";
        });
    }
    const Request cavage = sign_cavage(post());
    for (const char* name : {"Digest", "Date", "Host"}) {
        damage(value(cavage, name), 6, [&](const std::string& text) {
            Request request = cavage;
            set(request, name, text);
            return verdict(request) == "accepted";
        });
    }
}

TEST_CASE("damaged keys are refused or are keys") {
    for (const auto& key : {rsa_key().public_key(), ed_key().public_key()}) {
        damage(key.to_pem(), 7, [](const std::string& text) {
            const auto read = PublicKey::from_pem(text);
            if (read) CHECK(PublicKey::from_pem(read->to_pem()));
            return read.has_value();
        });
        damage(key.to_multibase(), 8, [](const std::string& text) {
            const auto read = PublicKey::from_multibase(text);
            if (read) CHECK(PublicKey::from_multibase(read->to_multibase()));
            return read.has_value();
        });
    }
    damage(rsa_key().to_der(), 9, [](const std::string& text) {
        return PrivateKey::from_der(text).has_value();
    });
}

TEST_CASE("damaged proofs are refused, or another suite's, or do not verify") {
    json document = {
        {"@context", "https://www.w3.org/ns/activitystreams"},
        {"id", "https://a.example/1"},
        {"n", 1.5}
    };
    REQUIRE(add_proof(document, ed_key(), kEdKeyId, kNow));
    damage(write_json(document), 10, [&](const std::string& text) {
        const auto tree = read_json(text);
        if (!tree) return false;
        const auto claim = read_proof(*tree);
        if (!claim || !*claim || !check_proof(**claim, ed_key().public_key())) return false;
        CHECK(*tree == document);
        return true;
    });
}

TEST_CASE("damaged times are refused or print and read again") {
    damage("2026-11-22T05:00:00.123+01:00", 11, [](const std::string& text) {
        const auto at = parse_rfc3339(text);
        if (at) CHECK(parse_rfc3339(format_rfc3339(*at)) == *at);
        return at.has_value();
    });
    damage("Sun, 22 Nov 2026 05:00:00 GMT", 12, [](const std::string& text) {
        const auto at = parse_http_date(text);
        if (at) CHECK(parse_http_date(format_http_date(*at)) == *at);
        return at.has_value();
    });
}

TEST_CASE("text functions take any bytes") {
    Damage damaged(13);
    for (int i = 0; i < kRounds; ++i) {
        const std::string text = damaged("Zoë 👩🏽\u200D🚀 <b>\"x\"</b> %C3%A9+1");
        CHECK(is_utf8(strip_invisible(text)));
        CHECK(count_codepoints(text) <= text.size());
        CHECK(percent_decode(percent_encode(text)) == text);
        if (is_utf8(text)) CHECK(is_utf8(fold_case(text)));
        CHECK(cut_bytes(text, 7).size() <= 7);
    }
}
