// SPDX-License-Identifier: Apache-2.0
// Our own documents (tests/federation/documents, EXPECTED.tsv beside them): every kind, and every
// fraud that shows.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "federation/base/text.hpp"
#include "federation/discovery/nodeinfo.hpp"
#include "federation/discovery/webfinger.hpp"
#include "federation/inspect.hpp"
#include "federation/proofs.hpp"
#include "federation/write.hpp"
#include "tests/federation/signing.hpp"
#include "tests/support/shared_data.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(OUTBOARD_SOURCE_DIR) / "tests/federation/documents";

struct Row {
    std::string file, from, kind, id, owner, visibility, verdict, fault;
};

std::vector<Row> read_rows() {
    std::vector<Row> out;
    const auto text = read_file(kFolder / "EXPECTED.tsv");
    for (const auto line : split(text, '\n')) {
        const auto cells = split(line, '\t');
        if (cells.size() != 8 || cells[0] == "file") continue;
        const auto cell = [&](std::size_t i) {
            return std::string(cells[i] == "-" ? "" : cells[i]);
        };
        out.push_back({cell(0), cell(1), cell(2), cell(3), cell(4), cell(5), cell(6), cell(7)});
    }
    return out;
}

std::string document(const std::string& name) { return read_file(kFolder / name); }

std::string reasons(const Inspection& seen) {
    std::string out = seen.refused.value_or("");
    for (const auto& note : seen.ignored) out += "\n" + note.field + ": " + note.why;
    return out;
}

bool names_fault(const Inspection& seen, const std::string& field) {
    if (field.empty()) return true;
    if (seen.refused) return seen.refused->find(field) != std::string::npos;
    return std::any_of(seen.ignored.begin(), seen.ignored.end(), [&](const Ignored& note) {
        return note.field == field;
    });
}

}  // namespace

TEST_CASE("each of our documents is understood as its table says") {
    const auto rows = read_rows();
    CHECK(rows.size() == 78);
    for (const auto& row : rows) {
        std::optional<Iri> from;
        if (!row.from.empty()) {
            const auto iri = Iri::parse(row.from);
            REQUIRE(iri);
            from = *iri;
        }
        const auto seen = inspect(document(row.file), from);
        const auto why = reasons(seen);
        CAPTURE(row.file);
        CAPTURE(why);
        CHECK(seen.kind == row.kind);
        CHECK(seen.refused.has_value() == (row.verdict == "refused"));
        CHECK(seen.believed == (row.verdict == "believed"));
        CHECK(names_fault(seen, row.fault));
        if (row.verdict == "refused") continue;
        CHECK(seen.id.value_or("") == row.id);
        CHECK(seen.owner.value_or("") == row.owner);
        CHECK(seen.visibility == row.visibility);
    }
}

TEST_CASE("a document is believed on its own origin only") {
    for (const auto& row : read_rows()) {
        if (row.verdict != "believed" || row.kind == "NodeInfo") continue;
        CAPTURE(row.file);
        const auto bytes = document(row.file);
        CHECK_FALSE(inspect(bytes, *Iri::parse("https://thief.example/1")).believed);
        CHECK_FALSE(inspect(bytes, *Iri::parse("https://meadow.example:8443/1")).believed);
        CHECK_FALSE(inspect(bytes, *Iri::parse("http://meadow.example/1")).believed);
        CHECK_FALSE(inspect(bytes, std::nullopt).believed);
    }
}

TEST_CASE("a portable document is believed by its proof, wherever it was found") {
    const auto did = did_key(ed_key().public_key());
    const json plain{
        {"@context", "https://www.w3.org/ns/activitystreams"},
        {"id", "ap://" + did + "/notes/1"},
        {"type", "Note"},
        {"attributedTo", "ap://" + did + "/actor"},
        {"content", "<p>mine wherever I go</p>"},
        {"to", {kPublic}}
    };
    const auto proved = [&](json note) {
        REQUIRE(add_proof(note, ed_key(), did + "#" + did.substr(8), kNow));
        return note;
    };
    const auto believed = [](const json& note) {
        return inspect(note.dump(), std::nullopt).believed;
    };
    CHECK(believed(proved(plain)));
    CHECK_FALSE(believed(plain));

    auto changed = proved(plain);
    changed["content"] = "<p>yours</p>";
    CHECK_FALSE(believed(changed));
    // A valid proof speaks only for ids that are made of its key.
    for (const auto& id :
         {"ap://did:key:z6MkOther/notes/1",
          "https://thief.example/",
          "https://thief.example/did:key:"}) {
        auto other = plain;
        other["id"] = std::string(id) + did.substr(8);
        CHECK_FALSE(believed(proved(other)));
    }
    auto stolen = plain;
    stolen["attributedTo"] = "https://meadow.example/users/ida";
    CHECK_FALSE(believed(proved(stolen)));
    auto behind_gateway = plain;
    behind_gateway["id"] = "https://gate.example/.well-known/apgateway/" + did + "/notes/1";
    behind_gateway["attributedTo"] = "https://gate.example/.well-known/apgateway/" + did + "/actor";
    CHECK(believed(proved(behind_gateway)));
}

