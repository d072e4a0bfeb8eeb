// SPDX-License-Identifier: Apache-2.0
#include "src/config/load.hpp"

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <arpa/inet.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <sstream>
#include <utility>

#include "federation/base/text.hpp"
#include "src/base/log.hpp"
#include "src/config/fields.hpp"

namespace outboard::config {
namespace {

struct Loading {
    Config config;
    std::vector<std::string> mistakes;

    void complain(std::string_view where, std::string_view what) {
        mistakes.push_back(fmt::format("{}: {}", where, what));
    }
};

bool parse_bool(std::string_view text, bool& value) {
    if (text == "true" || text == "1" || text == "yes" || text == "on") return value = true, true;
    if (text == "false" || text == "0" || text == "no" || text == "off") return value = false, true;
    return false;
}

std::vector<std::string> parse_list(std::string_view text) {
    std::vector<std::string> items;
    for (const auto part : split(text, ',')) {
        if (const auto item = trim(part); !item.empty()) items.emplace_back(item);
    }
    return items;
}

/// 4 or 6 for an address of that family, else 0.
int family_of(std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const std::string address(text);
    if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return 4;
    return ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1 ? 6 : 0;
}

bool is_network(std::string_view text) {
    const auto slash = text.find('/');
    const int family = family_of(text.substr(0, slash));
    if (family == 0 || slash == std::string_view::npos) return family != 0;
    std::int64_t bits = 0;
    return parse_decimal(text.substr(slash + 1), bits) && bits >= 0 &&
           bits <= (family == 4 ? 32 : 128);
}

/// 127.0.0.1:8080, [::1]:8080 or localhost:8080.
bool is_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    std::int64_t port = 0;
    if (colon == std::string_view::npos || !parse_decimal(text.substr(colon + 1), port) ||
        port < 0 || port > 65535) {
        return false;
    }
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        return family_of(host.substr(1, host.size() - 2)) == 6;
    return host == "localhost" || family_of(host) == 4;
}

void check_text(
    Loading& loading, const Field& field, std::string_view where, const std::string& text
) {
    if (text.find_first_of("\r\n") != std::string::npos || text.find('\0') != std::string::npos) {
        loading.complain(where, "must be one line");
    }
    if (field.form == Form::Endpoint && !is_endpoint(text)) {
        loading.complain(
            where, fmt::format("\"{}\" is no ADDRESS:PORT such as 127.0.0.1:8080", text)
        );
    }
    if (field.choices.empty()) return;
    for (const auto choice : split(field.choices, ' ')) {
        if (choice == text) return;
    }
    loading.complain(where, fmt::format("\"{}\" is none of: {}", text, field.choices));
}

void check_networks(
    Loading& loading,
    const Field& field,
    std::string_view where,
    const std::vector<std::string>& items
) {
    if (field.form != Form::Networks) return;
    for (const auto& item : items) {
        if (!is_network(item))
            loading.complain(
                where, fmt::format("\"{}\" is no address and no network such as 10.0.0.0/8", item)
            );
    }
}

void check_number(
    Loading& loading, const Field& field, std::string_view where, std::int64_t value
) {
    if (value >= field.least && value <= field.most) return;
    loading.complain(
        where, fmt::format("{} is outside {} to {} {}", value, field.least, field.most, field.unit)
    );
}

/// A value written as text: variable or flag.
void set_text(
    Loading& loading, const Field& field, std::string_view where, const std::string& text
) {
    if (const auto* member = std::get_if<std::string Config::*>(&field.member)) {
        loading.config.** member = text;
        check_text(loading, field, where, text);
    } else if (const auto* flag = std::get_if<bool Config::*>(&field.member)) {
        if (!parse_bool(text, loading.config.**flag))
            loading.complain(where, fmt::format("\"{}\" is neither true nor false", text));
    } else if (const auto* number = std::get_if<std::int64_t Config::*>(&field.member)) {
        std::int64_t value = 0;
        if (!parse_decimal(text, value))
            return loading.complain(where, fmt::format("\"{}\" is no whole number", text));
        loading.config.** number = value;
        check_number(loading, field, where, value);
    } else {
        auto items = parse_list(text);
        check_networks(loading, field, where, items);
        loading.config.*std::get<std::vector<std::string> Config::*>(field.member) =
            std::move(items);
    }
}

void set_node(
    Loading& loading, const Field& field, std::string_view where, const toml::node& node
) {
    if (const auto* member = std::get_if<std::string Config::*>(&field.member)) {
        const auto value = node.value_exact<std::string>();
        if (!value) return loading.complain(where, "must be text in quotes");
        loading.config.** member = *value;
        check_text(loading, field, where, *value);
    } else if (const auto* flag = std::get_if<bool Config::*>(&field.member)) {
        const auto value = node.value_exact<bool>();
        if (!value) return loading.complain(where, "must be true or false");
        loading.config.** flag = *value;
    } else if (const auto* number = std::get_if<std::int64_t Config::*>(&field.member)) {
        const auto value = node.value_exact<std::int64_t>();
        if (!value) return loading.complain(where, "must be a whole number");
        loading.config.** number = *value;
        check_number(loading, field, where, *value);
    } else {
        const auto* array = node.as_array();
        if (!array) return loading.complain(where, "must be a list of texts");
        std::vector<std::string> items;
        for (const auto& item : *array) {
            const auto text = item.value_exact<std::string>();
            if (!text) return loading.complain(where, "must be a list of texts");
            items.push_back(*text);
        }
        check_networks(loading, field, where, items);
        loading.config.*std::get<std::vector<std::string> Config::*>(field.member) =
            std::move(items);
    }
}

void walk_table(
    Loading& loading,
    const std::filesystem::path& file,
    const toml::table& table,
    const std::string& prefix
) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        const auto where =
            fmt::format("{} line {}, {}", file.string(), node.source().begin.line, name);
        if (const auto* inner = node.as_table()) {
            walk_table(loading, file, *inner, name + ".");
            continue;
        }
        const Field* found = nullptr;
        for (const auto& field : fields()) {
            if (field.key == name) found = &field;
        }
        if (found) {
            set_node(loading, *found, where, node);
        } else {
            loading.complain(
                where, "is no setting of Outboard (`outboard help config` lists them)"
            );
        }
    }
}

