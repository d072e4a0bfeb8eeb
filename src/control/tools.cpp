// SPDX-License-Identifier: Apache-2.0
#include "src/control/tools.hpp"

#include <curl/curlver.h>
#include <fmt/format.h>
#include <gumbo.h>
#include <httplib.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <zstd.h>

#include <boost/version.hpp>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "federation/base/text.hpp"
#include "federation/inspect.hpp"
#include "src/base/version.hpp"
#include "src/config/fields.hpp"
#include "src/fetch/curl_client.hpp"
#include "src/html/html.hpp"

namespace outboard::control {
namespace {

using federation::Iri;

Result<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    if (!in) return fail(Code::NotFound, path + " cannot be read.");
    return bytes.str();
}

struct FetchedDocument {
    std::string bytes, from;
};

Result<FetchedDocument> fetch_document(
    const config::Config& config, const std::string& url, const Clock& clock
) {
    OB_TRY(auto guard, guard_settings(config, "", /*is_trial=*/false));
    fetch::CurlClient client(
        {.guard = std::move(guard),
         .user_agent = fmt::format("Outboard/{} (+{})", kVersion, kSoftwareUrl),
         .ca_file = config.federation_ca_file},
        clock
    );
    std::promise<Result<fetch::Answer>> promise;
    auto answer = promise.get_future();
    const std::string accept = std::string(federation::kActivityJson) + ", " +
                               std::string(federation::kLdJson) +
                               ", application/jrd+json, application/json";
    client.send(
        fetch::Untrusted{url, {.headers = {{"Accept", accept}}}},
        [&](Result<fetch::Answer> got) { promise.set_value(std::move(got)); }
    );
    OB_TRY(auto got, answer.get());
    if (got.status != 200)
        return fail(Code::NotFound, fmt::format("{} answered {}.", url, got.status));
    return FetchedDocument{got.body, got.final_url};
}

/// Nothing of a stranger's document reaches the terminal as a command to it, or as a line that it
/// did not write.
std::string to_text(const federation::Inspection& seen) {
    std::string text;
    const auto line = [&](std::string_view name, std::string_view value) {
        text += fmt::format("{:<10} {}\n", name, to_printable(value));
    };
    line("kind", seen.kind);
    line("id", seen.id.value_or("-"));
    line("owner", seen.owner.value_or("-"));
    line("visibility", seen.visibility.empty() ? "-" : seen.visibility);
    line("believed", seen.believed ? "yes" : "no");
    for (const auto& who : seen.audience) line("for", who);
    for (const auto& tag : seen.tags) line("tag", tag);
    if (seen.quote) line("quotes", *seen.quote);
    for (const auto& part : seen.attachments) {
        line(
            "attached",
            fmt::format("{} {} {} {}", part.type, part.media_type, part.url, part.description)
        );
    }
    for (const auto& [field, why] : seen.ignored) line("ignored", field + ": " + why);
    std::string_view name = "text";
    if (!seen.text.empty()) {
        for (const auto part : split(seen.text, '\n')) line(std::exchange(name, ""), part);
    }
    return text;
}

/// A document that could not be had is refused like one that could not be understood: one object,
/// too.
Outcome unread(const Error& error, bool as_json) {
    const auto why = error.detail.empty() ? error.shown : error.shown + " (" + error.detail + ")";
    Outcome outcome = Outcome::refused(to_printable(why));
    federation::Inspection none;
    none.refused = error.shown;
    if (as_json) outcome.out = write_json(federation::to_json(none)) + "\n";
    return outcome;
}

std::string debug_urls(const fetch::Guard& guard, std::string_view text) {
    std::string out;
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    for (auto line : split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto tab = line.find('\t');
        std::vector<std::string> answers;
        if (tab != std::string_view::npos) {
            for (const auto answer : split(line.substr(tab + 1), ',')) {
                if (const auto clean = trim(answer); !clean.empty()) answers.emplace_back(clean);
            }
        }
        out += fetch::decide(guard, line.substr(0, tab), answers) + "\n";
    }
    return out;
}

}  // namespace

Result<fetch::GuardSettings> guard_settings(
    const config::Config& config, std::string_view own, bool is_trial
) {
    fetch::GuardSettings settings;
    settings.allow_http = config.federation_allow_http;
    settings.only_allowed = is_trial;
    if (!own.empty()) settings.own_hosts.emplace_back(own);
    for (const auto& text : config.federation_allow_addresses) {
        OB_TRY(auto network, fetch::parse_network(text));
        settings.allow_addresses.push_back(network);
    }
    return settings;
}

