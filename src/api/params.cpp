// SPDX-License-Identifier: Apache-2.0
#include "src/api/params.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "src/api/multipart.hpp"
#include "src/base/limits.hpp"

namespace outboard::api {
namespace {

bool is_clean(std::string_view text) {
    return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

/// `a[b][]` as its parts "a", "b", "". Text that is no such path is one name.
std::vector<std::string> split_name(std::string_view name) {
    const auto bracket = name.find('[');
    if (bracket == 0 || bracket == std::string_view::npos) return {std::string(name)};
    std::vector<std::string> parts = {std::string(name.substr(0, bracket))};
    auto rest = name.substr(bracket);
    while (!rest.empty()) {
        const auto end = rest.find(']');
        if (rest.front() != '[' || end == std::string_view::npos) return {std::string(name)};
        parts.emplace_back(rest.substr(1, end - 1));
        rest.remove_prefix(end + 1);
    }
    return parts;
}

/// The element that `[]` before `next` names: Rails begins a new one when the last has that key
/// already.
json& element_for(json& array, const std::string* next) {
    if (!array.is_array()) array = json::array();
    const bool last_has_room = next != nullptr && !array.empty() && array.back().is_object() &&
                               (next->empty() || !array.back().contains(*next));
    if (!last_has_room) array.push_back(nullptr);
    return array.back();
}

Result<void> put(json& tree, const std::string& name, std::string value) {
    if (!is_clean(name) || !is_clean(value)) {
        return fail(Code::Invalid, "A parameter is not valid UTF-8 text.");
    }
    const auto parts = split_name(name);
    if (parts.size() > limits::kFieldDepth) {
        return fail(Code::TooLarge, "A parameter is nested too deeply.");
    }
    json* at = &tree;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty() && i > 0) {
            at = &element_for(*at, i + 1 < parts.size() ? &parts[i + 1] : nullptr);
        } else {
            if (!at->is_object()) *at = json::object();
            at = &(*at)[parts[i]];
        }
    }
    // `id=1&id=2` repeats a plain name: the last one wins, as in Rails.
    *at = std::move(value);
    return {};
}

Result<void> put_all(json& tree, const std::vector<std::pair<std::string, std::string>>& pairs) {
    for (const auto& [name, value] : pairs) OB_CHECK(put(tree, name, value));
    return {};
}

std::string content_type(const http::Request& request) {
    const auto header = request.header("content-type").value_or("");
    return lower_ascii(trim(header.substr(0, header.find(';'))));
}

/// JSON can write U+0000, which no text of ours holds.
bool all_clean(const json& value) {
    if (value.is_string()) return is_clean(value.get_ref<const std::string&>());
    if (!value.is_structured()) return true;
    for (const auto& [name, member] : value.items()) {
        if (!is_clean(name) || !all_clean(member)) return false;
    }
    return true;
}

Result<void> read_json_body(json& tree, const http::Request& request) {
    JsonLimits bounds;
    bounds.bytes = std::max(request.body.size(), std::size_t{1});
    auto body = read_json(request.body, bounds);
    if (!body) {
        return fail(Code::Invalid, "The body is not valid JSON: " + body.error().shown);
    }
    if (!body->is_object()) {
        return fail(Code::Invalid, "The body must be a JSON object.");
    }
    if (!all_clean(*body)) return fail(Code::Invalid, "The body holds U+0000, which no text may.");
    for (auto& [name, value] : body->items()) tree[name] = std::move(value);
    return {};
}

/// One body in the encoding its Content-Type names. Clients that send none mean a form.
Result<std::vector<std::pair<std::string, std::string_view>>> read_body(
    json& tree, const http::Request& request, std::string_view files
) {
    std::vector<std::pair<std::string, std::string_view>> none;
    if (request.body.empty()) return none;
    const auto type = content_type(request);
    if (type == "application/json" || type.ends_with("+json")) {
        OB_CHECK(read_json_body(tree, request));
        return none;
    }
    if (type == "multipart/form-data") {
        OB_TRY(auto parts, read_multipart(*request.header("content-type"), request.body, files));
        OB_CHECK(put_all(tree, parts.fields));
        return std::move(parts.files);
    }
    if (type.empty() || type == "application/x-www-form-urlencoded") {
        OB_TRY(auto pairs, read_form(request.body));
        OB_CHECK(put_all(tree, pairs));
        return none;
    }
    return fail(
        Code::Invalid,
        "Unknown content type: send application/json, application/x-www-form-urlencoded or "
        "multipart/form-data."
    );
}

/// Members of an object with numeric keys, in the order of the numbers: `x[0]`, `x[1]`.
std::vector<const json*> numbered(const json& object) {
    std::vector<std::pair<std::int64_t, const json*>> found;
    for (const auto& [key, value] : object.items()) {
        std::int64_t index = 0;
        if (parse_decimal(key, index)) found.emplace_back(index, &value);
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    std::vector<const json*> values;
    values.reserve(found.size());
    for (const auto& [index, value] : found) values.push_back(value);
    return values;
}

std::vector<const json*> elements(const json& value) {
    if (value.is_object()) return numbered(value);
    std::vector<const json*> found;
    if (value.is_array()) {
        for (const auto& item : value) found.push_back(&item);
    } else if (!value.is_null()) {
        found.push_back(&value);
    }
    return found;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        if (pairs.size() >= limits::kFields) {
            return fail(Code::TooLarge, "Too many parameters.");
        }
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = pair.substr(std::min(equals + 1, pair.size()));
        pairs.emplace_back(
            percent_decode(pair.substr(0, equals), /*plus_is_space=*/true),
            percent_decode(value, /*plus_is_space=*/true)
        );
    }
    return pairs;
}

std::optional<std::string> scalar_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_number()) return value.dump();
    return std::nullopt;
}

