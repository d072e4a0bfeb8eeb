// SPDX-License-Identifier: Apache-2.0
#include "src/services/polls.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "federation/base/text.hpp"
#include "federation/json.hpp"
#include "src/base/limits.hpp"
#include "src/html/html.hpp"
#include "src/present/sight.hpp"
#include "src/services/compose.hpp"
#include "src/services/media.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/statuses.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/media.hpp"
#include "src/store/polls.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

constexpr auto kTallyEvery = std::chrono::minutes(1);  // DESIGN.md 3.8
constexpr int kToldAtOnce = 500;                       // voters, in one transaction

tl::unexpected<Error> invalid(const std::string& why) {
    return fail(Code::Invalid, "Validation failed: " + why);
}

/// Whether these votes count; `chosen` are those the voter gave before.
Result<void> check_vote(
    const Poll& poll, const std::vector<int>& choices, const std::vector<int>& chosen, Instant now
) {
    if (poll.is_over(now)) return invalid("The poll has already ended");
    const auto count = static_cast<int>(poll.options.size());
    const bool exist = std::all_of(choices.begin(), choices.end(), [&](int choice) {
        return choice >= 0 && choice < count;
    });
    if (choices.empty() || !exist) return invalid("The chosen vote option does not exist");
    if (!chosen.empty()) return invalid("You have already voted on this poll");
    if (!poll.multiple && choices.size() > 1) {
        return invalid("Only one option of this poll can be chosen");
    }
    return {};
}

/// At most one Update a minute, however many vote.
void plan_tally(store::Writer& tx, App& app, StatusId status) {
    store::jobs::add(
        tx,
        "poll.tally",
        write_json({{"status", status.value}}),
        tx.now() + kTallyEvery,
        "tally " + status.str()
    );
    tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
}

struct Ballot {
    Account voter, author;
    Status status;
    Poll poll;
    std::vector<int> chosen;
};

Result<Ballot> find_ballot(store::Reader& db, AccountId viewer, StatusId id) {
    const auto seen = present::find_seen(db, id, viewer);
    if (!seen) return fail(Code::NotFound, "Record not found");
    const auto& status = seen->original();
    auto poll = store::polls::find(db, status.id);
    const auto voter = store::accounts::find(db, viewer);
    const auto author = store::accounts::find(db, status.account);
    if (!poll || !voter || !author) return fail(Code::NotFound, "Record not found");
    auto votes = store::polls::load_votes(db, {status.id}, viewer);
    return Ballot{
        .voter = *voter,
        .author = *author,
        .status = status,
        .poll = *std::move(poll),
        .chosen = votes[status.id]
    };
}

/// One Create for each option chosen, to the author alone, without text (N6).
Result<std::vector<PreparedActivity>> prepare_votes(
    App& app, const Ballot& ballot, const std::vector<int>& choices
) {
    std::vector<PreparedActivity> activities;
    if (ballot.author.is_local()) return activities;
    const auto audience = addressing_of(ballot.voter, Visibility::Direct, {ballot.author});
    for (const auto choice : choices) {
        const auto uri = transient_uri(app, ballot.voter, "votes");
        json note = {
            {"id", uri},
            {"type", "Note"},
            {"name", ballot.poll.options[static_cast<std::size_t>(choice)].title},
            {"attributedTo", ballot.voter.uri},
            {"inReplyTo", ballot.status.uri},
            {"to", json::array({ballot.author.uri})}
        };
        OB_TRY(
            auto activity,
            prepare_activity(
                app,
                ballot.voter,
                "Create",
                uri + "/activity",
                note,
                audience,
                /*with_proof=*/false
            )
        );
        activities.push_back(std::move(activity));
    }
    return activities;
}

}  // namespace