Outcome inspect(
    const config::Config& config, const InspectArguments& arguments, const Clock& clock
) {
    const bool is_url =
        arguments.what.starts_with("https://") || arguments.what.starts_with("http://");
    std::string bytes, from = arguments.from.value_or("");
    if (is_url) {
        auto fetched = fetch_document(config, arguments.what, clock);
        if (!fetched) return unread(fetched.error(), arguments.as_json);
        bytes = std::move(fetched->bytes);
        from = std::move(fetched->from);
    } else {
        auto read = read_file(arguments.what);
        if (!read) return unread(read.error(), arguments.as_json);
        bytes = std::move(*read);
    }
    std::optional<Iri> source;
    if (!from.empty()) {
        auto parsed = Iri::parse(from);
        if (!parsed) return Outcome::usage("--from is no address: " + parsed.error().shown);
        source = *parsed;
    }
    const auto seen = federation::inspect(bytes, source);
    Outcome outcome = Outcome::done(
        arguments.as_json ? write_json(federation::to_json(seen)) + "\n" : to_text(seen)
    );
    if (seen.refused) {
        outcome.code = 1;
        outcome.err = to_printable(*seen.refused) + "\n";
    }
    return outcome;
}

Outcome debug(
    const config::Config& config,
    std::string_view what,
    std::string_view input,
    std::string_view text
) {
    if (what == "html") {
        const html::Markup plain_links{
            .mention = [](std::string_view) { return std::optional<html::MentionLink>(); },
            .hashtag = {}
        };
        if (input == "html") return Outcome::done(html::sanitize(text).str());
        if (input == "markdown") return Outcome::done(html::from_markdown(text, plain_links).str());
        if (input == "plain") return Outcome::done(html::from_plain(text, plain_links).str());
        return Outcome::usage("--input is html, markdown or plain.");
    }
    if (what == "url") {
        auto settings = guard_settings(config, config.domain, /*is_trial=*/false);
        if (!settings) return Outcome::refused(settings.error());
        return Outcome::done(debug_urls(fetch::Guard(*settings), text));
    }
    if (what == "json") {
        auto tree = read_json(text);
        return tree ? Outcome::done(write_json(*tree) + "\n") : Outcome::refused(tree.error());
    }
    return Outcome::usage("debug knows html, url and json; each reads standard input.");
}

Outcome version(bool with_dependencies, bool as_json) {
    const std::vector<std::pair<std::string, std::string>> libraries = {
        {"OpenSSL", OpenSSL_version(OPENSSL_VERSION)},
        {"SQLite", sqlite3_libversion()},
        {"libcurl", LIBCURL_VERSION},
        {"Boost",
         fmt::format(
             "{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100
         )},
        {"cpp-httplib", CPPHTTPLIB_VERSION},
        {"nlohmann/json",
         fmt::format(
             "{}.{}.{}",
             NLOHMANN_JSON_VERSION_MAJOR,
             NLOHMANN_JSON_VERSION_MINOR,
             NLOHMANN_JSON_VERSION_PATCH
         )},
        {"zstd", ZSTD_versionString()},
        {"fmt", fmt::to_string(FMT_VERSION)}
    };
    if (as_json) {
        json document = {{"version", kVersion}};
        for (const auto& [name, number] : libraries)
            if (with_dependencies) document["dependencies"][name] = number;
        return Outcome::done(write_json(document) + "\n");
    }
    std::string text = fmt::format("outboard {}\n", kVersion);
    for (const auto& [name, number] : libraries) {
        // OpenSSL says its own name.
        if (with_dependencies)
            text += number.starts_with(name) ? number + "\n" : name + " " + number + "\n";
    }
    return Outcome::done(text);
}

Outcome help_config() {
    std::string text =
        "Settings: flag over variable over outboard.toml in the data folder. Lists are separated "
        "by commas.\n";
    const config::Config defaults;
    for (const auto& field : config::fields()) {
        text += fmt::format(
            "\n{}\n    {}\n    {}  {}  default {}",
            field.key,
            field.help,
            config::flag_of(field),
            config::variable_of(field),
            config::show(field, defaults)
        );
        if (field.most > 0)
            text += fmt::format("  {} to {} {}", field.least, field.most, field.unit);
        if (!field.choices.empty()) text += fmt::format("  one of: {}", field.choices);
        text += field.reloads ? "  (taken on SIGHUP)\n" : "\n";
    }
    return Outcome::done(text);
}

}  // namespace outboard::control
