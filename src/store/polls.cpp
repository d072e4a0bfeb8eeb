// SPDX-License-Identifier: Apache-2.0
#include "src/store/polls.hpp"

#include "src/store/lists.hpp"

namespace outboard::store::polls {
namespace {

OB_IDS_QUERY(
    kLoad,
    "poll.load",
    "SELECT status, multiple, hide_totals, expires_at, voters FROM polls WHERE status",
    "$1",
    ""
);
OB_IDS_QUERY(
    kOptions,
    "poll.load_options",
    "SELECT status, title, votes FROM poll_options WHERE status",
    "$1",
    " ORDER BY status, position"
);
OB_IDS_QUERY(
    kVotes,
    "poll.load_votes",
    "SELECT status, position FROM poll_votes WHERE account = $2 AND status",
    "$1",
    " ORDER BY status, position"
);
OB_QUERY(kPut, "poll.put", R"sql(
    INSERT INTO polls (status, multiple, hide_totals, expires_at, voters)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (status) DO UPDATE SET multiple = excluded.multiple,
        hide_totals = excluded.hide_totals, expires_at = excluded.expires_at,
        voters = excluded.voters)sql");
OB_QUERY(kPutOption, "poll.put_option", R"sql(
    INSERT INTO poll_options (status, position, title, votes) VALUES ($1, $2, $3, $4))sql");
OB_QUERY(kHasVoted, "poll.has_voted", R"sql(
    SELECT 1 FROM poll_votes WHERE status = $1 AND account = $2 LIMIT 1)sql");
OB_QUERY(kHasChosen, "poll.has_chosen", R"sql(
    SELECT 1 FROM poll_votes WHERE status = $1 AND account = $2 AND position = $3)sql");
OB_QUERY(kAddVote, "poll.add_vote", R"sql(
    INSERT INTO poll_votes (status, account, position, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (status, account, position) DO NOTHING)sql");
OB_QUERY(kRaise, "poll.raise_option", R"sql(
    UPDATE poll_options SET votes = votes + 1 WHERE status = $1 AND position = $2)sql");
OB_QUERY(kRaiseVoters, "poll.raise_voters", R"sql(
    UPDATE polls SET voters = voters + 1 WHERE status = $1 AND voters IS NOT NULL)sql");
OB_QUERY(kVoters, "poll.list_voters", R"sql(
    SELECT DISTINCT account FROM poll_votes WHERE status = $1 AND account > $2
    ORDER BY account LIMIT $3)sql");
OB_QUERY(kDropOptions, "poll.drop_options", "DELETE FROM poll_options WHERE status = $1");
OB_QUERY(kDropVotes, "poll.drop_votes", "DELETE FROM poll_votes WHERE status = $1");
OB_QUERY(kDrop, "poll.drop", "DELETE FROM polls WHERE status = $1");

}  // namespace

std::unordered_map<StatusId, Poll> load(Reader& db, const std::vector<StatusId>& statuses) {
    std::unordered_map<StatusId, Poll> polls;
    if (statuses.empty()) return polls;
    db.each(
        kLoad,
        [&](const Row& row) {
            Poll poll;
            poll.multiple = row.boolean(1);
            poll.hide_totals = row.boolean(2);
            poll.expires_at = row.maybe_instant(3);
            poll.voters = row.maybe_integer(4);
            polls.emplace(row.id<Status>(0), std::move(poll));
        },
        statuses
    );
    if (polls.empty()) return polls;
    db.each(
        kOptions,
        [&](const Row& row) {
            const auto it = polls.find(row.id<Status>(0));
            if (it != polls.end()) it->second.options.push_back({row.text(1), row.integer(2)});
        },
        statuses
    );
    return polls;
}

std::optional<Poll> find(Reader& db, StatusId status) {
    auto polls = load(db, {status});
    const auto it = polls.find(status);
    return it == polls.end() ? std::nullopt : std::optional(std::move(it->second));
}

std::unordered_map<StatusId, std::vector<int>> load_votes(
    Reader& db, const std::vector<StatusId>& statuses, AccountId account
) {
    std::unordered_map<StatusId, std::vector<int>> votes;
    if (statuses.empty()) return votes;
    db.each(
        kVotes,
        [&](const Row& row) {
            votes[row.id<Status>(0)].push_back(static_cast<int>(row.integer(1)));
        },
        statuses,
        account
    );
    return votes;
}

void put(Writer& tx, StatusId status, const Poll& poll) {
    const auto before = find(tx, status);
    if (before && *before == poll) return;
    tx.execute(kPut, status, poll.multiple, poll.hide_totals, poll.expires_at, poll.voters);
    if (before && !asks_the_same(*before, poll)) tx.execute(kDropVotes, status);
    tx.execute(kDropOptions, status);
    int position = 0;
    for (const auto& option : poll.options) {
        tx.execute(kPutOption, status, position++, option.title, option.votes);
    }
}

bool add_votes(Writer& tx, StatusId status, AccountId account, const std::vector<int>& positions) {
    for (const auto position : positions) {
        if (tx.exists(kHasChosen, status, account, position)) return false;
    }
    if (!tx.exists(kHasVoted, status, account)) tx.execute(kRaiseVoters, status);
    for (const auto position : positions) {
        if (tx.execute(kAddVote, status, account, position, tx.now()) == 0) continue;
        tx.execute(kRaise, status, position);
    }
    return true;
}

void remove(Writer& tx, StatusId status) {
    tx.execute(kDropVotes, status);
    tx.execute(kDropOptions, status);
    tx.execute(kDrop, status);
}

std::vector<AccountId> list_voters(Reader& db, StatusId status, AccountId after, int limit) {
    return db.all(kVoters, account_id, status, after, limit);
}

}  // namespace outboard::store::polls
