// SPDX-License-Identifier: Apache-2.0
#include "src/jobs/handlers.hpp"
#include "src/jobs/payload.hpp"
#include "src/services/polls.hpp"
#include "src/services/remote.hpp"
#include "src/services/tags.hpp"
#include "src/store/queues.hpp"

namespace outboard::jobs {

namespace {

void send_tally(App& app, const std::string& text, const Finish& finish) {
    const StatusId status{Payload(text).number("status")};
    const auto sent = services::send_tally(app, status);
    if (!sent) return finish({Outcome::Kind::Retry, sent.error().shown});
    if (!*sent) return finish({});
    finish({Outcome::Kind::Done, {}, [&app, status, sent = **sent](store::Writer& tx) {
                services::follow_tally(tx, app, status, sent);
                return Result<void>{};
            }});
}

/// Chunk by chunk, as the fan-out of homes.
void tell_end(App& app, const std::string& text, const Finish& finish) {
    const Payload payload(text);
    finish({Outcome::Kind::Done, {}, [&app, payload](store::Writer& tx) -> Result<void> {
                const StatusId status{payload.number("status")};
                const auto next = services::tell_end(tx, app, status, {payload.number("after")});
                if (!next) return {};
                store::jobs::add(
                    tx,
                    "poll.end",
                    write_json({{"status", status.value}, {"after", next->value}}),
                    tx.now(),
                    "poll " + status.str()
                );
                return {};
            }});
}

}  // namespace

void register_home(Runner& runner) {
    runner.handle("poll.tally", send_tally);
    runner.handle("poll.end", tell_end);
    // The rest of the author's local followers, chunk by chunk: each is the last act of one job and
    // plans the next.
    runner.handle("home.fanout", [](App& app, const std::string& text, const Finish& finish) {
        const Payload payload(text);
        finish({Outcome::Kind::Done, {}, [&app, payload](store::Writer& tx) -> Result<void> {
                    services::fan_out_home(
                        tx,
                        app,
                        {payload.number("author")},
                        {payload.number("status")},
                        payload.flag("boost"),
                        payload.number("after")
                    );
                    return {};
                }});
    });
    runner.handle("home.tags", [](App& app, const std::string& text, const Finish& finish) {
        const Payload payload(text);
        finish({Outcome::Kind::Done, {}, [&app, payload](store::Writer& tx) -> Result<void> {
                    services::fan_out_tags(
                        tx, app, {payload.number("status")}, payload.number("after")
                    );
                    return {};
                }});
    });
}

}  // namespace outboard::jobs
