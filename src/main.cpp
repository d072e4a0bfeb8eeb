// SPDX-License-Identifier: Apache-2.0
// The verbs of the command line: parses; commands.cpp runs them. The only file that sees argv.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

#include "federation/base/text.hpp"
#include "src/commands.hpp"
#include "src/config/fields.hpp"
#include "src/control/tools.hpp"

namespace {

using namespace outboard;  // NOLINT(google-build-using-namespace): the program itself
using control::Outcome;

class WallClock final : public Clock {
public:
    Instant now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

std::string read_stdin() {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

void add_config_flags(CLI::App& verb, Options& options) {
    for (const auto& field : config::fields()) {
        const std::string key(field.key);
        verb.add_option_function<std::string>(
                config::flag_of(field),
                [&options, key](const std::string& value) { options.flags[key] = value; },
                std::string(field.help)
        )
            ->group("Settings");
    }
}

/// Everything a run chose: filled while parsing, run after it.
struct Chosen {
    std::function<int()> run;
};

void add_data(CLI::App& verb, Options& options) {
    verb.add_option("--data", options.data, "Folder that holds the node's state")
        ->capture_default_str();
}

void add_init(CLI::App& app, Options& options, InitOptions& init, Chosen& chosen) {
    auto* verb = app.add_subcommand("init", "Make a node in an empty folder");
    add_data(*verb, options);
    verb->add_option("--kind", init.kind, "person or organization")->capture_default_str();
    verb->add_option("--owner", init.owner, "Make this account, the owner's");
    verb->add_option("--name", init.name, "The owner's display name");
    verb->add_option(
        "--password-file", init.password_file, "File whose first line is the owner's password"
    );
    verb->add_option(
        "--recovery-out",
        init.recovery_out,
        "Write the 24 recovery words to this file instead of showing them"
    );
    add_config_flags(*verb, options);
    verb->footer(
        "Example: outboard init --data ./data --domain notes.example --owner ana --name \"Ana\""
    );
    verb->callback([&] { chosen.run = [&] { return run_init(options, init); }; });
}

void add_serve(CLI::App& app, Options& options, std::string& role, Chosen& chosen) {
    auto* verb = app.add_subcommand("serve", "Serve the node of a folder until SIGTERM");
    add_data(*verb, options);
    verb->add_option("--role", role, "all; web, worker and stream need PostgreSQL")
        ->capture_default_str()
        ->check(CLI::IsMember({"all", "web", "worker", "stream"}));
    add_config_flags(*verb, options);
    verb->footer("Example: outboard serve --data ./data --listen 127.0.0.1:8080");
    verb->callback([&] { chosen.run = [&] { return run_serve(options, role); }; });
}

void add_account(
    CLI::App& app,
    Options& options,
    control::AccountArguments& account,
    std::string& password_file,
    Chosen& chosen
) {
    auto* verb = app.add_subcommand(
        "account", "Accounts of this node: create, list, show, password, suspend, unsuspend, delete"
    );
    verb->add_option("action", account.action, "What to do")
        ->required()
        ->check(
            CLI::IsMember({"create", "list", "show", "password", "suspend", "unsuspend", "delete"})
        );
    verb->add_option("user", account.user, "User name");
    add_data(*verb, options);
    verb->add_option("--role", account.role, "owner, admin, moderator, curator or member")
        ->capture_default_str();
    verb->add_option("--name", account.name, "Display name");
    verb->add_option("--email", account.email, "E-mail address");
    verb->add_option("--password-file", password_file, "File whose first line is the password");
    verb->add_flag("--json", account.as_json, "Print JSON");
    verb->footer("Example: outboard account create ben --role member --data ./data");
    verb->callback([&] {
        chosen.run = [&] {
            if (account.action == "create" || account.action == "password") {
                auto password = read_password(password_file);
                if (!password) return finish(Outcome::refused(password.error()));
                account.password = *password;
            }
            return run_on_node(options, account);
        };
    });
}

void add_store_verbs(
    CLI::App& app,
    Options& options,
    control::TokenArguments& token,
    control::DoctorArguments& doctor,
    control::DomainArguments& domain,
    control::QueueArguments& queue,
    Chosen& chosen
) {
    auto* token_verb =
        app.add_subcommand("token", "Print an access token for an account's apps and scripts");
    token_verb->add_option("user", token.user, "User name")->required();
    add_data(*token_verb, options);
    token_verb->add_option("--scopes", token.scopes, "Space separated")->capture_default_str();
    token_verb->add_option("--app", token.app_name, "Name shown beside posts")
        ->capture_default_str();
    token_verb->footer("Example: outboard token ana --scopes \"read write\" --data ./data");
    token_verb->callback([&] { chosen.run = [&] { return run_on_node(options, token); }; });

    auto* doctor_verb = app.add_subcommand("doctor", "Look for what is wrong with a node");
    add_data(*doctor_verb, options);
    doctor_verb->add_flag("--json", doctor.as_json, "Print JSON");
    doctor_verb->footer("Example: outboard doctor --data ./data");
    doctor_verb->callback([&] {
        chosen.run = [&] {
            doctor.data = std::filesystem::absolute(options.data).string();
            return run_on_node(options, doctor);
        };
    });

    auto* domain_verb =
        app.add_subcommand("domain", "Rules for other servers: block, remove, list");
    domain_verb->add_option("action", domain.action, "What to do")
        ->required()
        ->check(CLI::IsMember({"block", "remove", "list"}));
    domain_verb->add_option("domain", domain.domain, "Host name; subdomains are covered");
    domain_verb->add_option("--note", domain.note, "Why");
    add_data(*domain_verb, options);
    domain_verb->add_flag("--json", domain.as_json, "Print JSON");
    domain_verb->footer("Example: outboard domain block spam.example --data ./data");
    domain_verb->callback([&] { chosen.run = [&] { return run_on_node(options, domain); }; });

    auto* queue_verb = app.add_subcommand("queue", "What waits to be sent or read");
    queue_verb->add_option("action", queue.action, "list")
        ->required()
        ->check(CLI::IsMember({"list"}));
    add_data(*queue_verb, options);
    queue_verb->add_flag("--json", queue.as_json, "Print JSON");
    queue_verb->footer("Example: outboard queue list --data ./data");
    queue_verb->callback([&] { chosen.run = [&] { return run_on_node(options, queue); }; });
}

struct ToolOptions {
    control::InspectArguments inspect;
    std::string from, debug_what, debug_input = "html", help_verb;
    bool with_dependencies = false, version_as_json = false;
};

void add_tools(CLI::App& app, Options& options, ToolOptions& tools, Chosen& chosen) {
    auto* inspect_verb = app.add_subcommand(
        "inspect", "Read an ActivityPub document as the node would, and say what it understood"
    );
    inspect_verb->add_option("what", tools.inspect.what, "File or URL")->required();
    inspect_verb->add_option("--from", tools.from, "Address a file's document came from");
    inspect_verb->add_flag("--json", tools.inspect.as_json, "Print JSON");
    add_data(*inspect_verb, options);
    add_config_flags(*inspect_verb, options);
    inspect_verb->footer(
        "Example: outboard inspect note.json --from https://peer.example/notes/1 --json"
    );
    inspect_verb->callback([&] {
        chosen.run = [&] {
            if (!tools.from.empty()) tools.inspect.from = tools.from;
            const WallClock clock;
            return run_tool(options, [&](const config::Config& settings) {
                return control::inspect(settings, tools.inspect, clock);
            });
        };
    });

    auto* debug_verb = app.add_subcommand(
        "debug",
        "Sanitizer (html), address guard (url), strict JSON reader (json) on standard input"
    );
    debug_verb->add_option("what", tools.debug_what, "html, url or json")
        ->required()
        ->check(CLI::IsMember({"html", "url", "json"}));
    debug_verb->add_option("--input", tools.debug_input, "For html: html, markdown or plain")
        ->capture_default_str();
    add_data(*debug_verb, options);
    add_config_flags(*debug_verb, options);
    debug_verb->footer("Example: echo '<p onclick=x>hi</p>' | outboard debug html");
    debug_verb->callback([&] {
        chosen.run = [&] {
            return run_tool(options, [&](const config::Config& settings) {
                return control::debug(settings, tools.debug_what, tools.debug_input, read_stdin());
            });
        };
    });

    auto* version_verb = app.add_subcommand("version", "The program's version");
    version_verb->add_flag("--deps", tools.with_dependencies, "And those of its libraries");
    version_verb->add_flag("--json", tools.version_as_json, "Print JSON");
    version_verb->footer("Example: outboard version --deps");
    version_verb->callback([&] {
        chosen.run = [&] {
            return finish(control::version(tools.with_dependencies, tools.version_as_json));
        };
    });

    auto* help_verb = app.add_subcommand("help", "Help on a verb, or on `config`");
    help_verb->add_option("verb", tools.help_verb, "A verb, or config");
    help_verb->footer("Example: outboard help serve");
    help_verb->callback([&] {
        chosen.run = [&] {
            if (tools.help_verb == "config") return finish(control::help_config());
            if (tools.help_verb.empty()) {  // app.help() would be that of the verb in use: help
                return finish(Outcome::done(
                    app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal)
                ));
            }
            const CLI::App* named = nullptr;
            for (const auto* verb : app.get_subcommands({})) {
                if (verb->get_name() == tools.help_verb) named = verb;
            }
            if (!named)
                return finish(Outcome::usage("There is no verb \"" + tools.help_verb + "\"."));
            return finish(Outcome::done(named->help()));
        };
    });
}

/// The first word where a verb belongs, when it is none. The program itself has no options with
/// values.
std::optional<std::string> unknown_verb(const CLI::App& app, int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        std::string word = argv[i];
        if (word.starts_with('-')) continue;
        for (const auto* verb : app.get_subcommands({})) {
            if (verb->get_name() == word) return std::nullopt;
        }
        return word;
    }
    return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
    ::umask(0077);
    CLI::App app{
        "Outboard: a node of your own that shares what you choose with the fediverse.", "outboard"
    };
    app.require_subcommand(1);
    Options options;
    InitOptions init;
    std::string role = "all", password_file;
    control::AccountArguments account;
    control::TokenArguments token;
    control::DoctorArguments doctor;
    control::DomainArguments domain;
    control::QueueArguments queue;
    ToolOptions tools;
    Chosen chosen;
    add_init(app, options, init, chosen);
    add_serve(app, options, role, chosen);
    add_account(app, options, account, password_file, chosen);
    add_store_verbs(app, options, token, doctor, domain, queue, chosen);
    add_tools(app, options, tools, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (const auto unknown = unknown_verb(app, argc, argv)) {
            std::cerr << "There is no verb \"" << to_printable(*unknown)
                      << "\". outboard help lists them.\n";
            return 2;
        }
        return app.exit(problem) == 0 ? 0 : 2;
    }
    try {
        return chosen.run();
    } catch (const std::exception& problem
    ) {  // a broken disk or a broken invariant: say so, keep the store as it is
        std::cerr << "outboard: " << problem.what() << "\n";
        return 1;
    }
}