Result<Poll> make_poll(const NewPoll& wanted, Instant now) {
    if (wanted.options.size() < 2) return invalid("Poll must have more than one option");
    if (wanted.options.size() > kPollOptions) {
        return invalid("Poll cannot have more than " + std::to_string(kPollOptions) + " options");
    }
    Poll poll;
    std::unordered_set<std::string> seen;
    for (const auto& text : wanted.options) {
        const auto title = html::clean_name(text, kPollOptionCharacters + 1);
        if (title.empty()) return invalid("Poll options cannot be blank");
        if (count_codepoints(title) > kPollOptionCharacters) {
            return invalid(
                "Poll options cannot be longer than " + std::to_string(kPollOptionCharacters) +
                " characters each"
            );
        }
        if (!seen.insert(title).second) return invalid("Poll options cannot be the same");
        poll.options.push_back({.title = title, .votes = 0});
    }
    if (wanted.expires_in < kPollShortest) return invalid("Poll ends too soon");
    if (wanted.expires_in > kPollLongest) return invalid("Poll ends too far in the future");
    poll.multiple = wanted.multiple;
    poll.hide_totals = wanted.hide_totals;
    poll.expires_at = now + wanted.expires_in;
    poll.voters = 0;
    return poll;
}

Poll told_to_peers(Poll poll, Instant now) {
    if (poll.shows_totals(now)) return poll;
    for (auto& option : poll.options) option.votes = 0;
    return poll;
}

Result<void> vote(App& app, AccountId viewer, StatusId id, const std::vector<int>& choices) {
    OB_TRY(const auto ballot, app.db.read([&](store::Reader& db) {
        return find_ballot(db, viewer, id);
    }));
    if (ballot.author.id == viewer) return invalid("You cannot vote in your own polls");
    auto wanted = choices;
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    OB_CHECK(check_vote(ballot.poll, wanted, ballot.chosen, app.clock.now()));
    OB_TRY(const auto activities, prepare_votes(app, ballot, wanted));
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        OB_TRY(const auto here, find_ballot(tx, viewer, id));
        OB_CHECK(check_vote(here.poll, wanted, here.chosen, tx.now()));
        if (!asks_the_same(here.poll, ballot.poll)) {
            return fail(Code::Conflict, "The poll was changed at the same time; try again.");
        }
        store::polls::add_votes(tx, here.status.id, viewer, wanted);
        for (const auto& activity : activities) emit(tx, app, activity);
        if (here.author.is_local()) {
            plan_tally(tx, app, here.status.id);
        } else {
            plan_end(tx, app, here.status.id, here.poll);
        }
        return {};
    });
}

std::optional<RemoteVote> read_vote(const Identity& identity, const federation::Object& object) {
    if (object.type != "Note" || object.name.empty() || !object.content.empty()) return {};
    if (!object.in_reply_to || !object.attachments.empty()) return {};
    if (!identity.owns(object.in_reply_to->str())) return {};
    return RemoteVote{.status_uri = object.in_reply_to->str(), .option = object.name};
}

Result<void> take_vote(store::Writer& tx, App& app, AccountId voter, const RemoteVote& vote) {
    const auto status = store::statuses::find_by_uri(tx, vote.status_uri);
    if (!status || !status->local) return fail(Code::NotFound, "no such poll");
    OB_TRY(const auto ballot, find_ballot(tx, voter, status->id));
    const auto& options = ballot.poll.options;
    const auto option = std::find_if(options.begin(), options.end(), [&](const auto& one) {
        return one.title == vote.option;
    });
    if (option == options.end()) return fail(Code::NotFound, "no such option");
    const auto position = static_cast<int>(option - options.begin());
    // Several choices come one by one, so earlier ones are no hindrance where several may be made.
    const auto chosen = ballot.poll.multiple ? std::vector<int>{} : ballot.chosen;
    if (const auto counts = check_vote(ballot.poll, {position}, chosen, tx.now()); !counts) {
        return fail(Code::Forbidden, counts.error().shown);  // too late or again: no fault of ours
    }
    if (store::polls::add_votes(tx, status->id, voter, {position})) {
        plan_tally(tx, app, status->id);
    }
    return {};
}

