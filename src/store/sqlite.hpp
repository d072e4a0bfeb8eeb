// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "src/base/limits.hpp"
#include "src/base/workers.hpp"
#include "src/store/database.hpp"

namespace outboard::store {

struct SqliteSettings {
    std::filesystem::path file;
    int readers = 4;  // cores + 2
    bool synchronous_full = true;
    /// Raised after each commit, before its callers go on: what was read when it had another value
    /// may be old. May be absent.
    std::atomic<std::uint64_t>* commits = nullptr;
    int reader_cache_kib = 2048;  // per connection: idle memory is readers times this at most
    int writer_cache_kib = 8192;
    std::size_t wal_bytes =
        limits::kWalBytes;    // above it the writer pauses for a truncating checkpoint
    Wake* streams = nullptr;  // of what waits for stream_events; outlives the database
};

/// Opens or creates the file: application id, WAL, migrations from schemas/sql (embedded), writer
/// and checkpointer threads. Errors: Unavailable for a file that is no Outboard database, is newer
/// than this binary, damaged (with repair advice) or unreadable.
Result<std::unique_ptr<Database>> open_sqlite(const SqliteSettings& settings, const Clock& clock);

}  // namespace outboard::store
