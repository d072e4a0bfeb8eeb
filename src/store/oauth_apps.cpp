// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "src/store/oauth.hpp"

namespace outboard::store::oauth_apps {
namespace {

#define OB_OAUTH_APP_COLUMNS "id, name, website, redirect_uris, scopes, client_id, secret_hash"

OB_QUERY(kFind, "oauth_app.find", "SELECT " OB_OAUTH_APP_COLUMNS " FROM oauth_apps WHERE id = $1");
OB_QUERY(
    kFindByClientId,
    "oauth_app.find_by_client_id",
    "SELECT " OB_OAUTH_APP_COLUMNS " FROM oauth_apps WHERE client_id = $1"
);
OB_QUERY(kInsert, "oauth_app.insert", R"sql(
    INSERT INTO oauth_apps (id, name, website, redirect_uris, scopes, client_id, secret_hash, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql");

ClientApp read(const Row& row) {
    ClientApp app;
    app.id = row.integer(0);
    app.name = row.text(1);
    app.website = row.text(2);
    app.redirect_uris = nlohmann::json::parse(row.text(3)).get<std::vector<std::string>>();
    app.scopes = row.text(4);
    app.client_id = row.text(5);
    app.secret_hash = row.bytes(6);
    return app;
}

}  // namespace

std::optional<ClientApp> find(Reader& db, std::int64_t id) { return db.one(kFind, read, id); }

std::optional<ClientApp> find_by_client_id(Reader& db, std::string_view client_id) {
    return db.one(kFindByClientId, read, client_id);
}

std::int64_t insert(Writer& tx, const ClientApp& app) {
    const auto id = tx.next_id();
    tx.execute(
        kInsert,
        id,
        app.name,
        app.website,
        app.redirect_uris,
        app.scopes,
        app.client_id,
        Blob{app.secret_hash},
        tx.now()
    );
    return id;
}

}  // namespace outboard::store::oauth_apps
