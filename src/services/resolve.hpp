// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "federation/gate.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

/// How much of the network one piece of work may use.
struct FetchBudget {
    std::size_t documents = limits::kFetchesPerActivity;
    std::chrono::milliseconds deadline = limits::kResolveDeadline;
    /// Documents fetched so far; shared by the steps of one piece of work, which run one after the
    /// other. Made when absent.
    std::shared_ptr<std::size_t> spent = nullptr;

    FetchBudget& shared() {
        if (!spent) spent = std::make_shared<std::size_t>(0);
        return *this;
    }
};

/// Runs a Step to its end: calls it, fetches what it Needs (signed by the node actor), adds it to
/// the Documents and calls again on a worker. `done` is called once, on a worker (or at once on the
/// caller's thread when nothing is needed). Errors besides the step's own: Unavailable when the
/// budget is spent.
template <class T>
void drive(
    App& app,
    std::function<federation::Step<T>(const federation::Documents&)> step,
    FetchBudget budget,
    std::function<void(Result<T>)> done
);

namespace detail {
void fetch_needed(
    App& app,
    const federation::Needs& needs,
    std::chrono::milliseconds deadline,
    std::function<void(federation::Fetched)> done
);
Instant deadline_now(App& app);
/// Why an address is not fetched at all: no web address, or of a host that is neither asked nor
/// taken from (R1).
std::optional<Error> refused(App& app, const federation::Iri& iri);
}  // namespace detail

// What a step may end with, stored and ready to present.
using Resolved = std::variant<std::monostate, AccountId, StatusId>;

/// The account of an actor id: from the store when fresh, else fetched, verified and stored.
void resolve_account(
    App& app,
    const std::string& uri,
    FetchBudget budget,
    std::function<void(Result<AccountId>)> done
);
/// `user@domain` by WebFinger (local ones without).
void resolve_handle(
    App& app,
    std::string user,
    std::string domain,
    FetchBudget budget,
    std::function<void(Result<AccountId>)> done
);
/// Fetches the actor again, however fresh it is (A5, Update of an actor, Move). Errors: NotFound
/// when its host says that it is gone.
void refresh_account(
    App& app,
    const std::string& uri,
    FetchBudget budget,
    std::function<void(Result<AccountId>)> done
);
/// The status of an object id (or page address), with its author; ancestors follow as a job when
/// `fetch_ancestors`.
void resolve_status(
    App& app,
    const std::string& uri,
    FetchBudget budget,
    std::function<void(Result<StatusId>)> done,
    bool fetch_ancestors = true
);
/// Fetches an object that may be here already and applies what it says now: new, edited, or gone
/// (then it is deleted here; O14).
void refresh_status(
    App& app, const std::string& uri, FetchBudget budget, std::function<void(Result<StatusId>)> done
);
/// Whatever stands behind an address: actor or object (search with resolve).
void resolve_any(
    App& app, const std::string& uri, FetchBudget budget, std::function<void(Result<Resolved>)> done
);

/// What this node demands of signatures and senders.
federation::GatePolicy gate_policy(App& app);
/// The gate with this node's policy.
federation::Gate make_gate(App& app);

template <class T>
void drive(
    App& app,
    std::function<federation::Step<T>(const federation::Documents&)> step,
    FetchBudget budget,
    std::function<void(Result<T>)> done
) {
    // Shared by the continuations of one piece of work, which run one after the other.
    struct Work : std::enable_shared_from_this<Work> {
        Work(
            App& a,
            std::function<federation::Step<T>(const federation::Documents&)> s,
            FetchBudget b,
            std::function<void(Result<T>)> d
        )
            : app(a),
              step(std::move(s)),
              budget(std::move(b)),
              done(std::move(d)),
              began(detail::deadline_now(a)) {
            budget.shared();
        }
        App& app;
        std::function<federation::Step<T>(const federation::Documents&)> step;
        FetchBudget budget;
        std::function<void(Result<T>)> done;
        Instant began;
        federation::Documents fetched;

        /// A broken store must not take the worker with it; who waits is told by whatever guards
        /// its callback (base/once.hpp).
        void go() {
            try {
                advance();
            } catch (const std::exception& problem) {
                log::error("drive.failed", {{"problem", problem.what()}});
            }
        }

        void advance() {
            auto outcome = step(fetched);
            if (auto* value = std::get_if<T>(&outcome)) return done(Result<T>(std::move(*value)));
            if (auto* error = std::get_if<Error>(&outcome)) {
                return done(Result<T>(std::move(*error)));
            }
            const auto& needs = std::get<federation::Needs>(outcome);
            const auto left = budget.deadline - (detail::deadline_now(app) - began);
            if (*budget.spent >=
                budget.documents) {  // it leads on; the next try would end here too
                return done(Result<T>(Error{
                    Code::Invalid,
                    "It leads through more documents than are fetched for one.",
                    needs.iri.str()
                }));
            }
            if (left <= std::chrono::milliseconds(0)) {
                return done(Result<T>(Error{
                    Code::Unavailable, "The other server did not answer in time.", needs.iri.str()
                }));
            }
            ++*budget.spent;
            detail::fetch_needed(
                app,
                needs,
                left,
                [self = this->shared_from_this(),
                 asked = needs.iri.without_fragment().str()](federation::Fetched got) {
                    self->fetched.insert_or_assign(asked, std::move(got));
                    if (!self->app.workers.post([self] { self->go(); })) {
                        self->done(Result<T>(
                            Error{Code::Unavailable, "This server is busy; try again in a moment."}
                        ));
                    }
                }
            );
        }
    };
    std::make_shared<Work>(app, std::move(step), std::move(budget), std::move(done))->go();
}

}  // namespace outboard::services
