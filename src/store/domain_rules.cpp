// SPDX-License-Identifier: Apache-2.0
#include "src/store/keys.hpp"

namespace outboard::store::domain_rules {
namespace {

OB_QUERY(kList, "domain_rule.list", "SELECT domain, note FROM domain_rules ORDER BY domain");
OB_QUERY(kBlock, "domain_rule.block", R"sql(
    INSERT INTO domain_rules (domain, note, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (domain) DO UPDATE SET note = excluded.note)sql");
OB_QUERY(kRemove, "domain_rule.remove", "DELETE FROM domain_rules WHERE domain = $1");

}  // namespace

std::vector<Rule> list(Reader& db) {
    return db.all(kList, [](const Row& row) { return Rule{row.text(0), row.text(1)}; });
}

void block(Writer& tx, const Rule& rule) { tx.execute(kBlock, rule.domain, rule.note, tx.now()); }

void remove(Writer& tx, std::string_view domain) { tx.execute(kRemove, domain); }

}  // namespace outboard::store::domain_rules
