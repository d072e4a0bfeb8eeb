// SPDX-License-Identifier: Apache-2.0
// What the disk and the kernel may do to us: RELIABILITY.md R1, R4 to R7, R19.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/store/keys.hpp"
#include "src/store/walk.hpp"
#include "tests/store/support.hpp"
#include "tests/support/shared_data.hpp"

extern char** environ;

using namespace outboard;
using namespace outboard::store;
using outboard::tests::TempStore;
using namespace std::chrono_literals;

namespace {

constexpr Query kInsert{"test.insert", "INSERT INTO settings (name, value) VALUES ($1, $2)"};
constexpr Query kAll{"test.all", "SELECT name FROM settings WHERE name LIKE 'w%'"};
constexpr Query kPages{"test.pages", "PRAGMA page_count"};

Result<void> put(Database& db, const std::string& name, const std::string& value) {
    return db.write([&](Writer& tx) { tx.execute(kInsert, name, value); });
}

std::set<std::string> names(Database& db) {
    std::set<std::string> found;
    db.read([&](Reader& r) { r.each(kAll, [&](const Row& row) { found.insert(row.text(0)); }); });
    return found;
}

/// The number of pages the writer's connection may use: SQLite then answers as on a full disk.
void limit_pages(Database& db, std::int64_t most) {
    const std::string sql = "PRAGMA max_page_count = " + std::to_string(most);
    const std::string name = "test.limit" + std::to_string(most);
    REQUIRE(db.write([&](Writer& tx) { tx.each(Query{name, sql}, [](const Row&) {}); }));
}

// A file system that fails on demand, around SQLite's own. Only the write-ahead log is touched.
std::atomic<bool> sync_fails{false};
std::atomic<bool> write_fails{false};
std::atomic<bool> open_fails{false};

struct FaultyFile {
    sqlite3_file base;
    bool is_log;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
FaultyFile* faulty(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return faulty(file)->real(); }
sqlite3_vfs* system_vfs = nullptr;

const sqlite3_io_methods kMethods = {
    3,
    [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
        return real(f)->pMethods->xRead(real(f), to, n, at);
    },
    [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
        if (faulty(f)->is_log && write_fails) return SQLITE_IOERR_WRITE;
        return real(f)->pMethods->xWrite(real(f), from, n, at);
    },
    [](sqlite3_file* f, sqlite3_int64 n) { return real(f)->pMethods->xTruncate(real(f), n); },
    [](sqlite3_file* f, int how) {
        if (faulty(f)->is_log && sync_fails) return SQLITE_IOERR_FSYNC;
        return real(f)->pMethods->xSync(real(f), how);
    },
    [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); },
    [](sqlite3_file* f, int how) { return real(f)->pMethods->xLock(real(f), how); },
    [](sqlite3_file* f, int how) { return real(f)->pMethods->xUnlock(real(f), how); },
    [](sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); },
    [](sqlite3_file* f, int op, void* arg) {
        return real(f)->pMethods->xFileControl(real(f), op, arg);
    },
    [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    },
    [](sqlite3_file* f, int at, int n, int flags) {
        return real(f)->pMethods->xShmLock(real(f), at, n, flags);
    },
    [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    [](sqlite3_file* f, int gone) { return real(f)->pMethods->xShmUnmap(real(f), gone); },
    [](sqlite3_file* f, sqlite3_int64 at, int n, void** out) {
        return real(f)->pMethods->xFetch(real(f), at, n, out);
    },
    [](sqlite3_file* f, sqlite3_int64 at, void* page) {
        return real(f)->pMethods->xUnfetch(real(f), at, page);
    },
};

/// Makes the failing file system SQLite's default while it lives.
class FaultyDisk {
public:
    FaultyDisk() {
        system_vfs = sqlite3_vfs_find(nullptr);
        vfs_ = *system_vfs;
        vfs_.zName = "faulty";
        vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + system_vfs->szOsFile;
        vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
            file->pMethods = nullptr;
            if (open_fails) return SQLITE_CANTOPEN;
            faulty(file)->is_log = (flags & SQLITE_OPEN_WAL) != 0;
            const int status = system_vfs->xOpen(system_vfs, name, real(file), flags, out);
            if (real(file)->pMethods != nullptr) file->pMethods = &kMethods;
            return status;
        };
        sqlite3_vfs_register(&vfs_, /*makeDflt=*/1);
    }
    ~FaultyDisk() {
        sync_fails = write_fails = open_fails = false;
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(system_vfs, /*makeDflt=*/1);
    }

private:
    sqlite3_vfs vfs_{};
};

}  // namespace

