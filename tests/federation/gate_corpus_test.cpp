// SPDX-License-Identifier: Apache-2.0
// The hostile activities of the shared security data, each with an otherwise valid signature, at
// the Gate alone.
#include <doctest/doctest.h>

#include <iostream>
#include <set>

#include "federation/base/bytes.hpp"
#include "tests/federation/gate_world.hpp"
#include "tests/support/shared_data.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

std::string fill(std::string text, const std::string& number) {
    const std::vector<std::pair<std::string, std::string>> values = {
        {"{{node}}", kNode},
        {"{{peer}}", kPeer},
        {"{{evil}}", kEvil},
        {"{{peer_host}}", "peer.example"},
        {"{{evil_host}}", "evil.example"},
        {"{{PEER_HOST_UPPER}}", "PEER.EXAMPLE"},
        {"{{peer_host_split_by_slash}}", "peer.exam/ple"},
        {"{{now}}", "2026-11-22T05:00:00Z"},
        {"{{now+1d}}", "2026-11-23T05:00:00Z"},
        {"{{n}}", number},
        {"{{pat_post}}", kPat + "/n/1"},
        {"{{pat_private}}", kPat + "/n/2"},
        {"{{pat_like}}", kPat + "/likes/1"},
        {"{{eve_post}}", kEve + "/n/1"},
        {"{{ann_post}}", kNode + "/users/ann/n/1"},
        {"{{ann_private}}", kNode + "/users/ann/n/2"},
        {"{{ann_shared}}", kNode + "/users/ann/n/3"},
        {"{{ann_follow_pat}}", kNode + "/follows/1"}
    };
    for (const auto& [from, to] : values) replace_all(text, from, to);
    return text;
}

std::string repeat(const std::string& piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += piece;
    return out;
}

/// The body of one case, placeholders of size included.
std::string body_of(const json& one) {
    if (one.contains("raw")) return fill(one["raw"], "1");
    if (one.contains("raw_base64")) return *from_base64(one["raw_base64"].get<std::string>());
    if (one.contains("generate") && one["generate"].contains("kind")) {
        const json& how = one["generate"];
        if (how["kind"] == "nest") {
            const auto depth = how["depth"].get<std::size_t>();
            return fill(how.value("prefix", ""), "1") + repeat(how["open"], depth) +
                   how.value("inner", "") + repeat(how["close"], depth) + how.value("suffix", "");
        }
        std::string keys = "{";
        for (int i = 0; i < how["count"].get<int>(); ++i)
            keys += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
        return keys + "}";
    }
    auto body = fill(one["activity"].dump(), "1");
    replace_all(body, "{{1MB}}", std::string(900 * 1024, 'x'));
    replace_all(body, "{{900kB}}", std::string(900 * 1024, 'x'));
    replace_all(body, "{{evil_key}}", "none");
    return body;
}

const PrivateKey& key_of(const std::string& key_id) {
    if (key_id.starts_with(kPam)) return pam_key();
    if (key_id == kPat + "#main-key" || key_id.starts_with(kOrg)) return peer_key();
    return evil_key();
}

void serve_what_is_said_before(World& world) {
    const auto key = [](const std::string& id) {
        return json{
            {"id", id},
            {"type", "Key"},
            {"owner", kPat},
            {"publicKeyPem", evil_key().public_key().to_pem()}
        };
    };
    world.serve(kEvil + "/keys/1", key(kEvil + "/keys/1#main-key"));
    world.serve(kEvil + "/keys/2", key(kPat + "#main-key"));
    const std::string sub = "https://a.evil.example/users/eve";
    world.serve(sub, actor_document(sub, evil_key()));
}

}  // namespace

TEST_CASE("hostile activities are refused at the Gate, or reach the store as what it must judge") {
    const auto file = shared_data("security/corpus/activities.json");
    if (!file) return;
    const auto corpus = json::parse(read_file(*file));
    // Refused only by what the store knows: who wrote the post that is here (A020), which agreement
    // lives (A097).
    const std::set<std::string> needs_store = {"A020", "A097"};
    int seen = 0;
    for (const json& one : corpus["cases"]) {
        const auto id = one["id"].get<std::string>();
        World world;
        serve_what_is_said_before(world);
        if (id == "A095" || id == "A096") {
            world.policy.is_blocked = [](std::string_view host) {
                return host == "evil.example" || host.ends_with(".evil.example");
            };
        }
        const auto key_id = fill(one["signed_by"], "1");
        const auto verdict = judge(world, delivery(body_of(one), key_id, key_of(key_id)));
        CAPTURE(id);
        CAPTURE(verdict);
        ++seen;
        CHECK_FALSE(verdict.starts_with("other"));
        CHECK_FALSE(verdict.starts_with("needs"));
        CHECK(world.fetches.size() <= 2);
        const bool is_refused = verdict.starts_with("4");
        if (one["expect"] == "reject" && !needs_store.contains(id)) {
            CHECK(is_refused);
            bool fits = false;
            for (const json& status : one["status"])
                fits = fits || verdict.starts_with(std::to_string(status.get<int>()));
            CHECK(fits);
        }
        if (needs_store.contains(id)) CHECK(verdict == "verified");
        if (id == "A074" || id == "A075" || id == "A096") CHECK(verdict == "nothing");
        if (id == "A090") CHECK(verdict == "hint");
        if (id == "A016" || id == "A017" || id == "A087" || id == "A088")
            CHECK(verdict == "verified");
    }
    CHECK(seen == 100);
}
