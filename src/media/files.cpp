// SPDX-License-Identifier: Apache-2.0
#include "src/media/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "federation/base/bytes.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"

namespace outboard::media {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kFolderDigits = 2, kHashDigits = 64;
constexpr std::string_view kUnfinished = "new-";

tl::unexpected<Error> not_stored(const fs::path& path) {
    log::error(
        "media.not_stored",
        {{"path", path.string()}, {"why", std::generic_category().message(errno)}}
    );
    return fail(Code::Unavailable, "The picture cannot be stored now; try again.");
}

bool write_whole(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(to, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(to) == 0;
}

bool sync_folder(const fs::path& folder) {
    const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return false;
    const bool fine = ::fsync(opened) == 0;
    ::close(opened);
    return fine;
}

/// Makes the folder when it is not there, and its entry durable.
bool make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder.parent_path());
    return errno == EEXIST;
}

Instant written_at(const fs::directory_entry& entry) {
    struct stat facts{};
    if (::stat(entry.path().c_str(), &facts) != 0) return Instant::max();
    return from_ms(static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1000);
}

}  // namespace

fs::path Files::path_of(std::string_view hash) const {
    const auto name = to_hex(hash);
    return root_ / name.substr(0, kFolderDigits) / name.substr(kFolderDigits);
}

void Files::pin(const std::string& hash) {
    std::unique_lock lock(mutex_);
    removed_.wait(lock, [&] { return !removing_.contains(hash); });
    ++pins_[hash];
}

void Files::unpin(const std::string& hash) {
    std::lock_guard lock(mutex_);
    const auto it = pins_.find(hash);
    if (it != pins_.end() && --it->second == 0) pins_.erase(it);
}

Result<Files::Pin> Files::put(std::string_view bytes) {
    static std::atomic<unsigned> count{0};
    auto hash = sha256(bytes);
    pin(hash);
    Pin held(*this, std::move(hash));
    const auto path = path_of(held.hash());
    std::error_code absent;
    if (fs::file_size(path, absent) == bytes.size() && !absent) return held;
    if (!make_folder(root_) || !make_folder(path.parent_path())) return not_stored(path);
    const auto unfinished =
        path.parent_path() / (std::string(kUnfinished) + std::to_string(::getpid()) + "-" +
                              std::to_string(count.fetch_add(1)));
    const int out = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0) return not_stored(unfinished);
    const bool written = write_whole(out, bytes);
    ::close(out);
    if (!written || ::rename(unfinished.c_str(), path.c_str()) != 0 ||
        !sync_folder(path.parent_path())) {
        auto problem = not_stored(path);
        ::unlink(unfinished.c_str());
        return problem;
    }
    return held;
}

Result<std::string> Files::read(std::string_view hash) const {
    const auto path = path_of(hash);
    const int in = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (in < 0) return fail(Code::NotFound, "There is no such picture.");
    std::string bytes;
    struct stat facts{};
    bool whole = ::fstat(in, &facts) == 0 && facts.st_size >= 0 &&
                 static_cast<std::size_t>(facts.st_size) <= limits::kMediaMade;
    if (whole) bytes.resize(static_cast<std::size_t>(facts.st_size));
    std::size_t had = 0;
    while (whole && had < bytes.size()) {
        const auto count = ::read(in, bytes.data() + had, bytes.size() - had);
        if (count < 0 && errno == EINTR) continue;
        whole = count > 0;
        if (whole) had += static_cast<std::size_t>(count);
    }
    ::close(in);
    // Damage is found when it is read (R19): 1 ms for a megabyte.
    if (!whole || sha256(bytes) != hash) {
        log::error(
            "media.damaged", {{"path", path.string()}, {"next", "restore it from a backup"}}
        );
        return fail(Code::Internal, "", "a media file is damaged");
    }
    return bytes;
}

Files::Removal Files::remove(std::string_view hash, const std::function<bool()>& is_needed) {
    const std::string key(hash);
    {
        std::lock_guard lock(mutex_);
        if (pins_.contains(key) || !removing_.insert(key).second) return Removal::Pinned;
    }
    // Whoever wants to pin it waits for us from here on, so what `is_needed` says stays true.
    const auto end = [&] {
        {
            std::lock_guard lock(mutex_);
            removing_.erase(key);
        }
        removed_.notify_all();
    };
    try {
        const bool needed = is_needed();
        if (!needed) {
            const auto path = path_of(hash);
            if (::unlink(path.c_str()) == 0) sync_folder(path.parent_path());
        }
        end();
        return needed ? Removal::Needed : Removal::Removed;
    } catch (...) {
        end();
        throw;
    }
}

std::vector<std::string> Files::list_older_than(Instant limit) const {
    std::vector<std::string> hashes;
    std::error_code gone;
    for (const auto& folder : fs::directory_iterator(root_, gone)) {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(folder.path(), ignored)) {
            if (written_at(entry) >= limit) continue;
            const auto name = entry.path().filename().string();
            if (name.starts_with(kUnfinished)) {
                fs::remove(entry.path(), ignored);
                continue;
            }
            const auto hash = from_hex(folder.path().filename().string() + name);
            if (hash && hash->size() * 2 == kHashDigits) hashes.push_back(*hash);
        }
    }
    return hashes;
}

}  // namespace outboard::media
