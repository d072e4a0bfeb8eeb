// SPDX-License-Identifier: Apache-2.0
#include "src/services/threads.hpp"

#include <unordered_set>

#include "src/base/log.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {

namespace {

constexpr auto kWhole = std::chrono::minutes(2);

// Shared by the continuations of one chain, which run one after the other.
struct Chain : std::enable_shared_from_this<Chain> {
    Chain(App& a, std::function<void(Result<int>)> d)
        : app(a), done(std::move(d)), began(a.clock.now()) {
        budget.shared();
    }
    App& app;
    std::function<void(Result<int>)> done;
    Instant began;
    FetchBudget budget;
    std::unordered_set<std::string> seen;
    int stored = 0;

    void climb(StatusId child) {
        const auto status =
            app.db.read([&](store::Reader& db) { return store::statuses::find(db, child); });
        if (!status || status->reply_to_uri.empty() || status->reply_to) return done(stored);
        const auto parent = status->reply_to_uri;
        if (stored >= static_cast<int>(limits::kThreadDepth) || app.identity.owns(parent) ||
            !seen.insert(parent).second || app.clock.now() - began > kWhole) {
            return done(stored);
        }
        resolve_status(
            app,
            parent,
            budget,
            [self = shared_from_this(), parent](Result<StatusId> id) {
                if (!id) {
                    log::debug("threads.ancestor", {{"uri", parent}, {"why", id.error().shown}});
                    return self->done(self->stored);
                }
                ++self->stored;
                self->climb(*id);
            },
            /*fetch_ancestors=*/false
        );
    }
};

}  // namespace

void fetch_ancestors(App& app, StatusId status, std::function<void(Result<int>)> done) {
    std::make_shared<Chain>(app, std::move(done))->climb(status);
}

}  // namespace outboard::services
