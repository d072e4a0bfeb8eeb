// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <regex>

#include "src/store/migrate.hpp"
#include "src/store/sqlite_connection.hpp"
#include "tests/store/support.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::TempFolder;
using outboard::tests::TempStore;
using outboard::tests::TestClock;

namespace {

constexpr Query kTables{"test.tables", "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"};
constexpr Query kRows{"test.rows", "SELECT count(*) FROM migrations"};
constexpr Query kApplication{"test.application", "PRAGMA application_id"};

void make_empty(const std::filesystem::path& file) {
    const int made = ::open(file.c_str(), O_CREAT | O_WRONLY, 0600);
    REQUIRE(made >= 0);
    ::close(made);
}

std::string refusal_of(const std::filesystem::path& file) {
    TestClock clock;
    const auto opened = open_sqlite({.file = file}, clock);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::Unavailable);
    CHECK(opened.error().shown.find(file.filename().string()) != std::string::npos);
    return opened.error().shown;
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the schemas in the binary are in order and have no word left over, for each engine") {
    for (const Engine engine : {Engine::Sqlite, Engine::Postgres}) {
        const auto migrations = load_migrations(engine);
        REQUIRE(migrations.size() >= 1);
        CHECK(migrations[0].name == "first");
        for (std::size_t i = 0; i < migrations.size(); ++i) {
            CHECK(migrations[i].number == static_cast<int>(i) + 1);
            CHECK(compare_versions(migrations[i].min_binary, binary_version()) <= 0);
            CHECK_FALSE(std::regex_search(
                migrations[i].sql, std::regex(R"(\{[a-z_]+\})")
            )  // ours, not outside input
            );
        }
    }
    CHECK(says(load_migrations(Engine::Postgres)[0].sql, "BYTEA"));
    CHECK(says(load_migrations(Engine::Sqlite)[0].sql, "WITHOUT ROWID"));
}

TEST_CASE("misnamed, doubled and missing migrations are mistakes that are told at once") {
    const auto load = [](std::vector<EmbeddedSql> files) {
        return load_migrations(Engine::Sqlite, files.data(), files.size());
    };
    constexpr std::string_view kSql = "-- min_binary 0.1.0\nSELECT 1;";
    CHECK_THROWS_AS(load({{"1_first.sql", kSql}}), StoreError);
    CHECK_THROWS_AS(load({{"0001_a.sql", kSql}, {"0001_b.sql", kSql}}), StoreError);
    CHECK_THROWS_AS(load({{"0001_a.sql", kSql}, {"0003_b.sql", kSql}}), StoreError);
    CHECK_THROWS_AS(load({{"0001_a.sql", "SELECT 1;"}}), StoreError);
    CHECK_THROWS_AS(load({{"0001_a.mysql.sql", kSql}}), StoreError);
    CHECK(load({{"0001_a.sqlite.sql", kSql}, {"0001_a.postgres.sql", kSql}}).size() == 1);
}

TEST_CASE("versions compare as numbers, part by part") {
    CHECK(compare_versions("0.1.0", "0.1.0") == 0);
    CHECK(compare_versions("0.9.0", "0.10.0") == -1);
    CHECK(compare_versions("1.0", "0.99.99") == 1);
    CHECK(compare_versions("1.0", "1.0.0") == 0);
}

TEST_CASE("migrations are applied once, and later ones on top") {
    TempFolder folder;
    const auto file = folder / "a.db";
    make_empty(file);
    SqliteConnection connection(file);
    std::vector<Migration> steps = {{1, "one", "0.1.0", "CREATE TABLE one (a INTEGER);"}};
    REQUIRE(migrate_sqlite(connection, steps, from_ms(5)));
    REQUIRE(migrate_sqlite(connection, steps, from_ms(6)));
    CHECK(connection.number(kRows) == 1);
    CHECK(connection.number(kApplication) == kApplicationId);
    steps.push_back({2, "two", "0.1.0", "CREATE TABLE two (a INTEGER); INSERT INTO two VALUES (1);"}
    );
    REQUIRE(migrate_sqlite(connection, steps, from_ms(7)));
    CHECK(connection.number(kRows) == 2);
    CHECK(connection.number(Query{"test.two", "SELECT count(*) FROM two"}) == 1);
}

