// SPDX-License-Identifier: Apache-2.0
#include "src/api/multipart.hpp"

#include <algorithm>
#include <optional>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"

namespace outboard::api {
namespace {

/// `name="value"` or `name=value` among the parameters of a header; the name is compared without
/// case.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
    auto rest = header.substr(std::min(header.find(';'), header.size()));
    while (!rest.empty()) {
        rest = trim(rest.substr(1));
        const auto equals = rest.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const auto key = lower_ascii(trim(rest.substr(0, equals)));
        rest.remove_prefix(equals + 1);
        std::string value;
        if (!rest.empty() && rest.front() == '"') {
            std::size_t at = 1;
            for (; at < rest.size() && rest[at] != '"'; ++at) {
                if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
                value += rest[at];
            }
            rest.remove_prefix(std::min(at + 1, rest.size()));
            rest.remove_prefix(std::min(rest.find(';'), rest.size()));
        } else {
            const auto end = std::min(rest.find(';'), rest.size());
            value = std::string(trim(rest.substr(0, end)));
            rest.remove_prefix(end);
        }
        if (key == name) return value;
    }
    return std::nullopt;
}

struct PartHead {
    std::optional<std::string> name;
    bool is_file = false;
};

PartHead read_head(std::string_view head) {
    PartHead found;
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        const auto line = head.substr(0, end);
        head.remove_prefix(std::min(end + 2, head.size()));
        if (!starts_with_ignoring_case(line, "content-disposition:")) continue;
        found.name = parameter(line, "name");
        found.is_file = parameter(line, "filename").has_value();
    }
    return found;
}

}  // namespace

Result<Multipart> read_multipart(
    std::string_view content_type, std::string_view body, std::string_view files
) {
    const auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70) {
        return fail(Code::Invalid, "The multipart body has no usable boundary.");
    }
    const auto broken = [] { return fail(Code::Invalid, "The multipart body is malformed."); };
    const std::string delimiter = "--" + *boundary;
    Multipart found;
    auto at = body.find(delimiter);
    if (at == std::string_view::npos) return broken();
    std::size_t parts = 0;
    while (true) {
        body.remove_prefix(at + delimiter.size());
        if (body.starts_with("--")) return found;
        if (!body.starts_with("\r\n")) return broken();
        body.remove_prefix(2);
        if (++parts > limits::kFields) return fail(Code::TooLarge, "Too many parameters.");
        at = body.find("\r\n" + delimiter);
        const auto head_end = body.starts_with("\r\n") ? 0 : body.find("\r\n\r\n");
        if (at == std::string_view::npos || head_end == std::string_view::npos || head_end > at) {
            return broken();
        }
        const auto head = read_head(body.substr(0, head_end));
        const auto content_at = head_end == 0 ? 2 : head_end + 4;
        if (!head.name || content_at > at + 2) return broken();
        const auto size = at > content_at ? at - content_at : 0;
        const auto content = body.substr(content_at, size);
        const auto names = split(files, ' ');
        if (!files.empty() && std::find(names.begin(), names.end(), *head.name) != names.end()) {
            found.files.emplace_back(*head.name, content);
        } else if (head.is_file) {
            return fail(Code::Invalid, "No file of the name \"" + *head.name + "\" is taken here.");
        } else {
            found.fields.emplace_back(*head.name, std::string(content));
        }
        at += 2;
    }
}

}  // namespace outboard::api
