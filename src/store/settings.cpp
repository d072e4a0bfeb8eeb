// SPDX-License-Identifier: Apache-2.0
#include "src/store/keys.hpp"

namespace outboard::store::settings {
namespace {

OB_QUERY(kFind, "setting.find", "SELECT value FROM settings WHERE name = $1");
OB_QUERY(kSet, "setting.set", R"sql(
    INSERT INTO settings (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value)sql");

}  // namespace

std::optional<std::string> find(Reader& db, std::string_view name) {
    return db.one(kFind, [](const Row& row) { return row.text(0); }, name);
}

void set(Writer& tx, std::string_view name, std::string_view value) {
    tx.execute(kSet, name, value);
}

}  // namespace outboard::store::settings