void plan_end(store::Writer& tx, App& app, StatusId status, const Poll& poll) {
    if (!poll.expires_at) return;
    store::jobs::add(
        tx,
        "poll.end",
        write_json({{"status", status.value}, {"after", 0}}),
        *poll.expires_at,
        "poll " + status.str()
    );
    tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
}

Result<std::optional<Poll>> send_tally(App& app, StatusId id) {
    struct Before {
        Status status;
        Account author;
        Poll poll;
        std::vector<Account> mentioned;
        std::vector<std::string> hashtags;
        std::vector<Media> media;
        std::vector<AccountId> had;
    };
    const auto before = app.db.read([&](store::Reader& db) -> std::optional<Before> {
        const auto status = store::statuses::find(db, id);
        if (!status || !status->local || status->state != StatusState::Present) return {};
        auto poll = store::polls::find(db, id);
        const auto author = store::accounts::find(db, status->account);
        if (!poll || !author || !author->is_active()) return {};
        Before found{
            .status = *status,
            .author = *author,
            .poll = *std::move(poll),
            .mentioned = {},
            .hashtags = store::statuses::load_tags(db, {id})[id],
            .media = store::media::load_of_status(db, id),
            .had = had_by(db, *status)
        };
        found.mentioned = store::accounts::load(db, store::statuses::load_mentions(db, {id})[id]);
        constexpr int kMany = 1000;  // more come to the same inboxes
        add_recipients(found.had, remote_of(db, store::polls::list_voters(db, id, {}, kMany)));
        return found;
    });
    if (!before) return std::optional<Poll>{};
    const bool open = before->status.visibility <= Visibility::Unlisted;
    auto object = object_of(
        app.identity,
        before->author,
        before->status,
        before->mentioned,
        before->hashtags,
        told_to_peers(before->poll, app.clock.now())
    );
    object.attachments =
        attachments_of(app.identity, before->status, before->media, app.clock.now());
    OB_TRY(const auto rendered, render_object(app, before->author, object, /*with_proof=*/open));
    OB_TRY(
        auto update,
        prepare_activity(
            app,
            before->author,
            "Update",
            transient_uri(app, before->author, "updates"),
            rendered.document,
            object.audience,
            open
        )
    );
    update.item.status = id;
    add_recipients(update.item.to_accounts, before->had);
    OB_CHECK(app.db.write([&](store::Writer& tx) -> Result<void> {
        if (!store::statuses::set_tally(tx, id, before->status.revision, rendered.packed.hash)) {
            return fail(Code::Unavailable, "The post was edited at the same time.");
        }
        put_object(tx, before->status, rendered);
        emit(tx, app, update);
        return {};
    }));
    return std::optional(before->poll);
}

void follow_tally(store::Writer& tx, App& app, StatusId status, const Poll& sent) {
    const auto now = store::polls::find(tx, status);
    if (now && *now != sent) plan_tally(tx, app, status);
}

std::optional<AccountId> tell_end(store::Writer& tx, App& app, StatusId id, AccountId after) {
    const auto status = store::statuses::find(tx, id);
    const auto poll = store::polls::find(tx, id);
    if (!status || !poll || status->state != StatusState::Present) return std::nullopt;
    if (!poll->is_over(tx.now())) {  // its end was put off
        plan_end(tx, app, id, *poll);
        return std::nullopt;
    }
    if (after.value == 0) {
        store::notifications::add(tx, status->account, status->account, "poll", id);
        if (status->local) plan_tally(tx, app, id);
    }
    const auto voters = store::polls::list_voters(tx, id, after, kToldAtOnce);
    for (const auto voter : voters) {
        store::notifications::add(tx, voter, status->account, "poll", id);
    }
    return voters.size() == static_cast<std::size_t>(kToldAtOnce) ? std::optional(voters.back())
                                                                  : std::nullopt;
}

}  // namespace outboard::services