TEST_CASE("text, attachments, tags and quote are shown") {
    const auto rich = inspect(document("note-emoji-language.json"), std::nullopt);
    CHECK(rich.tags == std::vector<std::string>{":heron:"});
    CHECK(rich.text == "<p>Reeds grow by the weir.</p>");
    const auto bare = inspect(document("note-bare-values.json"), std::nullopt);
    REQUIRE(bare.attachments.size() == 1);
    CHECK(bare.attachments[0].description == "Reeds at dawn");
    CHECK(bare.tags == std::vector<std::string>{"#reeds"});
    CHECK(
        inspect(document("note-link-quote.json"), std::nullopt).quote ==
        "https://meadow.example/notes/1"
    );
    const json told = to_json(inspect(document("note-short-public.json"), std::nullopt));
    CHECK(told["audience"] == json::array({kPublic}));
    CHECK(told["quote"].is_null());
    CHECK(told["refused"].is_null());
}

TEST_CASE("two thousand damaged documents are answered, each with a verdict") {
    std::mt19937 random(20261124);
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    std::vector<std::string> originals;
    for (const auto& row : read_rows()) originals.push_back(document(row.file));
    const std::vector<std::string> pieces = {
        "null",
        "[]",
        "{}",
        "\"\"",
        "-1",
        "\"Public\"",
        "\"Create\"",
        "[[1]]",
        "1e400",
        "\"\\ud800\"",
        "[[[[",
        "\"id\":",
        ","
    };
    int refused = 0, understood = 0;
    for (int round = 0; round < 2000; ++round) {
        auto bytes = originals[below(originals.size())];
        for (std::size_t left = 1 + below(4); left > 0 && !bytes.empty(); --left) {
            const auto at = below(bytes.size());
            switch (below(12)) {
                case 0:
                    bytes[at] = static_cast<char>(below(256));
                    break;
                case 1:
                    bytes.erase(at, 1 + below(20));
                    break;
                case 2:
                    bytes.insert(at, pieces[below(pieces.size())]);
                    break;
                case 3:
                    bytes.insert(at, bytes.substr(at, below(200)));
                    break;
                default: {
                    // A whole value replaced: the document stays JSON, its shape does not.
                    const auto quote = bytes.find(": ", at);
                    const auto end = bytes.find_first_of(",\n", quote);
                    if (quote != std::string::npos && end != std::string::npos) {
                        bytes.replace(quote + 2, end - quote - 2, pieces[below(8)]);
                    }
                }
            }
        }
        const auto seen = inspect(bytes, *Iri::parse("https://meadow.example/"));
        if (seen.refused) {
            CHECK_FALSE(seen.refused->empty());
            CHECK_FALSE(seen.believed);
            ++refused;
        } else {
            CHECK_FALSE(seen.kind.empty());
            ++understood;
        }
        CHECK_FALSE(to_json(seen).dump(-1, ' ', false, json::error_handler_t::replace).empty());
        // The same trees into every reader, whatever they say they are.
        if (const auto parsed = read_json(bytes)) {
            std::vector<Ignored> ignored;
            CHECK((read_actor(*parsed, &ignored) || true));
            CHECK((read_object(*parsed, &ignored) || true));
            CHECK((read_activity(*parsed, &ignored) || true));
            CHECK((read_key(*parsed) || read_jrd(*parsed) || read_nodeinfo(*parsed) || true));
            CHECK(ignored.size() <= 600);
        }
    }
    CHECK(refused > 300);
    CHECK(understood > 300);
}
