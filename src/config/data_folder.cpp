// SPDX-License-Identifier: Apache-2.0
#include "src/config/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace outboard::config {
namespace {
constexpr std::size_t kNodeKeyBytes = 32;
std::string why() { return std::generic_category().message(errno); }
}  // namespace

bool DataFolder::is_initialized() const {
    std::error_code ignored;
    return std::filesystem::exists(settings_file(), ignored) ||
           std::filesystem::exists(database_file(), ignored);
}

Result<void> DataFolder::create() const {
    if (is_initialized()) {
        return fail(
            Code::Conflict,
            "There is a node in " + root_.string() + " already; choose another folder with --data."
        );
    }
    std::error_code problem;
    std::filesystem::create_directories(root_, problem);
    if (!problem) std::filesystem::permissions(root_, std::filesystem::perms::owner_all, problem);
    if (problem)
        return fail(Code::Unavailable, root_.string() + " cannot be made: " + problem.message());
    return {};
}

Result<void> write_private_file(const std::filesystem::path& file, std::string_view bytes) {
    const auto temporary = file.string() + ".new";
    const int out = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) return fail(Code::Unavailable, temporary + " cannot be written: " + why());
    std::size_t written = 0;
    bool is_fine = true;
    while (is_fine && written < bytes.size()) {
        const auto count = ::write(out, bytes.data() + written, bytes.size() - written);
        is_fine = count > 0;
        if (is_fine) written += static_cast<std::size_t>(count);
    }
    is_fine = is_fine && ::fsync(out) == 0;
    const std::string problem = is_fine ? "" : why();
    ::close(out);
    if (!is_fine || ::rename(temporary.c_str(), file.c_str()) != 0) {
        const auto reason = problem.empty() ? why() : problem;
        ::unlink(temporary.c_str());
        return fail(Code::Unavailable, file.string() + " cannot be written: " + reason);
    }
    return {};
}

Result<std::string> read_node_key(const std::filesystem::path& file) {
    struct stat facts{};
    if (::stat(file.c_str(), &facts) != 0) {
        return fail(
            Code::Unavailable,
            "The node key " + file.string() + " cannot be read (" + why() +
                "). Without it no private key opens: restore it from a backup."
        );
    }
    if ((facts.st_mode & 077U) != 0) {
        return fail(
            Code::Unavailable,
            "The node key " + file.string() + " is readable by others. Run: chmod 600 " +
                file.string()
        );
    }
    std::ifstream in(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    if (!in || bytes.str().size() != kNodeKeyBytes) {
        return fail(
            Code::Unavailable, "The node key " + file.string() + " must have exactly 32 bytes."
        );
    }
    return bytes.str();
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail(Code::Unavailable, file.string() + " cannot be opened: " + why());
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return fail(Code::Conflict, "Another process works on this data folder.");
    }
    return FolderLock(descriptor);
}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace outboard::config
