// SPDX-License-Identifier: Apache-2.0
#include "src/commands.hpp"

#include <openssl/rand.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "src/base/log.hpp"
#include "src/config/data_folder.hpp"
#include "src/config/fields.hpp"
#include "src/config/load.hpp"
#include "src/control/socket.hpp"
#include "src/node.hpp"

namespace outboard {

using control::Outcome;

namespace {

config::DataFolder folder_of(const Options& options) {
    return config::DataFolder(std::filesystem::path(options.data));
}

Result<config::Config> load_config(const Options& options) {
    const auto variables = config::environment();
    for (const auto& unknown : config::find_unknown(variables)) {
        log::warn(
            "config.unknown_variable", {{"name", unknown.name}, {"nearest", unknown.nearest}}
        );
    }
    OB_TRY(
        auto settings,
        config::load(
            {.file = folder_of(options).settings_file(),
             .variables = variables,
             .flags = options.flags}
        )
    );
    if (!settings.database_url.empty()) {
        // Going on would make a second node, in a file, that the operator did not ask for.
        return fail(
            Code::Unavailable,
            "database.url is set, but this version keeps a node in one SQLite file only. Unset it."
        );
    }
    return settings;
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

struct Prepared {
    Identity identity;
    config::FolderLock lock;
};

/// A key that is there already belongs to a node whose other files are elsewhere: losing it would
/// lose that node's identity.
Result<void> check_no_key(const config::DataFolder& folder) {
    if (!std::filesystem::exists(folder.keys_file())) return {};
    return fail(
        Code::Conflict,
        "There is the key of a node in " + folder.keys_file().string() +
            " already. To bring that node back, put its outboard.db and outboard.toml beside it; "
            "to make "
            "a new node, choose another folder with --data."
    );
}

Result<Prepared> prepare_folder(
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
    OB_TRY(auto lock, config::FolderLock::take(folder.lock_file()));
    OB_CHECK(folder.create());  // nobody else made a node in between
    OB_CHECK(check_no_key(folder));
    std::string key(32, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) !=
        1) {
        return fail(Code::Unavailable, "The system gives no randomness.");
    }
    if (settings.keys_file.empty()) OB_CHECK(config::write_private_file(folder.keys_file(), key));
    return Prepared{std::move(identity), std::move(lock)};
}

/// Nothing half-made stays: the next try starts clean. Only of a folder that this process prepared.
void remove_node(const config::DataFolder& folder) {
    std::error_code ignored;
    for (const auto& file :
         {folder.settings_file(), folder.database_file(), folder.keys_file(), folder.lock_file()})
        std::filesystem::remove(file, ignored);
    for (const char* tail : {"-wal", "-shm"})
        std::filesystem::remove(folder.database_file().string() + tail, ignored);
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

}  // namespace

int finish(const Outcome& outcome) {
    std::cout << outcome.out << std::flush;
    std::cerr << outcome.err << std::flush;
    return outcome.code;
}

Result<std::string> read_password(const std::string& file) {
    if (!file.empty()) {
        std::ifstream in(file);
        std::string line;
        if (!std::getline(in, line))
            return fail(
                Code::NotFound, "The password file " + file + " cannot be read or is empty."
            );
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty())
            return fail(
                Code::Invalid, "The first line of " + file + " is empty; the password stands there."
            );
        return line;
    }
    if (::isatty(STDIN_FILENO) == 0) return std::string();
    auto first = read_terminal_line("Password (empty: one is made): ");
    if (first.empty()) return first;
    if (read_terminal_line("The same again: ") != first)
        return fail(Code::Invalid, "The two passwords differ.");
    return first;
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
    auto prepared = prepare_folder(folder, *settings, init);
    if (!prepared) return finish(Outcome::refused(prepared.error()));
    auto made = [&]() -> control::InitOutcome {
        auto node = Node::create(folder, *settings, prepared->identity);
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
    if (made.outcome.code != 0) remove_node(folder);
    return finish(made.outcome);
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
    // A verb holds it for a moment; a node that serves for good.
    for (int wait = 0; !lock && lock.error().code == Code::Conflict && wait < 60; ++wait) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        lock = config::FolderLock::take(folder.lock_file());
    }
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
    std::cout << "listening on " << *address << '\n' << std::flush;
    wait_for_signals(**node, options, signals);
    // A second signal ends the process at once; what was accepted is in the store already.
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    sigdelset(&signals, SIGHUP);
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    (*node)->stop();
    return 0;
}

int run_on_node(const Options& options, const control::Verb& verb) {
    const auto folder = folder_of(options);
    if (!folder.is_initialized()) {
        return finish(Outcome::refused(
            "There is no node in " + options.data + ". Make one: outboard init --data " +
            options.data + " --domain NAME"
        ));
    }
    // Who holds the lock may not listen yet (a node that starts) or never will (another verb, soon
    // done): ask both again for as long as a person would wait without wondering.
    std::optional<config::FolderLock> held;
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5); !held;) {
        auto lock = config::FolderLock::take(folder.lock_file());
        if (lock) {
            held.emplace(std::move(*lock));
            break;
        }
        if (lock.error().code != Code::Conflict) return finish(Outcome::refused(lock.error()));
        auto outcome = control::send(folder.control_socket(), verb);
        if (outcome) return finish(*outcome);
        const bool is_late = std::chrono::steady_clock::now() >= end;
        if (outcome.error().code != Code::Unavailable || is_late)
            return finish(Outcome::refused(outcome.error()));
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    log::configure(log::Level::Warn, false);
    auto node = open_node(options);
    if (!node) return finish(Outcome::refused(node.error()));
    return finish(control::run_any((*node)->app(), verb));
}

int run_tool(const Options& options, const std::function<Outcome(const config::Config&)>& use) {
    auto settings = load_config(options);
    if (!settings) return finish(Outcome::refused(settings.error()));
    log::configure(log::Level::Error, false);
    return finish(use(*settings));
}

}  // namespace outboard
