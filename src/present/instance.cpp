// SPDX-License-Identifier: Apache-2.0
#include "src/present/instance.hpp"

#include "src/base/version.hpp"
#include "src/present/links.hpp"
#include "src/present/presenter.hpp"
#include "src/store/accounts.hpp"
#include "src/store/instance.hpp"
#include "src/store/statuses.hpp"

namespace outboard::present {
namespace {

std::string title_of(
    const Identity& identity,
    const config::Config& config,
    const std::optional<entities::Account>& owner
) {
    if (!config.instance_title.empty()) return config.instance_title;
    if (owner && !owner->display_name.empty()) return owner->display_name;
    return identity.domain;
}

}  // namespace

entities::Instance instance(
    const Identity& identity, const config::Config& config, store::Reader& db, Instant now
) {
    entities::Instance out;
    Presenter present(identity, db, std::nullopt);
    if (const auto owner = store::instance::find_owner(db)) {
        out.contact_account = present.account(*owner);
    }
    out.domain = identity.domain;
    out.title = title_of(identity, config, out.contact_account);
    out.description = config.instance_description;
    out.version = std::string(entities::kCompatibleVersion) + " (compatible; Outboard " +
                  std::string(kVersion) + ")";
    out.source_url = std::string(kSoftwareUrl);
    out.thumbnail = default_header(identity);
    out.icon = default_avatar(identity);
    out.streaming = (identity.scheme == "https" ? "wss://" : "ws://") + identity.domain;
    out.contact_email = config.instance_contact;
    out.users = store::accounts::count_local(db);
    out.statuses = store::statuses::count_local(db);
    out.domains = store::instance::count_hosts(db);
    out.active_month = store::instance::count_active(db, now - std::chrono::hours(24 * 30));
    out.status_characters = config.limits_status_characters;
    return out;
}

}  // namespace outboard::present
