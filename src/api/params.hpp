// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/json.hpp"
#include "src/http/message.hpp"

namespace outboard::api {

/// Parameters of a call from JSON, form, multipart and query string, merged as clients expect
/// (pitfalls.md 1); the body wins. `poll[options][]` and JSON objects read the same. null means
/// "not given".
class Params {
public:
    Params();
    ~Params();
    Params(Params&&) noexcept;
    Params& operator=(Params&&) noexcept;
    /// Errors: Invalid for malformed JSON or multipart, text that is not UTF-8, unknown content
    /// types; TooLarge over limits::kFields fields or limits::kFieldDepth brackets.
    /// `files` names the multipart parts that are files, with spaces between.
    static Result<Params> read(const http::Request& request, std::string_view files = {});
    /// Of the query string alone: for routes whose body is a document.
    static Result<Params> read_query(const http::Request& request);

    bool has(std::string_view name) const;
    std::optional<std::string> text(std::string_view name) const;  // "a[b]" for nested ones
    std::string text_or(std::string_view name, std::string_view fallback) const;
    std::optional<bool> boolean(std::string_view name) const;
    bool is_true(std::string_view name) const { return boolean(name).value_or(false); }
    std::optional<std::int64_t> number(std::string_view name
    ) const;                                                     // nothing when it is no integer
    std::vector<std::string> list(std::string_view name) const;  // "id", "id[]", "id[0]", scalar
    /// Objects of a list or of a hash with numeric keys, in order: `fields_attributes`.
    std::vector<json> objects(std::string_view name) const;
    const json& tree() const;
    /// The bytes of a file, a view into the request's body; nothing when it is absent or empty.
    std::optional<std::string_view> file(std::string_view name) const;

private:
    const json* find(std::string_view name) const;
    std::unique_ptr<json> tree_;
    std::vector<std::pair<std::string, std::string_view>> files_;  // the request outlives us
};

/// `a=b&c=d`, decoded, in order. Errors: as Params::read.
Result<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text);

/// JSON scalars as a form would have sent them; nothing for null, arrays and objects.
std::optional<std::string> scalar_text(const json& value);

}  // namespace outboard::api
