// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "federation/base/result.hpp"

namespace outboard::config {

/// The folder that holds all state: outboard.toml, outboard.db, keys, lock, control.sock, media/.
class DataFolder {
public:
    explicit DataFolder(std::filesystem::path root) : root_(std::move(root)) {}
    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path settings_file() const { return root_ / "outboard.toml"; }
    std::filesystem::path database_file() const { return root_ / "outboard.db"; }
    std::filesystem::path lock_file() const { return root_ / "lock"; }
    std::filesystem::path control_socket() const { return root_ / "control.sock"; }
    std::filesystem::path media_folder() const { return root_ / "media"; }
    std::filesystem::path keys_file() const { return root_ / "keys"; }

    /// Is there a node in it?
    bool is_initialized() const;
    /// Makes the folder (0700). Errors: Conflict when a node is there, Unavailable when it cannot
    /// be written.
    Result<void> create() const;

private:
    std::filesystem::path root_;
};

/// Writes a file that only its owner may read (0600), whole or not at all.
Result<void> write_private_file(const std::filesystem::path& file, std::string_view bytes);

/// The 32-byte node key. Errors: Unavailable when it is missing, of another size, or readable by
/// others (THREATS 99).
Result<std::string> read_node_key(const std::filesystem::path& file);

/// `flock` on a file, held while this lives; the kernel lets it go when the process ends, however
/// it ends.
class FolderLock {
public:
    /// Errors: Conflict when another process holds it.
    static Result<FolderLock> take(const std::filesystem::path& file);
    FolderLock(FolderLock&& other) noexcept : descriptor_(other.descriptor_) {
        other.descriptor_ = -1;
    }
    FolderLock& operator=(FolderLock&& other) noexcept;
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace outboard::config
