// SPDX-License-Identifier: Apache-2.0
#include "src/store/media.hpp"
#include "src/base/limits.hpp"
#include "src/jobs/handlers.hpp"
#include "src/jobs/payload.hpp"
#include "src/media/files.hpp"
#include "src/store/queues.hpp"

namespace outboard::jobs {

namespace {

constexpr int kFiles = 500;  // of one job
constexpr auto kPinnedAgain = std::chrono::seconds(5);

bool is_needed(App& app, const std::string& hash) {
    return app.db.read([&](store::Reader& db) { return store::media::is_needed(db, hash); });
}

/// Removes the bytes of rows that went (THREATS 53), unless another row has the same.
void remove_files(App& app, const std::string&, const Finish& finish) {
    const auto gone =
        app.db.read([](store::Reader& db) { return store::media::list_gone(db, kFiles); });
    std::vector<std::string> settled;
    for (const auto& hash : gone) {
        const auto removal = app.media_files.remove(hash, [&] { return is_needed(app, hash); });
        if (removal != media::Files::Removal::Pinned) settled.push_back(hash);
    }
    const bool all = settled.size() == gone.size();
    finish({Outcome::Kind::Done, {}, [settled, all](store::Writer& tx) -> Result<void> {
                for (const auto& hash : settled) store::media::forget_gone(tx, hash);
                // Also what went while this job ran: its row was the one of the key.
                if (!store::media::list_gone(tx, 1).empty()) {
                    store::media::plan_removal(tx, all ? tx.now() : tx.now() + kPinnedAgain);
                }
                return {};
            }});
}

/// Everything of an account that was deleted, some at a time.
void purge(App&, const std::string& text, const Finish& finish) {
    const AccountId account{Payload(text).number("account")};
    finish({Outcome::Kind::Done, {}, [account, text](store::Writer& tx) -> Result<void> {
                if (store::media::drop_of_account(tx, account, kFiles) > 0) {
                    store::jobs::add(tx, "media.purge", text, tx.now());
                }
                return {};
            }});
}

}  // namespace

Result<void> sweep_media(App& app) {
    int dropped = kFiles;
    while (dropped == kFiles) {
        OB_TRY(dropped, app.db.write([&](store::Writer& tx) -> int {
            store::media::drop_old_quotas(tx);
            return store::media::drop_expired(tx, kFiles);
        }));
    }
    // What a process left that ended between the file and its row.
    for (const auto& hash :
         app.media_files.list_older_than(app.clock.now() - limits::kMediaOrphan)) {
        app.media_files.remove(hash, [&] { return is_needed(app, hash); });
    }
    return {};
}

void register_media(Runner& runner) {
    runner.handle("media.remove", remove_files, Tries::Endless);
    runner.handle("media.purge", purge, Tries::Endless);
}

}  // namespace outboard::jobs