void read_file(Loading& loading, const std::filesystem::path& file) {
    std::error_code missing;
    if (!std::filesystem::exists(file, missing)) return;
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return loading.complain(file.string(), "cannot be read");
    const auto parsed = toml::parse(text.str());
    if (!parsed) {
        return loading.complain(
            fmt::format("{} line {}", file.string(), parsed.error().source().begin.line),
            parsed.error().description()
        );
    }
    walk_table(loading, file, parsed.table(), "");
}

void read_variables(Loading& loading, const std::map<std::string, std::string>& variables) {
    for (const auto& field : fields()) {
        const auto name = variable_of(field);
        if (const auto found = variables.find(name); found != variables.end())
            set_text(loading, field, name, found->second);
        if (!field.is_secret) continue;
        const auto from_file = variables.find(name + "_FILE");
        if (from_file == variables.end()) continue;
        std::ifstream in(from_file->second);
        std::string line;
        if (!std::getline(in, line)) {
            loading.complain(name + "_FILE", fmt::format("{} cannot be read", from_file->second));
            continue;
        }
        set_text(loading, field, name + "_FILE", line);
    }
}

/// Letters to change, add or drop to make one of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

Result<Config> load(const Sources& sources) {
    Loading loading;
    read_file(loading, sources.file);
    read_variables(loading, sources.variables);
    for (const auto& field : fields()) {
        if (const auto found = sources.flags.find(std::string(field.key));
            found != sources.flags.end()) {
            set_text(loading, field, flag_of(field), found->second);
        }
    }
    if (loading.config.tls_cert.empty() != loading.config.tls_key.empty()) {
        loading.complain("tls.cert, tls.key", "both or neither must be set");
    }
    if (loading.mistakes.empty()) return loading.config;
    std::string all = "The configuration has mistakes:";
    for (const auto& mistake : loading.mistakes) all += "\n  " + mistake;
    return fail(Code::Invalid, all);
}

std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (text.starts_with("OUTBOARD_") && equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

std::vector<UnknownVariable> find_unknown(const std::map<std::string, std::string>& variables) {
    std::vector<std::string> known;
    for (const auto& field : fields()) {
        known.push_back(variable_of(field));
        if (field.is_secret) known.push_back(known.back() + "_FILE");
    }
    std::vector<UnknownVariable> unknown;
    for (const auto& [name, value] : variables) {
        if (name.starts_with("OUTBOARD_TEST_") || std::ranges::find(known, name) != known.end())
            continue;
        UnknownVariable found{name, {}};
        // Farther than a third of the name is another word.
        auto least = name.size() / 3;
        for (const auto& other : known) {
            if (const auto edits = distance(name, other); edits <= least) {
                least = edits;
                found.nearest = other;
            }
        }
        unknown.push_back(std::move(found));
    }
    return unknown;
}

std::string initial_file(const Config& config) {
    const Config defaults;
    std::string text =
        "# Outboard's settings. `outboard help config` explains each; only domain is required.\n";
    std::vector<std::pair<std::string, std::string>> sections = {{"", ""}};  // name, lines
    for (const auto& field : fields()) {
        if (show(field, config) == show(field, defaults) && field.key != "domain") continue;
        const auto dot = field.key.find('.');
        const bool is_in_section = dot != std::string_view::npos;
        const std::string name(is_in_section ? field.key.substr(0, dot) : "");
        auto section = std::find_if(sections.begin(), sections.end(), [&](const auto& known) {
            return known.first == name;
        });
        if (section == sections.end()) section = sections.insert(sections.end(), {name, ""});
        section->second += fmt::format(
            "{} = {}\n", is_in_section ? field.key.substr(dot + 1) : field.key, show(field, config)
        );
    }
    for (const auto& [name, lines] : sections)
        text += (name.empty() ? "" : fmt::format("\n[{}]\n", name)) + lines;
    return text;
}

std::vector<std::string> reload(Config& running, const Config& fresh) {
    std::vector<std::string> need_restart;
    for (const auto& field : fields()) {
        if (show(field, running) == show(field, fresh)) continue;
        if (!field.reloads) {
            need_restart.emplace_back(field.key);
            continue;
        }
        std::visit([&](auto member) { running.*member = fresh.*member; }, field.member);
    }
    return need_restart;
}

}  // namespace outboard::config
