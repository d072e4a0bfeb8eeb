// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/json.hpp"
#include "src/base/version.hpp"
#include "src/config/fields.hpp"
#include "src/control/verbs.hpp"
#include "src/media/client.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/queues.hpp"

namespace outboard::control {
namespace {

constexpr std::uint64_t kFreeBytesWarn = 512ULL * 1024 * 1024;
constexpr rlim_t kFilesWarn = 4096;

enum class Mark { Fine, Note, Broken };

struct Check {
    std::string name;
    Mark mark = Mark::Fine;
    std::string text;
};

std::string_view to_text(Mark mark) {
    switch (mark) {
        case Mark::Fine:
            return "ok";
        case Mark::Note:
            return "note";
        case Mark::Broken:
            return "BROKEN";
    }
    return "BROKEN";
}

Check check_private(const std::string& name, const std::filesystem::path& file) {
    struct stat facts{};
    if (::stat(file.c_str(), &facts) != 0)
        return {name, Mark::Broken, file.string() + " is missing; restore it from a backup"};
    if ((facts.st_mode & 077U) != 0)
        return {name, Mark::Broken, "readable by others; run: chmod 600 " + file.string()};
    return {name, Mark::Fine, file.string()};
}

Check check_space(const std::filesystem::path& folder) {
    struct statvfs facts{};
    if (::statvfs(folder.c_str(), &facts) != 0)
        return {"disk", Mark::Broken, folder.string() + " cannot be looked at"};
    const auto free = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
    return {
        "disk",
        free < kFreeBytesWarn ? Mark::Broken : Mark::Fine,
        fmt::format("{} MiB free", free / 1024 / 1024)
    };
}

Check check_files() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return {
        "open files",
        limit.rlim_max < kFilesWarn ? Mark::Note : Mark::Fine,
        fmt::format("up to {}", limit.rlim_max)
    };
}

Check check_pictures(App& app) {
    const auto& program = app.workshop.program();
    if (::access(program.c_str(), X_OK) == 0) return {"pictures", Mark::Fine, program.string()};
    return {
        "pictures",
        Mark::Note,
        program.string() + " is missing, so none can be uploaded; copy it there"
    };
}

Check check_keys(App& app) {
    const auto signer = app.key_ring.node_signer();
    if (!signer)
        return {"node actor", Mark::Broken, signer.error().shown + " " + signer.error().detail};
    return {"node actor", Mark::Fine, "its key opens"};
}

bool has_owner(store::Reader& db) {
    for (const auto& account : store::accounts::list_local(db)) {
        const auto user = store::users::find(db, account.id);
        if (user && user->role == Role::Owner && account.is_active()) return true;
    }
    return false;
}

Check check_accounts(std::int64_t accounts, bool has_owner) {
    if (accounts == 0) {
        return {"accounts", Mark::Note, "none yet; outboard account create NAME --role owner"};
    }
    if (has_owner) return {"accounts", Mark::Fine, fmt::format("{}", accounts)};
    return {
        "accounts",
        Mark::Note,
        fmt::format(
            "{}, none of them an active owner, so nobody may run this node; outboard account "
            "create "
            "NAME --role owner",
            accounts
        )
    };
}

/// What waits because a server elsewhere did not answer is no fault here: its reason says whose.
Check check_inbox(const store::inbox::Waiting& waiting) {
    auto text = fmt::format("{} not tried yet", waiting.untried);
    if (waiting.again > 0) {
        text += fmt::format(
            ", {} to be tried again; the oldest because: {}",
            waiting.again,
            to_printable(waiting.oldest_problem)
        );
    }
    return {"inbox", waiting.again > 0 ? Mark::Note : Mark::Fine, std::move(text)};
}

void add_switches(App& app, std::vector<Check>& checks) {
    const config::Config defaults;
    for (const auto& field : config::fields()) {
        if (field.is_test_switch &&
            config::show(field, *app.config) != config::show(field, defaults)) {
            checks.push_back(
                {std::string(field.key),
                 Mark::Note,
                 "test switch is on: " + config::show(field, *app.config)}
            );
        }
    }
    if (!app.config->limits_rate_limit)
        checks.push_back(
            {"limits.rate_limit",
             Mark::Note,
             "test switch is on: nobody is refused for asking too often"}
        );
}

std::vector<Check> examine(App& app, const std::filesystem::path& data) {
    std::vector<Check> checks;
    checks.push_back({"version", Mark::Fine, std::string(kVersion)});
    checks.push_back({"address", Mark::Fine, app.identity.origin()});
    const config::DataFolder folder(data);
    checks.push_back(check_private("settings", folder.settings_file()));
    checks.push_back(check_private(
        "node key",
        app.config->keys_file.empty() ? folder.keys_file()
                                      : std::filesystem::path(app.config->keys_file)
    ));
    checks.push_back(check_private("database", folder.database_file()));
    checks.push_back(check_space(data));
    checks.push_back(check_files());
    checks.push_back(check_keys(app));
    checks.push_back(check_pictures(app));
    struct Counts {
        std::int64_t accounts = 0;
        bool has_owner = false;
        store::inbox::Waiting inbox;
        store::deliveries::Counts deliveries;
    };
    const auto counts = app.db.read([&](store::Reader& db) {
        return Counts{
            store::accounts::count_local(db),
            has_owner(db),
            store::inbox::count_by_try(db),
            store::deliveries::count(db, app.clock.now())
        };
    });
    checks.push_back(check_accounts(counts.accounts, counts.has_owner));
    checks.push_back(check_inbox(counts.inbox));
    checks.push_back(
        {"deliveries",
         counts.deliveries.dead > 0 ? Mark::Note : Mark::Fine,
         fmt::format("{} waiting, {} given up", counts.deliveries.waiting, counts.deliveries.dead)}
    );
    add_switches(app, checks);
    return checks;
}

}  // namespace

Outcome run(App& app, const DoctorArguments& arguments) {
    const auto checks = examine(app, arguments.data);
    std::string text;
    json all = json::array();
    bool broken = false;
    for (const auto& check : checks) {
        text += fmt::format("{:<7} {:<28} {}\n", to_text(check.mark), check.name, check.text);
        all.push_back({{"check", check.name}, {"state", to_text(check.mark)}, {"text", check.text}}
        );
        broken = broken || check.mark == Mark::Broken;
    }
    const json document = {{"ok", !broken}, {"checks", all}};
    Outcome outcome = Outcome::done(arguments.as_json ? write_json(document) + "\n" : text);
    if (broken) {
        outcome.code = 1;
        outcome.err = "Something needs you: see the lines marked BROKEN.\n";
    }
    return outcome;
}

}  // namespace outboard::control
