// SPDX-License-Identifier: Apache-2.0
// Documents of other software, as recorded in the shared test data: each is understood, each
// hostile one not believed.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "federation/base/text.hpp"
#include "federation/inspect.hpp"
#include "tests/support/shared_data.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

struct Entry {
    std::string file, kind, trait;
};

std::vector<Entry> read_manifest(const std::filesystem::path& folder) {
    std::vector<Entry> out;
    const auto text = read_file(folder / "MANIFEST.tsv");
    for (const auto line : split(text, '\n')) {
        const auto cells = split(line, '\t');
        if (cells.size() < 10 || cells[0] == "file") continue;
        auto kind = std::string(cells[2].substr(0, cells[2].find('(')));
        kind = kind.substr(
            0, kind.find('+')
        );  // "Place+Feature" has two types: the first known one counts
        out.push_back({std::string(cells[0]), kind, std::string(cells[8])});
    }
    return out;
}

json parse(std::string_view bytes) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    return json::parse(bytes);
}

/// The id text of a value that may be a list, an object or a string.
json id_in(const json& value) {
    if (value.is_array()) return value.empty() ? json() : id_in(value.front());
    if (value.is_object()) return value.contains("id") ? value["id"] : json();
    return value;
}

/// `owner` as CONTRACT.md 8 words it, computed apart from the code under test.
json expected_owner(const json& tree, const std::string& kind) {
    static const std::set<std::string> nobody = {
        "WebFinger",
        "NodeInfo",
        "NodeInfoDiscovery",
        "Key",
        "CryptographicKey",
        "Context",
        "Collection",
        "OrderedCollection",
        "CollectionPage",
        "OrderedCollectionPage"
    };
    if (nobody.contains(kind)) return json();
    if (is_actor_type(kind)) return tree["id"];
    if (is_activity_type(kind)) return tree.contains("actor") ? id_in(tree["actor"]) : json();
    if (tree.contains("attributedTo")) return id_in(tree["attributedTo"]);
    return tree.contains("actor") ? id_in(tree["actor"]) : json();
}

std::set<std::string> expected_audience(const json& tree) {
    std::set<std::string> out;
    for (const char* property : {"to", "cc"}) {
        if (!tree.contains(property)) continue;
        const json& list = tree[property];
        const auto add = [&](const json& item) {
            if (!id_in(item).is_string()) return;
            auto id = id_in(item).get<std::string>();
            if (id == "as:Public" || id == "Public") id = kPublic;
            if (Iri::parse(id)) out.insert(id);
        };
        if (list.is_array()) {
            for (const json& item : list) add(item);
        } else {
            add(list);
        }
    }
    return out;
}

/// Where the hostile ones came from that contradict nothing but that.
std::optional<Iri> origin_of_fraud(const std::string& file) {
    static const std::map<std::string, std::string> known = {
        {"pleroma/spoofed-object.json", "https://uploads.example/media/1.json"},
        {"pleroma/https__info.pleroma.site_activity4.json",
         "https://info.pleroma.site/activity4.json"},
        {"akkoma/imposter-webfinger.json", "https://bad.com/.well-known/webfinger"},
        {"pleroma/webfinger_spoof.json", "https://bad.com/.well-known/webfinger"}
    };
    const auto at = known.find(file);
    if (at == known.end()) return std::nullopt;
    return *Iri::parse(at->second);
}

}  // namespace

TEST_CASE("every recorded document of other software is understood") {
    const auto folder = shared_data("federation/fixtures");
    if (!folder) return;
    const auto manifest = read_manifest(*folder);
    CHECK(manifest.size() == 303);
    for (const auto& entry : manifest) {
        CAPTURE(entry.file);
        const auto bytes = read_file(*folder / entry.file);
        const auto tree = parse(bytes);
        std::optional<Iri> from;
        if (const auto id = Iri::parse(tree.value("id", ""))) from = *id;
        const auto seen = inspect(bytes, from);
        const json told = to_json(seen);
        CHECK(seen.kind == entry.kind);
        if (entry.trait == "hostile") continue;
        CHECK(seen.refused.value_or("") == "");
        CHECK(told["id"] == tree.value("id", json()));
        CHECK(told["owner"] == expected_owner(tree, entry.kind));
        const auto audience = expected_audience(tree);
        if (!audience.empty()) {
            CHECK(std::set<std::string>(seen.audience.begin(), seen.audience.end()) == audience);
        }
    }
}

TEST_CASE("every recorded hostile document is refused or not believed, and the fault is named") {
    const auto folder = shared_data("federation/fixtures");
    if (!folder) return;
    int hostile = 0;
    for (const auto& entry : read_manifest(*folder)) {
        if (entry.trait != "hostile") continue;
        ++hostile;
        CAPTURE(entry.file);
        const auto bytes = read_file(*folder / entry.file);
        auto from = origin_of_fraud(entry.file);
        if (!from) from = *Iri::parse(parse(bytes)["id"].get<std::string>());
        const auto seen = inspect(bytes, from);
        CHECK_FALSE(seen.believed);
        CHECK((seen.refused || !seen.ignored.empty()));
        const auto unknown = inspect(bytes, std::nullopt);
        CHECK_FALSE(unknown.believed);
    }
    CHECK(hostile == 8);
}

TEST_CASE("an ordinary recorded document from its own address is believed, or the reason is named"
) {
    const auto folder = shared_data("federation/fixtures");
    if (!folder) return;
    int believed = 0, asked = 0;
    for (const auto& entry : read_manifest(*folder)) {
        const auto bytes = read_file(*folder / entry.file);
        const auto id = Iri::parse(parse(bytes).value("id", ""));
        if (entry.trait != "" || !id) continue;
        ++asked;
        const auto seen = inspect(bytes, *id);
        if (seen.believed) ++believed;
        CAPTURE(entry.file);
        CHECK((seen.believed || !seen.ignored.empty()));
        // Tootik's portable actors carry real proofs by the key their ids are made of: believed
        // anywhere.
        const bool is_portable = id->path().starts_with("/.well-known/apgateway/did:key:");
        const auto elsewhere = inspect(bytes, *Iri::parse("https://elsewhere.invalid/"));
        CHECK((is_portable || !elsewhere.believed));
        if (entry.file == "tootik/FEDERATION-05-Person.json") CHECK(elsewhere.believed);
    }
    // The others name two origins, embed somebody else's thing, quote a stranger or carry a
    // placeholder as proof.
    CHECK(asked == 251);
    CHECK(believed == 225);
}
