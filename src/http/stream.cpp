// SPDX-License-Identifier: Apache-2.0
#include "src/http/stream.hpp"

#include <algorithm>

#include "src/http/message.hpp"
#include "src/http/words.hpp"

namespace outboard::http {

namespace {

bool lists_word(const Request& request, std::string_view name, std::string_view word) {
    for (const auto& field : request.fields) {
        if (!same_word(field.name, name)) continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            if (same_word(trimmed(rest.substr(0, comma)), word)) return true;
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        }
    }
    return false;
}

std::size_t count_of(const Request& request, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(
        request.fields.begin(),
        request.fields.end(),
        [&](const Field& field) { return same_word(field.name, name); }
    ));
}

/// 16 bytes in base64: 22 letters and two signs of filling.
bool is_key(std::string_view text) {
    if (text.size() != 24 || !text.ends_with("==")) return false;
    text.remove_suffix(2);
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '+' || c == '/';
    });
}

}  // namespace

Upgrade asks_for_websocket(const Request& request) {
    if (!lists_word(request, "upgrade", "websocket")) return Upgrade::None;
    const bool sound = request.method == "GET" && request.body.empty() &&
                       lists_word(request, "connection", "upgrade") &&
                       count_of(request, "sec-websocket-key") == 1 &&
                       is_key(trimmed(*request.header("sec-websocket-key")));
    if (!sound) return Upgrade::Unsound;
    const auto version = request.header("sec-websocket-version");
    return version && trimmed(*version) == "13" ? Upgrade::Sound : Upgrade::OldVersion;
}

}  // namespace outboard::http
