// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/json.hpp"
#include "src/http/message.hpp"

namespace outboard::api {

/// Parameters of a call from JSON, form, multipart (fields only) and query string, merged as clients expect (pitfalls.md 1).
/// `poll[options][]` and JSON objects read the same. null means "not given".
class Params {
public:
    Params();
    ~Params();
    Params(Params&&) noexcept;
    Params& operator=(Params&&) noexcept;
    /// Errors: Invalid for malformed JSON or multipart; at most 1,000 fields.
    static Result<Params> read(const http::Request& request);

    bool has(std::string_view name) const;
    std::optional<std::string> text(std::string_view name) const;     // "a[b]" for nested ones
    std::string text_or(std::string_view name, std::string_view fallback) const;
    std::optional<bool> boolean(std::string_view name) const;
    std::optional<std::int64_t> number(std::string_view name) const;  // nothing when it is no integer
    std::vector<std::string> list(std::string_view name) const;       // "id", "id[]", "id[0]", scalar
    const json& tree() const;

private:
    std::unique_ptr<json> tree_;
};

}  // namespace outboard::api
