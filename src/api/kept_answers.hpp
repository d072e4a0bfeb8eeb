// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "src/base/guarded.hpp"
#include "src/base/limits.hpp"
#include "src/http/message.hpp"

namespace outboard::api {

/// Discovery's answers as they were sent (webfinger, nodeinfo, host-meta), good until something is
/// committed: so never older than what a handler would read. Only what a handler marked `public`,
/// to requests that say nothing of who asks. Threads: any.
class KeptAnswers {
public:
    /// `commits` is raised with each commit, before those who wait for it go on, and when settings
    /// change.
    explicit KeptAnswers(
        const std::atomic<std::uint64_t>& commits, std::size_t most_bytes = limits::kKeptAnswerBytes
    )
        : commits_(commits), most_(most_bytes) {}

    /// The answer, but for the fields that each answer has of its own.
    std::optional<http::Response> find(const http::Request& request) const;
    /// What `handler` answers, which is kept when it may be.
    http::Response answer(const http::Request& request, const http::Handler& handler);

private:
    struct Kept {
        std::uint64_t commits = 0;  // when all of these were made
        std::unordered_map<std::string, http::Response> by_request;
        std::size_t bytes = 0;
    };

    const std::atomic<std::uint64_t>& commits_;
    const std::size_t most_;
    Guarded<Kept> kept_;
};

}  // namespace outboard::api
