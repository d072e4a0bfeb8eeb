// SPDX-License-Identifier: Apache-2.0
#include "src/media/client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "src/base/log.hpp"
#include "src/base/once.hpp"

namespace outboard::media {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAnswerMost = 2 * limits::kMediaMade + 64 * limits::kKiB;
constexpr std::int64_t kLook = 200;  // ms between looks at whether the job is still wanted
constexpr std::size_t kRead = 256 * limits::kKiB;

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { reset(); }
    void reset() {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    int get() const { return number_; }

private:
    int number_;
};

struct Pipe {
    Descriptor read, write;
};

/// Sockets, because a write to a process that has ended must not be a signal to ours.
Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail(Code::Unavailable, "Pictures cannot be taken now; try again.", "socketpair");
    }
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// A process that is ended and waited for in every case.
class Child {
public:
    explicit Child(pid_t id) : id_(id) {}
    Child(Child&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
    Child& operator=(Child&&) = delete;
    ~Child() {
        if (id_ <= 0) return;
        ::kill(id_, SIGKILL);
        wait();
    }
    /// 0 when it ended well.
    int wait() {
        int status = 0;
        while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
        }
        id_ = 0;
        return status;
    }

private:
    pid_t id_;
};

/// posix_spawn, because a fork of a program with threads must not allocate before it executes.
/// Nothing of ours goes along: no descriptor, no variable, no blocked signal, no folder.
Result<Child> start(const std::filesystem::path& program, int in, int out) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&files, "/");
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const auto name = program.string();
    // Without VIPSHOME libvips would load plugins for formats that we do not take.
    std::array<std::string, 3> variables = {
        "VIPSHOME=/nonexistent", "LC_ALL=C.UTF-8", "MALLOC_ARENA_MAX=2"
    };
    std::array<char*, 4> environment = {
        variables[0].data(), variables[1].data(), variables[2].data(), nullptr
    };
    std::string argument = "outboard-media";
    std::array<char*, 2> arguments = {argument.data(), nullptr};
    pid_t id = 0;
    const int problem =
        posix_spawn(&id, name.c_str(), &files, &attributes, arguments.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (problem != 0) {
        log::error(
            "media.not_started",
            {{"program", name}, {"why", std::generic_category().message(problem)}}
        );
        return fail(
            Code::Unavailable, "Pictures cannot be taken now: outboard-media does not start."
        );
    }
    return Child(id);
}

/// Writes what is left and reads what comes, until the other side closes. False when it is late or
/// says too much.
bool converse(
    Descriptor to,
    const Descriptor& from,
    std::string_view head,
    std::string_view file,
    std::string& answer,
    Clock::time_point until,
    const std::atomic<bool>* cancelled
) {
    ::fcntl(to.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(from.get(), F_SETFL, O_NONBLOCK);
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0 || (cancelled != nullptr && *cancelled)) return false;
        std::array<pollfd, 2> ends = {
            pollfd{.fd = from.get(), .events = POLLIN, .revents = 0},
            pollfd{.fd = to.get(), .events = POLLOUT, .revents = 0}
        };
        if (::poll(ends.data(), ends.size(), static_cast<int>(std::min(left, kLook))) < 0 &&
            errno != EINTR) {
            return false;
        }
        if (to.get() >= 0 && ends[1].revents != 0) {
            auto& rest = head.empty() ? file : head;
            const auto count = ::send(to.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
            const bool broken = count < 0 && errno != EAGAIN && errno != EINTR;
            if (broken || (head.empty() && file.empty())) to.reset();
        }
        if (ends[0].revents == 0) continue;
        const auto had = answer.size();
        answer.resize(had + kRead);
        const auto count = ::read(from.get(), answer.data() + had, kRead);
        answer.resize(had + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0) return true;
        if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (answer.size() > kAnswerMost) return false;
    }
}

}  // namespace

Result<Made> run_job(
    const std::filesystem::path& program,
    std::string_view file,
    const Job& job,
    std::chrono::milliseconds deadline,
    const std::atomic<bool>* cancelled
) {
    if (file.size() > limits::kMediaFile) {
        return fail(Code::Invalid, "The file is larger than this server takes.");
    }
    OB_TRY(auto in, make_pipe());
    OB_TRY(auto out, make_pipe());
    OB_TRY(auto child, start(program, in.read.get(), out.write.get()));
    in.read.reset();
    out.write.reset();
    const auto text = write_job(job);
    const auto head = frame_head(text.size()) + text + frame_head(file.size());
    std::string answer;
    const Blocking blocking;
    const bool whole = converse(
        std::move(in.write), out.read, head, file, answer, Clock::now() + deadline, cancelled
    );
    if (!whole) {
        log::warn("media.cut", {{"bytes", file.size()}, {"deadline", deadline}});
        if (cancelled != nullptr && *cancelled) {
            return fail(Code::Unavailable, "This server is stopping; try again.");
        }
        return fail(Code::Invalid, "The picture takes too long to read.");
    }
    const int status = child.wait();
    auto outcome = read_outcome(answer);
    if (outcome || outcome.error().code == Code::Invalid) return outcome;
    // A crash of the decoder is a fault of the file as far as its sender is concerned (THREATS 47).
    log::warn("media.ended", {{"status", status}, {"bytes", file.size()}});
    return fail(Code::Invalid, "The picture cannot be read.");
}

std::filesystem::path helper_beside_this() {
    std::error_code gone;
    return std::filesystem::read_symlink("/proc/self/exe", gone).parent_path() / "outboard-media";
}

void Workshop::make(std::string file, const Job& job, Done done) {
    auto finish = exactly_once<Result<Made>>(std::move(done), [] {
        return Result<Made>(fail(Code::Unavailable, "Too many pictures wait to be read; try again.")
        );
    });
    // Shared because the function of an executor is copied.
    auto bytes = std::make_shared<const std::string>(std::move(file));
    const bool posted = pool_.post([this, bytes, job, finish] {
        finish(run_job(program_, *bytes, job, limits::kMediaDeadline, &stopping_));
    });
    if (!posted) log::warn("media.queue_full");
}

}  // namespace outboard::media