TEST_CASE("a full disk refuses writes clearly, loses nothing, and all is normal when there is space"
) {
    TempStore db;
    REQUIRE(put(*db, "w-before", "1"));
    const auto pages = db->read([](Reader& r) { return r.count(kPages); });
    limit_pages(*db, pages + 4);
    const std::string large(100'000, 'x');
    int refused = 0;
    std::vector<std::thread> threads;
    std::atomic<int> together{0};
    for (int i = 0; i < 6; ++i) {
        const auto outcome = put(*db, "w-large" + std::to_string(i), large);
        if (!outcome) {
            ++refused;
            CHECK(outcome.error().code == Code::Unavailable);
            CHECK(outcome.error().shown.find("full") != std::string::npos);
        }
        threads.emplace_back([&, i] {
            if (!put(*db, "w-thread" + std::to_string(i), large)) ++together;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(refused == 6);
    CHECK(together == 6);
    CHECK(names(*db) == std::set<std::string>{"w-before"});
    limit_pages(*db, 1'000'000);
    CHECK(put(*db, "w-after", large));
    db.reopen();
    CHECK(names(*db) == std::set<std::string>{"w-after", "w-before"});
}

TEST_CASE("a write or fsync that fails is never acknowledged, and the connection is opened anew") {
    const FaultyDisk disk;
    TempStore db;
    REQUIRE(put(*db, "w-before", "1"));
    for (auto* fault : {&write_fails, &sync_fails}) {
        const std::string kind = fault == &write_fails ? "write" : "sync";
        *fault = true;
        bool woken = false;
        const auto outcome = db->write([&](Writer& tx) {
            tx.execute(kInsert, "w-lost-" + kind, "x");
            tx.after_commit([&] { woken = true; });
        });
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Code::Unavailable);
        CHECK_FALSE(woken);
        CHECK(names(*db).count("w-before") == 1);  // reading goes on
        CHECK_FALSE(put(*db, "w-lost-again-" + kind, "x"));
        *fault = false;
        CHECK(put(*db, "w-kept-" + kind, "x"));
    }
    const std::set<std::string> kept{"w-before", "w-kept-sync", "w-kept-write"};
    CHECK(names(*db) == kept);
    db.reopen();
    CHECK(names(*db) == kept);
}

TEST_CASE("while the file cannot be opened again writes are refused, and later they work") {
    const FaultyDisk disk;
    TempStore db;
    REQUIRE(put(*db, "w1", "1"));
    sync_fails = true;
    CHECK_FALSE(put(*db, "w2", "1"));
    sync_fails = false;
    open_fails = true;
    for (int i = 0; i < 3; ++i) {
        const auto outcome = put(*db, "w3", "1");
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Code::Unavailable);
    }
    open_fails = false;
    CHECK(put(*db, "w4", "1"));
    CHECK(names(*db) == std::set<std::string>{"w1", "w4"});
}

TEST_CASE("ids issued before a failed commit are not issued again") {
    const FaultyDisk disk;
    TempStore db;
    std::int64_t lost = 0;
    sync_fails = true;
    CHECK_FALSE(db->write([&](Writer& tx) {
        lost = tx.next_id();
        tx.execute(kInsert, "w", "1");
    }));
    sync_fails = false;
    std::int64_t next = 0;
    REQUIRE(db->write([&](Writer& tx) { next = tx.next_id(); }));
    CHECK(next > lost);
    db.clock.advance(-1h);
    db.reopen();
    CHECK(db->reserve_id() > next);
}

TEST_CASE("the log is moved into the database in the background and stays small") {
    SqliteSettings settings;
    settings.wal_bytes = 256 * 1024;
    TempStore db(settings);
    const std::string large(20'000, 'x');
    std::int64_t largest = 0;
    for (int i = 0; i < 200; ++i) {
        REQUIRE(put(*db, "w" + std::to_string(i), large));
        largest = std::max(largest, db->stats().wal_bytes);
    }
    CHECK(largest < 1024 * 1024);  // 4 MB were written
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (db->stats().file_bytes < 4'000'000 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(50ms);
    CHECK(db->stats().file_bytes >= 4'000'000);
}

TEST_CASE("a reader that stays long holds the log back, not the writers") {
    SqliteSettings settings;
    settings.wal_bytes = 64 * 1024;
    TempStore db(settings);
    const std::string large(20'000, 'x');
    db->read([&](Reader& r) {
        CHECK(r.count(kPages) > 0);  // the snapshot begins
        std::thread writer([&] {
            for (int i = 0; i < 15; ++i) CHECK(put(*db, "w" + std::to_string(i), large));
        });
        writer.join();
        CHECK(r.all(kAll, [](const Row& row) { return row.text(0); }).empty());
    });
    CHECK(names(*db).size() == 15);
}

TEST_CASE("the nightly walk finds nothing in a sound database, and flipped bytes by name") {
    TempStore db;
    constexpr int kDocuments = 300;
    for (int i = 0; i < kDocuments; ++i)
        REQUIRE(db->write([&](Writer& tx) {
            const std::string uri = "https://b.example/notes/" + std::to_string(i);
            documents::put(
                tx, documents::pack("{\"id\":\"" + uri + "\"}"), {uri, "k", "fetch", "fetch"}
            );
        }));
    const auto walk = [&] {
        WalkReport all;
        for (int slice = 0; slice < kWalkSlices; ++slice) {
            auto report = walk_slice(*db, slice);
            CHECK(report.tables > 20);
            CHECK(report.documents < kDocuments);
            all.documents += report.documents;
            all.problems.insert(all.problems.end(), report.problems.begin(), report.problems.end());
        }
        return all;
    };
    auto report = walk();
    CHECK(report.documents == kDocuments);
    CHECK(report.problems.empty());

    // One byte in the stored bytes of note 77, in the file itself.
    const std::string uri = "https://b.example/notes/77";
    const auto packed = documents::pack("{\"id\":\"" + uri + "\"}");
    db.close();
    std::string file = tests::read_file(db.file());
    const auto at = file.find(packed.compressed);
    REQUIRE(at != std::string::npos);
    file[at + packed.compressed.size() - 3] ^= 0x20;
    std::ofstream(db.file(), std::ios::binary) << file;
    db.reopen();
    report = walk();
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].find(uri) != std::string::npos);
    CHECK(report.problems[0].find(to_hex(packed.hash)) != std::string::npos);
    CHECK_THROWS_AS(
        db->read([&](Reader& r) { (void)documents::find(r, packed.hash); }), StoreError
    );
}

TEST_CASE("a damaged page is found by the walk and never ends the process") {
    TempStore db;
    for (int i = 0; i < 200; ++i)
        REQUIRE(put(*db, "w" + std::to_string(i), std::string(2000, 'x')));
    db.close();
    // The b-tree header of every page but the first few: some belong to `settings`.
    std::string file = tests::read_file(db.file());
    const std::size_t pages = file.size() / 4096;
    for (std::size_t page = pages - 60; page < pages; ++page)
        file.replace(page * 4096, 16, std::string(16, '\x5a'));
    std::ofstream(db.file(), std::ios::binary) << file;
    db.reopen();
    const auto report = walk_slice(*db, 0);
    CHECK_FALSE(report.problems.empty());
    constexpr Query kRead{"test.read", "SELECT sum(length(value)) FROM settings"};
    CHECK_THROWS_AS(db->read([&](Reader& r) { (void)r.count(kRead); }), StoreError);
    CHECK(walk_slice(*db, 0).problems.size() == report.problems.size());
}

// Run as a process of its own by the test below: writes until it is killed, and says what was
// acknowledged.
TEST_CASE("a writer that will be killed" * doctest::skip()) {
    const char* file = std::getenv("OUTBOARD_TEST_FILE");
    const char* pipe = std::getenv("OUTBOARD_TEST_PIPE");
    if (file == nullptr || pipe == nullptr) return;
    const int out = std::atoi(pipe);
    tests::TestClock clock;
    auto db = open_sqlite({.file = file}, clock);
    REQUIRE(db);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (;;) {
                std::int64_t id = 0;
                if (!(*db)->write([&](Writer& tx) {
                        id = tx.next_id();
                        tx.execute(kInsert, "w" + std::to_string(id), std::string(300, 'x'));
                    }))
                    continue;
                const std::string line = std::to_string(id) + "\n";
                if (::write(out, line.data(), line.size()) < 0) return;
            }
        });
    for (auto& thread : threads) thread.join();
}

TEST_CASE("after kill -9 everything acknowledged is there, and no id is issued twice") {
    TempStore db;
    std::set<std::string> acknowledged;
    std::int64_t highest = 0;
    for (int round = 0; round < 8; ++round) {
        db.close();
        int ends[2] = {-1, -1};
        REQUIRE(::pipe(ends) == 0);
        ::setenv("OUTBOARD_TEST_FILE", db.file().c_str(), 1);
        ::setenv("OUTBOARD_TEST_PIPE", std::to_string(ends[1]).c_str(), 1);
        char program[] = "/proc/self/exe";
        char filter[] = "--test-case=a writer that will be killed";
        char skipped[] = "--no-skip";
        char* arguments[] = {program, filter, skipped, nullptr};
        pid_t child = 0;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        REQUIRE(::posix_spawn(&child, program, &actions, nullptr, arguments, environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);

        std::string said;
        char buffer[4096];
        const auto kill_at = 40 + 90 * static_cast<std::size_t>(round);  // lines
        bool killed = false;
        for (;;) {
            const auto got = ::read(ends[0], buffer, sizeof buffer);
            if (got <= 0) break;
            said.append(buffer, static_cast<std::size_t>(got));
            if (!killed &&
                std::count(said.begin(), said.end(), '\n') >= static_cast<long>(kill_at)) {
                REQUIRE(::kill(child, SIGKILL) == 0);
                killed = true;
            }
        }
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(killed);
        CHECK(WIFSIGNALED(status));
        for (const std::string_view line : split(said, '\n')) {
            std::int64_t id = 0;
            if (!said.ends_with('\n') && said.ends_with(line)) continue;
            if (!parse_decimal(line, id)) continue;
            CHECK(acknowledged.insert("w" + std::to_string(id)).second);
            highest = std::max(highest, id);
        }
        db.reopen();
        const auto there = names(*db);
        std::size_t missing = 0;
        for (const auto& name : acknowledged) missing += there.count(name) == 0 ? 1 : 0;
        CHECK(missing == 0);
        for (const auto& name : there) {
            std::int64_t id = 0;
            if (parse_decimal(std::string_view(name).substr(1), id))
                highest = std::max(highest, id);
        }
        CHECK(db->reserve_id() > highest);
        CHECK(walk_slice(*db, round % kWalkSlices).problems.empty());
    }
    CHECK(acknowledged.size() > 2000);
}
