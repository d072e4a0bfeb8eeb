// SPDX-License-Identifier: Apache-2.0
// outboard-media: one job on standard input, its outcome on standard output (job.hpp), then it
// ends.
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>
#include <string>

#include "src/base/limits.hpp"
#include "src/media/image.hpp"
#include "src/media/sandbox.hpp"

#if defined(__SANITIZE_THREAD__)
/// libvips and what is below it are not built for ThreadSanitizer, which sees races between their
/// threads that are none.
extern "C" const char* __tsan_default_options();  // NOLINT(bugprone-reserved-identifier): its name
extern "C" const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }
#endif

namespace {

using namespace outboard;

bool read_all(char* to, std::size_t size) {
    while (size > 0) {
        const auto count = ::read(STDIN_FILENO, to, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        to += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

bool write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::optional<std::string> read_frame(std::size_t most) {
    std::string head(media::kFrameHead, '\0');
    if (!read_all(head.data(), head.size())) return std::nullopt;
    const auto size = media::frame_size(head);
    if (size > most) return std::nullopt;
    std::string frame(size, '\0');
    if (!read_all(frame.data(), size)) return std::nullopt;
    return frame;
}

Result<media::Made> serve() {
    const auto job_text = read_frame(media::kJobBytes);
    const auto file = job_text ? read_frame(limits::kMediaFile) : std::nullopt;
    if (!file) return fail(Code::Invalid, "There is no whole file.");
    OB_TRY(const auto job, media::read_job(*job_text));
    try {
        return media::remake(*file, job);
    } catch (const std::exception&) {  // memory: the bound of the process was reached
        return fail(Code::Invalid, "The picture needs too much memory.");
    }
}

}  // namespace

int main() {
    media::limit_process();
    Result<media::Made> outcome = media::Made{};
    if (const auto ready = media::start_images(); !ready) {
        outcome = tl::unexpected<Error>(ready.error());
    } else if (const auto shut = media::shut_in(); !shut) {
        outcome = tl::unexpected<Error>(shut.error());
    } else {
        outcome = serve();
    }
    // Without the libraries' ends: they would want what is shut.
    ::_exit(write_all(media::write_outcome(outcome)) ? 0 : 1);
}
