// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "federation/ports.hpp"
#include "src/store/sqlite.hpp"

namespace outboard::tests {

/// A clock that moves when told. Threads: any.
class TestClock final : public Clock {
public:
    Instant now() const override { return from_ms(ms_.load()); }
    void set(Instant at) { ms_ = to_ms(at); }
    void advance(std::chrono::milliseconds by) { ms_ += by.count(); }

private:
    std::atomic<std::int64_t> ms_{1'764'000'000'000};  // 2025-11-24
};

/// A folder of its own under the system's temporary one, gone at the end.
class TempFolder {
public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "outboard-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// A freshly migrated database in a folder of its own. `reopen` closes it and opens the same file.
class TempStore {
public:
    explicit TempStore(store::SqliteSettings settings = {}) : settings_(std::move(settings)) {
        settings_.file = folder_ / "outboard.db";
        reopen();
    }
    void close() { db_.reset(); }
    void reopen() {
        db_.reset();
        auto opened = store::open_sqlite(settings_, clock);
        if (!opened) FAIL(opened.error().shown << " (" << opened.error().detail << ")");
        db_ = std::move(*opened);
    }
    store::Database& operator*() const { return *db_; }
    store::Database* operator->() const { return db_.get(); }
    const std::filesystem::path& file() const { return settings_.file; }

    TestClock clock;

private:
    TempFolder folder_;
    store::SqliteSettings settings_;
    std::unique_ptr<store::Database> db_;
};

}  // namespace outboard::tests
