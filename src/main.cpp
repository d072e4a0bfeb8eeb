// SPDX-License-Identifier: Apache-2.0
// The verbs of the command line: parses, then calls control/ (here, or in the node that serves).
// The only file that sees argv.
#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <thread>

#include "src/base/log.hpp"
#include "src/config/data_folder.hpp"
#include "src/config/fields.hpp"
#include "src/config/load.hpp"
#include "src/control/socket.hpp"
#include "src/control/tools.hpp"
#include "src/control/verbs.hpp"
#include "src/node.hpp"

namespace {

using namespace outboard;  // NOLINT(google-build-using-namespace): the program itself
using control::Outcome;

struct Options {
    std::string data = "./data";
    std::map<std::string, std::string> flags;  // configuration, by key
};

class WallClock final : public Clock {
public:
    Instant now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

int finish(const Outcome& outcome) {
    std::cout << outcome.out << std::flush;
    std::cerr << outcome.err << std::flush;
    return outcome.code;
}

config::DataFolder folder_of(const Options& options) {
    return config::DataFolder(std::filesystem::path(options.data));
}

Result<config::Config> load_config(const Options& options) {
    return config::load(
        {.file = folder_of(options).settings_file(),
         .variables = config::environment(),
         .flags = options.flags}
    );
}

std::string read_terminal_line(const std::string& prompt) {
    std::cerr << prompt << std::flush;
    termios shown{};
    const bool is_terminal = ::tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    std::string line;
    std::getline(std::cin, line);
    if (is_terminal) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    std::cerr << "\n";
    return line;
}

/// First line of the file; without a file asked twice on a terminal, else empty: then one is made
/// and printed (CONTRACT.md 6).
Result<std::string> read_password(const std::string& file) {
    if (!file.empty()) {
        std::ifstream in(file);
        std::string line;
        if (!std::getline(in, line))
            return fail(
                Code::NotFound, "The password file " + file + " cannot be read or is empty."
            );
        if (line.ends_with('\r')) line.pop_back();
        return line;
    }
    if (::isatty(STDIN_FILENO) == 0) return std::string();
    auto first = read_terminal_line("Password (empty: one is made): ");
    if (first.empty()) return first;
    if (read_terminal_line("The same again: ") != first)
        return fail(Code::Invalid, "The two passwords differ.");
    return first;
}

Result<std::unique_ptr<Node>> open_node(const Options& options) {
    const auto folder = folder_of(options);
    if (!folder.is_initialized()) {
        return fail(
            Code::NotFound,
            "There is no node in " + options.data + ". Make one: outboard init --data " +
                options.data + " --domain NAME"
        );
    }
    OB_TRY(auto settings, load_config(options));
    return Node::open(folder, std::move(settings));
}

/// On the node that serves, or on the store itself when nobody serves (DESIGN.md section 1).
int run_on_node(const Options& options, const control::Verb& verb) {
    const auto folder = folder_of(options);
    if (!folder.is_initialized()) {
        return finish(Outcome::refused(
            "There is no node in " + options.data + ". Make one: outboard init --data " +
            options.data + " --domain NAME"
        ));
    }
    auto lock = config::FolderLock::take(folder.lock_file());
    if (!lock && lock.error().code != Code::Conflict) return finish(Outcome::refused(lock.error()));
    if (!lock) {
        auto outcome = control::send(folder.control_socket(), verb);
        return finish(outcome ? *outcome : Outcome::refused(outcome.error()));
    }
    log::configure(log::Level::Warn, false);
    auto node = open_node(options);
    if (!node) return finish(Outcome::refused(node.error()));
    return finish(control::run_any((*node)->app(), verb));
}

struct InitOptions {
    std::string kind = "person", owner, name, password_file, recovery_out;
};

Result<Identity> prepare_folder(
    const config::DataFolder& folder, config::Config& settings, const InitOptions& init
) {
    OB_TRY(auto identity, make_identity(settings, init.kind));
    settings.domain = identity.domain;
    if (is_trial(identity)) {
        settings.federation_allow_http = true;
        if (settings.federation_allow_addresses.empty())
            settings.federation_allow_addresses = {"127.0.0.0/8", "::1/128"};
    }
    OB_CHECK(folder.create());
    std::string key(32, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) !=
        1) {
        return fail(Code::Unavailable, "The system gives no randomness.");
    }
    if (settings.keys_file.empty()) OB_CHECK(config::write_private_file(folder.keys_file(), key));
    return identity;
}

int run_init(const Options& options, const InitOptions& init) {
    log::configure(log::Level::Warn, false);
    if (init.kind != "person" && init.kind != "organization")
        return finish(Outcome::usage("--kind is person or organization."));
    const auto folder = folder_of(options);
    if (folder.is_initialized())
        return finish(Outcome::refused(
            "There is a node in " + options.data + " already; choose another folder with --data."
        ));
    auto settings = load_config(options);
    if (!settings) return finish(Outcome::refused(settings.error()));
    std::string password;
    if (!init.owner.empty()) {
        auto read = read_password(init.password_file);
        if (!read) return finish(Outcome::refused(read.error()));
        password = std::move(*read);
    }
    auto identity = prepare_folder(folder, *settings, init);
    if (!identity) return finish(Outcome::refused(identity.error()));
    auto lock = config::FolderLock::take(folder.lock_file());
    if (!lock) return finish(Outcome::refused(lock.error()));
    auto made = [&]() -> control::InitOutcome {
        auto node = Node::create(folder, *settings, *identity);
        if (!node) return {Outcome::refused(node.error()), {}};
        return control::run(
            (*node)->app(),
            control::InitArguments{
                .kind = init.kind,
                .owner = init.owner,
                .name = init.name,
                .password = password,
                .shows_recovery = init.recovery_out.empty()
            }
        );
    }();
    auto written =
        config::write_private_file(folder.settings_file(), config::initial_file(*settings));
    if (made.outcome.code == 0 && !written) made.outcome = Outcome::refused(written.error());
    if (made.outcome.code == 0 && !init.recovery_out.empty() && !made.recovery_words.empty()) {
        auto kept = config::write_private_file(init.recovery_out, made.recovery_words + "\n");
        made.outcome.out +=
            kept ? "Recovery key written to " + init.recovery_out + ".\n"
                 : "The recovery key could not be written to the file, so here it is:\n  " +
                       made.recovery_words + "\n";
    }
    if (made.outcome.code != 0) {  // nothing half-made stays: the next try starts clean
        std::error_code ignored;
        for (const auto& file :
             {folder.settings_file(), folder.database_file(), folder.keys_file(), folder.lock_file()
             })
            std::filesystem::remove(file, ignored);
        for (const char* tail : {"-wal", "-shm"})
            std::filesystem::remove(folder.database_file().string() + tail, ignored);
    }
    return finish(made.outcome);
}

/// Waits for signals: HUP reloads, TERM and INT stop; a second one ends at once (R17). Once a
/// minute the node looks after itself.
void wait_for_signals(Node& node, const Options& options, const sigset_t& signals) {
    for (;;) {
        const timespec minute{.tv_sec = 60, .tv_nsec = 0};
        const int number = ::sigtimedwait(&signals, nullptr, &minute);
        if (number < 0) {
            node.tick();
            continue;
        }
        if (number != SIGHUP) return;
        auto fresh = load_config(options);
        if (!fresh) {
            log::error("config.refused", {{"problem", fresh.error().shown}});
            continue;
        }
        auto reloaded = node.reload(*fresh);
        if (!reloaded) {
            log::error("config.reload_failed", {{"problem", reloaded.error().shown}});
            continue;
        }
        for (const auto& key : *reloaded) log::warn("config.needs_restart", {{"key", key}});
        log::info("config.reloaded");
    }
}

int run_serve(const Options& options, const std::string& role) {
    if (role != "all")
        return finish(Outcome::refused(
            "--role " + role +
            " needs PostgreSQL (database.url), which this version does not have yet; a node on one "
            "file serves with --role all."
        ));
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, number);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: all inherit it
    std::signal(SIGPIPE, SIG_IGN);
    const auto folder = folder_of(options);
    auto settings = load_config(options);
    if (!settings) return finish(Outcome::refused(settings.error()));
    log::Level level = log::Level::Info;
    if (log::parse_level(settings->log_level, level)) log::configure(level, settings->log_json);
    if (!folder.is_initialized())
        return finish(Outcome::refused(
            "There is no node in " + options.data + ". Make one: outboard init --data " +
            options.data + " --domain NAME"
        ));
    auto lock = config::FolderLock::take(folder.lock_file());
    if (!lock)
        return finish(Outcome::refused(
            lock.error().code == Code::Conflict
                ? Error{Code::Conflict, "A node serves from " + options.data + " already."}
                : lock.error()
        ));
    auto node = Node::open(folder, std::move(*settings));
    if (!node) return finish(Outcome::refused(node.error()));
    auto address = (*node)->start();
    if (!address) return finish(Outcome::refused(address.error()));
    std::cout << "listening on " << *address << std::endl;
    wait_for_signals(**node, options, signals);
    // A second signal ends the process at once; what was accepted is in the store already.
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    sigdelset(&signals, SIGHUP);
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    (*node)->stop();
    return 0;
}

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

    auto* domain_verb = app.add_subcommand(
        "domain", "Rules for other servers: block, allow, silence, remove, list"
    );
    domain_verb->add_option("action", domain.action, "What to do")
        ->required()
        ->check(CLI::IsMember({"block", "allow", "silence", "remove", "list"}));
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
    bool with_dependencies = false;
};

/// Tools read a configuration from variables and flags; a data folder only when it is named.
int with_config(const Options& options, const std::function<Outcome(const config::Config&)>& use) {
    auto settings = load_config(options);
    if (!settings) return finish(Outcome::refused(settings.error()));
    log::configure(log::Level::Error, false);
    return finish(use(*settings));
}

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
            return with_config(options, [&](const config::Config& settings) {
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
            return with_config(options, [&](const config::Config& settings) {
                return control::debug(settings, tools.debug_what, tools.debug_input, read_stdin());
            });
        };
    });

    auto* version_verb = app.add_subcommand("version", "The program's version");
    version_verb->add_flag("--deps", tools.with_dependencies, "And those of its libraries");
    version_verb->footer("Example: outboard version --deps");
    version_verb->callback([&] {
        chosen.run = [&] { return finish(control::version(tools.with_dependencies)); };
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
