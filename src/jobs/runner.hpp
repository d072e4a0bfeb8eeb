// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "src/base/guarded.hpp"
#include "src/services/app.hpp"

namespace outboard::jobs {

/// How a job ended. A job that needs the network starts it, keeps `finish` and returns; it never
/// blocks.
struct Outcome {
    enum class Kind { Done, Retry, Dead } kind = Kind::Done;
    std::string problem = {};
    /// For Done: runs in the transaction that ends the job, after its row and key are gone: the
    /// last step, or the next job of its kind. SQL only.
    std::function<Result<void>(store::Writer&)> with = nullptr;
};
using Finish = std::function<void(Outcome)>;
using Handler = std::function<void(App&, const std::string& payload, Finish)>;

/// Leases due rows of `jobs`, runs their handlers on workers, retries with backoff and jitter
/// (limits::kJobTries), keeps dead ones visible. Threads: `step` from one loop at a time; handlers
/// on workers.
/// Whether a job that fails is given up after limits::kJobTries. What removes data that somebody
/// wanted gone, or plans its own next run, is not.
enum class Tries { Limited, Endless };

class Runner {
public:
    explicit Runner(App& app) : app_(app) {}
    void handle(std::string kind, Handler handler, Tries tries = Tries::Limited) {
        handlers_.emplace(std::move(kind), Kind{std::move(handler), tries});
    }
    /// Starts what is due; returns the time until the next due row (at most 1 s). Tests call it
    /// until nothing is due.
    std::chrono::milliseconds step();
    int running() const;
    App& app() { return app_; }

private:
    App& app_;
    struct Kind {
        Handler handler;
        Tries tries = Tries::Limited;
    };
    std::unordered_map<std::string, Kind> handlers_;
    // Shared with the jobs under way, which may end after a test has dropped the Runner.
    std::shared_ptr<Guarded<int>> running_ = std::make_shared<Guarded<int>>(0);
};

}  // namespace outboard::jobs
