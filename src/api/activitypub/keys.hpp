// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "src/api/render.hpp"
#include "src/base/once.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/resolve.hpp"
#include "src/store/accounts.hpp"

namespace outboard::api::activitypub {

inline bool is_known(App& app, const federation::Iri& actor) {
    return app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_uri(db, actor.str()).has_value();
    });
}

/// A step that asks for documents only within the key cache's budgets (THREATS 24, SIG48, SIG49).
/// What was fetched in vain is remembered.
template <class T>
std::function<federation::Step<T>(const federation::Documents&)> with_key_budget(
    App& app, std::function<federation::Step<T>(const federation::Documents&)> step
) {
    // Shared by the calls of one piece of work, which run one after the other.
    auto asked = std::make_shared<std::vector<federation::Iri>>();
    return [&app, step = std::move(step), asked](const federation::Documents& fetched
           ) -> federation::Step<T> {
        auto outcome = step(fetched);
        if (const auto* needs = std::get_if<federation::Needs>(&outcome)) {
            auto document = needs->iri.without_fragment();
            if (!app.key_cache.may_fetch(document, app.clock.now())) {
                if (is_known(app, document)) {
                    return Error{
                        Code::Unauthorized,
                        "The signature does not fit the key that is known, and its server was "
                        "asked for a newer one just now.",
                        document.str()
                    };
                }
                // Others may have spent the budget, so nothing is refused for good (SIG49).
                return Error{
                    Code::RateLimited,
                    "The key of this signature could not be confirmed now: its server was asked "
                    "too "
                    "often. Send it again later.",
                    document.str()
                };
            }
            asked->push_back(std::move(document));
        } else if (std::holds_alternative<Error>(outcome)) {
            for (const auto& document : *asked) {
                // Whose document could be had is not to blame for a forger's signature: remembering
                // that as its failure would lock out an actor we do not know yet.
                const auto got = fetched.find(document.str());
                const bool answered = got != fetched.end() && got->second.status == 200;
                if (!answered || is_known(app, document)) {
                    app.key_cache.note_failure(document, app.clock.now());
                }
            }
        }
        return outcome;
    };
}

/// Ends at once when nothing must be fetched, else answers later: `finish` then runs on a worker.
template <class T>
Result<http::Response> run_step(
    App& app,
    std::function<federation::Step<T>(const federation::Documents&)> step,
    std::chrono::milliseconds deadline,
    std::function<Result<http::Response>(Result<T>)> finish
) {
    auto first = std::make_shared<federation::Step<T>>(step({}));
    if (auto* value = std::get_if<T>(first.get())) return finish(Result<T>(std::move(*value)));
    if (auto* error = std::get_if<Error>(first.get())) return finish(Result<T>(std::move(*error)));
    const auto host = std::get<federation::Needs>(*first).iri.authority();
    return later(
        host,
        Surface::ActivityPub,
        [&app, step = std::move(step), first, deadline, finish = std::move(finish)](
            const Resume& resume
        ) {
            services::FetchBudget budget;
            budget.documents = 6;  // a key document, its owner, one redirect of each by id
            budget.deadline = deadline;
            // The first outcome is known already: asking again would count twice.
            auto rest = [step, first](const federation::Documents& fetched) -> federation::Step<T> {
                return fetched.empty() ? *first : step(fetched);
            };
            services::drive<T>(
                app,
                std::move(rest),
                std::move(budget),
                exactly_once<Result<T>>(
                    [resume, finish](Result<T> outcome) {
                        // A resumed function must be copyable; the outcome need not be.
                        auto kept = std::make_shared<Result<T>>(std::move(outcome));
                        resume([kept, finish] { return finish(*kept); });
                    },
                    [] { return Result<T>(Error{Code::Internal, "", "a step was dropped"}); }
                )
            );
        }
    );
}

}  // namespace outboard::api::activitypub
