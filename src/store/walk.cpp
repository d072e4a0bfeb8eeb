// SPDX-License-Identifier: Apache-2.0
#include "src/store/walk.hpp"

#include "federation/base/bytes.hpp"
#include "src/base/log.hpp"
#include "src/store/keys.hpp"

namespace outboard::store {
namespace {

constexpr int kBatch = 200;             // documents of one snapshot
constexpr std::size_t kProblems = 100;  // told; more say nothing new

// PostgreSQL checks its pages itself (data checksums).
OB_QUERY(
    kTables,
    "walk.tables",
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY "
    "name",
    "SELECT '' WHERE false"
);
OB_QUERY(
    kQuickCheck,
    "walk.quick_check",
    "SELECT quick_check FROM pragma_quick_check($1)",
    "SELECT 'ok' WHERE $1 <> ''"
);

void note(WalkReport& report, std::string problem) {
    log::error("store.damaged", {{"problem", problem}});
    if (report.problems.size() < kProblems) report.problems.push_back(std::move(problem));
}

void check_tables(Database& db, WalkReport& report) {
    const auto tables = db.read([](Reader& reader) {
        return reader.all(kTables, [](const Row& row) { return row.text(0); });
    });
    for (const std::string& table : tables) {
        ++report.tables;
        try {
            const auto said = db.read([&](Reader& reader) {
                return reader.all(kQuickCheck, [](const Row& row) { return row.text(0); }, table);
            });
            for (const std::string& line : said)
                if (line != "ok")
                    note(
                        report,
                        "table " + table + ": " + line +
                            ". Restore a backup, or save what can be read"
                    );
        } catch (const StoreError& error) {
            note(report, "table " + table + " cannot be read: " + error.what());
        }
    }
}

void check_documents(Database& db, int slice, WalkReport& report) {
    const int first = slice * 256 / kWalkSlices;
    const int last = (slice + 1) * 256 / kWalkSlices - 1;
    std::string after;
    do {
        const auto checked = db.read([&](Reader& reader) {
            return documents::check(reader, first, last, after, kBatch);
        });
        report.documents += checked.looked_at;
        for (const auto& damaged : checked.damaged)
            note(
                report,
                "document " + to_hex(damaged.hash) + " (" + damaged.uri +
                    ") does not match its hash. Restore it from a backup; it is not served"
            );
        after = checked.last;
    } while (!after.empty());
}

}  // namespace

WalkReport walk_slice(Database& db, int slice) {
    WalkReport report;
    try {
        check_tables(db, report);
        check_documents(db, ((slice % kWalkSlices) + kWalkSlices) % kWalkSlices, report);
    } catch (const StoreError& error) {
        note(report, std::string("the walk ended early: ") + error.what());
    }
    return report;
}

}  // namespace outboard::store
