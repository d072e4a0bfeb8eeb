// SPDX-License-Identifier: Apache-2.0
#include "src/store/keys.hpp"

namespace outboard::store::domain_rules {
namespace {

OB_QUERY(
    kList, "domain_rule.list", "SELECT domain, action, note FROM domain_rules ORDER BY domain"
);
OB_QUERY(kSet, "domain_rule.set", R"sql(
    INSERT INTO domain_rules (domain, action, note, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (domain) DO UPDATE SET action = excluded.action, note = excluded.note)sql");
OB_QUERY(kRemove, "domain_rule.remove", "DELETE FROM domain_rules WHERE domain = $1");

std::string_view word(Action action) {
    switch (action) {
        case Action::Block:
            return "block";
        case Action::Allow:
            return "allow";
        case Action::Silence:
            return "silence";
    }
    throw StoreError("no such action");
}

Action read_action(std::string_view text) {
    for (const Action action : {Action::Block, Action::Allow, Action::Silence})
        if (word(action) == text) return action;
    // Rather too strict than open: a newer binary may have written it.
    return Action::Block;
}

}  // namespace

std::vector<Rule> list(Reader& db) {
    return db.all(kList, [](const Row& row) {
        return Rule{row.text(0), read_action(row.text(1)), row.text(2)};
    });
}

void set(Writer& tx, const Rule& rule) {
    tx.execute(kSet, rule.domain, word(rule.action), rule.note, tx.now());
}

void remove(Writer& tx, std::string_view domain) { tx.execute(kRemove, domain); }

}  // namespace outboard::store::domain_rules