Params::Params() : tree_(std::make_unique<json>(json::object())) {}
Params::~Params() = default;
Params::Params(Params&&) noexcept = default;
Params& Params::operator=(Params&&) noexcept = default;

Result<Params> Params::read_query(const http::Request& request) {
    Params params;
    OB_TRY(auto pairs, read_form(request.query()));
    OB_CHECK(put_all(*params.tree_, pairs));
    return params;
}

Result<Params> Params::read(const http::Request& request, std::string_view files) {
    OB_TRY(auto params, read_query(request));
    OB_TRY(params.files_, read_body(*params.tree_, request, files));
    return params;
}

const json& Params::tree() const { return *tree_; }

std::optional<std::string_view> Params::file(std::string_view name) const {
    for (const auto& [known, bytes] : files_) {
        if (known == name && !bytes.empty()) return bytes;
    }
    return std::nullopt;
}

const json* Params::find(std::string_view name) const {
    const json* at = tree_.get();
    for (const auto& part : split_name(name)) {
        if (!at->is_object()) return nullptr;
        const auto it = at->find(part);
        if (it == at->end()) return nullptr;
        at = &*it;
    }
    return at->is_null() ? nullptr : at;
}

bool Params::has(std::string_view name) const { return find(name) != nullptr; }

std::optional<std::string> Params::text(std::string_view name) const {
    const auto* value = find(name);
    return value ? scalar_text(*value) : std::nullopt;
}

std::string Params::text_or(std::string_view name, std::string_view fallback) const {
    return text(name).value_or(std::string(fallback));
}

std::optional<bool> Params::boolean(std::string_view name) const {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto word = lower_ascii(trim(*given));
    for (const auto* no : {"", "0", "f", "false", "off", "no", "n"}) {
        if (word == no) return false;
    }
    return true;
}

std::optional<std::int64_t> Params::number(std::string_view name) const {
    const auto given = text(name);
    std::int64_t value = 0;
    if (!given || !parse_decimal(trim(*given), value)) return std::nullopt;
    return value;
}

std::vector<std::string> Params::list(std::string_view name) const {
    std::vector<std::string> values;
    const auto* value = find(name);
    if (!value) return values;
    for (const auto* item : elements(*value)) {
        if (auto text = scalar_text(*item)) values.push_back(std::move(*text));
    }
    return values;
}

std::vector<json> Params::objects(std::string_view name) const {
    std::vector<json> values;
    const auto* value = find(name);
    if (!value) return values;
    for (const auto* item : elements(*value)) {
        if (item->is_object()) values.push_back(*item);
    }
    return values;
}

}  // namespace outboard::api
