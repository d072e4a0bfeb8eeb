// SPDX-License-Identifier: Apache-2.0
#include "src/jobs/handlers.hpp"
#include "src/jobs/payload.hpp"
#include "src/services/remote.hpp"

namespace outboard::jobs {

void register_home(Runner& runner) {
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
}

}  // namespace outboard::jobs