TEST_CASE("a migration that fails half way leaves nothing behind") {
    TempFolder folder;
    const auto file = folder / "a.db";
    make_empty(file);
    SqliteConnection connection(file);
    std::vector<Migration> steps = {{1, "one", "0.1.0", "CREATE TABLE one (a INTEGER);"}};
    REQUIRE(migrate_sqlite(connection, steps, from_ms(5)));
    const auto tables = connection.number(kTables);
    steps.push_back(
        {2, "bad", "0.1.0", "CREATE TABLE two (a INTEGER); INSERT INTO nowhere VALUES (1);"}
    );
    const auto outcome = migrate_sqlite(connection, steps, from_ms(6));
    REQUIRE_FALSE(outcome);
    CHECK(says(outcome.error().shown, "(bad)"));
    CHECK_FALSE(connection.in_transaction());
    CHECK(connection.number(kTables) == tables);
    CHECK(connection.number(kRows) == 1);
}

TEST_CASE("a newer schema is refused by this binary unless it says that this one may use it") {
    TempFolder folder;
    const auto file = folder / "a.db";
    make_empty(file);
    SqliteConnection connection(file);
    const std::vector<Migration> mine = {{1, "one", "0.1.0", "CREATE TABLE one (a INTEGER);"}};
    std::vector<Migration> later = mine;
    later.push_back({2, "expand", "0.1.0", "CREATE TABLE two (a INTEGER);"});
    REQUIRE(migrate_sqlite(connection, later, from_ms(5), "0.2.0"));
    CHECK(migrate_sqlite(connection, mine, from_ms(6), "0.1.0"));
    later.push_back({3, "contract", "0.3.0", "DROP TABLE one;"});
    REQUIRE(migrate_sqlite(connection, later, from_ms(7), "0.3.0"));
    const auto refused = migrate_sqlite(connection, mine, from_ms(8), "0.1.0");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::Unavailable);
    CHECK(says(refused.error().shown, "0.3.0"));
}

TEST_CASE("opening refuses what is no database of ours and says what to do, and leaves it as it is"
) {
    TempFolder folder;
    const auto foreign = folder / "foreign.db";
    make_empty(foreign);
    {
        SqliteConnection other(foreign);
        other.script("CREATE TABLE photos (a INTEGER); PRAGMA application_id = 77;");
    }
    const auto before = std::filesystem::file_size(foreign);
    CHECK(says(refusal_of(foreign), "another program"));
    CHECK(std::filesystem::file_size(foreign) == before);
    CHECK_FALSE(std::filesystem::exists(foreign.string() + "-wal"));

    const auto text = folder / "text.db";
    make_empty(text);
    std::ofstream(text) << std::string(5000, 'x');
    CHECK(says(refusal_of(text), "no SQLite database"));

    CHECK(says(refusal_of(folder / "missing" / "a.db"), "No such file"));
    CHECK(says(refusal_of(folder.path()), "is not a file"));
}

TEST_CASE("a database other users may read is refused, and a new one is the owner's alone") {
    TempStore db;
    struct stat about{};
    REQUIRE(::stat(db.file().c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    REQUIRE(::stat((db.file().string() + "-wal").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    db.close();
    REQUIRE(::chmod(db.file().c_str(), 0644) == 0);
    CHECK(says(refusal_of(db.file()), "chmod 600"));
    REQUIRE(::chmod(db.file().c_str(), 0600) == 0);
    db.reopen();
}

TEST_CASE("a damaged database is refused with the way to repair it") {
    TempStore db;
    REQUIRE(db->write([](Writer& tx) { (void)tx.next_id(); }));
    db.close();
    const auto size = std::filesystem::file_size(db.file());
    {
        std::fstream out(db.file(), std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(110);  // the first page, after the file header
        out << std::string(900, '\x5a');
    }
    CHECK(says(refusal_of(db.file()), "backup"));
    std::filesystem::resize_file(db.file(), size / 2);
    CHECK(says(refusal_of(db.file()), "backup"));
}
