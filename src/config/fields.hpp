// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/config/config.hpp"

namespace outboard::config {

using Member = std::variant<
    std::string Config::*,
    bool Config::*,
    std::int64_t Config::*,
    std::vector<std::string> Config::*>;

/// What a text or the items of a list must look like.
enum class Form { Any, Networks, Endpoint };  // 10.0.0.0/8 or an address; ADDRESS:PORT

/// One setting: flag `--section-key`, variable OUTBOARD_SECTION_KEY, key `section.key` in
/// outboard.toml, and its help all come from here.
struct Field {
    std::string_view key;
    Member member;
    std::string_view help;
    std::string_view unit = {};
    std::int64_t least = 0, most = 0;  // numbers only
    bool reloads = false;              // SIGHUP takes it
    bool is_test_switch = false;       // shown by doctor, the log and the node's status when on
    bool is_secret = false;            // also as …_FILE
    std::string_view choices = {};     // space separated, text only
    Form form = Form::Any;
};

const std::vector<Field>& fields();
std::string variable_of(const Field& field);  // OUTBOARD_FEDERATION_ALLOW_HTTP
std::string flag_of(const Field& field);      // --federation-allow-http

/// The value as outboard.toml would show it.
std::string show(const Field& field, const Config& config);

}  // namespace outboard::config
