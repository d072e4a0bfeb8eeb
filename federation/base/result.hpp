// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace outboard {

/// What kind of refusal this is. Knows no HTTP: `api/render` maps it to a status code once.
enum class Code {
    Invalid,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    TooLarge,
    RateLimited,
    Unavailable,
    Internal
};

/// An expected refusal. `shown` is for whoever is on the other side, `detail` for our log only:
/// it may name hosts and rows, never secrets or private content.
struct Error {
    Code code = Code::Internal;
    std::string shown = {};
    std::string detail = {};
};

/// A value or the reason why there is none.
template <class T>
struct [[nodiscard]] Result : tl::expected<T, Error> {
    using Base = tl::expected<T, Error>;
    using Base::Base;
    Result(Base base)
        : Base(std::move(base)) {}  // NOLINT(google-explicit-constructor): returns read as values
    Result(Error error)
        : Base(tl::unexpected<Error>(std::move(error))) {
    }  // NOLINT(google-explicit-constructor): same
};

/// `return fail(Code::NotFound, "Record not found");`
inline tl::unexpected<Error> fail(Code code, std::string shown, std::string detail = {}) {
    return tl::unexpected<Error>(Error{code, std::move(shown), std::move(detail)});
}

}  // namespace outboard

#define OB_CONCAT_INNER(a, b) a##b
#define OB_CONCAT(a, b) OB_CONCAT_INNER(a, b)

/// `OB_TRY(auto status, find(id));` binds the value or returns the error: our one control-flow
/// macro.
#define OB_TRY(binding, expression)                            \
    auto OB_CONCAT(ob_result_, __LINE__) = (expression);       \
    if (!OB_CONCAT(ob_result_, __LINE__))                      \
        return tl::unexpected<::outboard::Error>(              \
            std::move(OB_CONCAT(ob_result_, __LINE__)).error() \
        );                                                     \
    binding = *std::move(OB_CONCAT(ob_result_, __LINE__))

/// `OB_CHECK(verify(x));` returns the error of a Result<void>.
#define OB_CHECK(expression)                                                              \
    do {                                                                                  \
        auto ob_check_result = (expression);                                              \
        if (!ob_check_result)                                                             \
            return tl::unexpected<::outboard::Error>(std::move(ob_check_result).error()); \
    } while (false)
