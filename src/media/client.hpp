// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "src/base/limits.hpp"
#include "src/base/workers.hpp"
#include "src/media/job.hpp"

namespace outboard::media {

/// Runs one job in a process of its own, and waits for it. The process is ended when it takes
/// longer than `deadline`, says more than a picture can be, or soon after `cancelled` is set.
/// Errors: Invalid with what is wrong with the file, also when the process ended on its own;
/// Unavailable when it cannot be started. Threads: any.
Result<Made> run_job(
    const std::filesystem::path& program,
    std::string_view file,
    const Job& job,
    std::chrono::milliseconds deadline = limits::kMediaDeadline,
    const std::atomic<bool>* cancelled = nullptr
);

/// The program beside the one that runs.
std::filesystem::path helper_beside_this();

/// Gives jobs to the executor that is there for them, so that no worker waits. Threads: any.
class Workshop {
public:
    /// `pool` bounds how many run and wait (limits::kMediaAtOnce, kMediaQueue).
    Workshop(std::filesystem::path program, Executor& pool)
        : program_(std::move(program)), pool_(pool) {}

    using Done = std::function<void(Result<Made>)>;
    /// Calls `done` once, on a thread of the pool; at once with Unavailable when too many wait.
    void make(std::string file, const Job& job, Done done);
    /// Ends what runs; what comes after is refused. The pool then ends without waiting long.
    void stop() { stopping_ = true; }
    const std::filesystem::path& program() const { return program_; }

private:
    const std::filesystem::path program_;
    Executor& pool_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace outboard::media
