// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "federation/base/result.hpp"

namespace outboard::federation {

/// A validated absolute identifier: the only parsed URL in the program.
///
/// For `http` and `https` the host is lower case, IDNA-encoded, without trailing dot, userinfo or
/// backslash; the default port is dropped; the path is at least `/`; non-ASCII and `"<>^`{|}` are
/// percent-encoded; everything else stands as sent. Host labels are letters, digits, hyphens and
/// underscores; addresses are strict dotted quads or bracketed IPv6. At most 2,048 bytes. Other
/// schemes (`did:`, `ap:`, `urn:`, `tag:`, `acct:` and a few more) are kept as text with an origin
/// of their own and never fetched; schemes that run or carry content (`javascript:`, `data:`,
/// `file:`) are refused. What may be *fetched* is decided by fetch/guard, not here.
class Iri {
public:
    /// Errors: Invalid, naming the part that is wrong.
    static Result<Iri> parse(std::string_view text);

    /// Resolves `reference` (a Location header) against this one. RFC 3986 section 5.
    Result<Iri> resolve(std::string_view reference) const;

    const std::string& str() const { return text_; }
    /// `scheme://host[:port]`, lower case, default port dropped: two ids are of one origin when
    /// these are equal.
    std::string origin() const;
    std::string_view scheme() const;
    /// Host without port, an IPv6 address without brackets; empty for schemes without authority.
    std::string_view host() const;
    /// `host[:port]`, as in a Host header and in `acct:` handles.
    std::string authority() const;
    std::uint16_t port() const;  // 0 for schemes without one
    /// Path and query, as sent in a request line; at least "/".
    std::string target() const;
    std::string_view path() const;
    std::string_view fragment() const;
    bool is_http() const;  // http or https
    Iri without_fragment() const;

    friend bool operator==(const Iri& a, const Iri& b) { return a.text_ == b.text_; }
    friend auto operator<=>(const Iri& a, const Iri& b) { return a.text_ <=> b.text_; }

private:
    Iri() = default;
    std::string text_;
    std::uint32_t scheme_end_ = 0;  // index of ':'
    std::uint32_t host_begin_ = 0, host_end_ = 0;
    std::uint32_t path_begin_ = 0, query_begin_ = 0,
                  fragment_begin_ = 0;  // ends stand at text_.size() when absent
    std::uint16_t port_ = 0;
};

inline bool same_origin(const Iri& a, const Iri& b) { return a.origin() == b.origin(); }

}  // namespace outboard::federation

template <>
struct std::hash<outboard::federation::Iri> {
    std::size_t operator()(const outboard::federation::Iri& iri) const noexcept {
        return std::hash<std::string>{}(iri.str());
    }
};
