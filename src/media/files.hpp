// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/base/time.hpp"

namespace outboard::media {

/// Files under the SHA-256 of their bytes: ROOT/ab/cdef… (two and sixty-two hex digits). The same
/// picture twice is one file; whether anything still needs it, rows say. Threads: any.
class Files {
public:
    explicit Files(std::filesystem::path root) : root_(std::move(root)) {}

    /// While this lives the file is not removed: from before it is written until its row is.
    class Pin {
    public:
        Pin(Pin&& other) noexcept : files_(other.files_), hash_(std::move(other.hash_)) {
            other.files_ = nullptr;
        }
        Pin& operator=(Pin&&) = delete;
        ~Pin() {
            if (files_ != nullptr) files_->unpin(hash_);
        }
        const std::string& hash() const { return hash_; }  // raw

    private:
        friend class Files;
        Pin(Files& files, std::string hash) : files_(&files), hash_(std::move(hash)) {}
        Files* files_;
        std::string hash_;
    };

    /// Durable when it returns: temporary name, fsync, rename, fsync of the folder.
    /// Errors: Unavailable when the disk does not take it.
    Result<Pin> put(std::string_view bytes);
    /// Errors: NotFound; Internal when what is there is not what its name says.
    Result<std::string> read(std::string_view hash) const;

    enum class Removal { Removed, Needed, Pinned };
    /// Removes a file that nobody pins and `is_needed` says no to. Twice is once.
    Removal remove(std::string_view hash, const std::function<bool()>& is_needed);

    /// Hashes of files last written before `limit`. Temporary files that old are removed.
    std::vector<std::string> list_older_than(Instant limit) const;

private:
    std::filesystem::path path_of(std::string_view hash) const;
    void pin(const std::string& hash);
    void unpin(const std::string& hash);

    const std::filesystem::path root_;
    mutable std::mutex mutex_;
    std::condition_variable removed_;
    std::unordered_map<std::string, int> pins_;  // as many as uploads are under way
    std::unordered_set<std::string> removing_;
};

}  // namespace outboard::media
