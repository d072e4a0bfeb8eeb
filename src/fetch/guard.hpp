// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/iri.hpp"

namespace outboard::fetch {

/// A binary address; IPv4 is kept as ::ffff:a.b.c.d.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4() const;
    std::string str() const;
    friend bool operator==(const Address&, const Address&) = default;
};
/// Dotted quad (four decimal numbers without leading zeros) or RFC 4291 text, without zone or
/// brackets.
std::optional<Address> parse_address(std::string_view text);

struct Network {
    Address base;
    int bits = 128;  // of the 16 bytes: an IPv4 /8 has 104
    bool contains(const Address& address) const;
};
/// 127.0.0.0/8, ::1/128, or a bare address. Errors: Invalid; one that holds all of IPv4, or more
/// than a /8 of it, is refused, because a list of test networks may never switch the check off.
Result<Network> parse_network(std::string_view text);

/// What kind of address this is, by the IANA registries of special-purpose addresses and of global
/// unicast, after unwrapping mapped, NAT64 and 6to4 forms: nothing for global unicast, else the
/// guard's code.
std::optional<std::string_view> why_not_global(const Address& address);

struct GuardSettings {
    bool allow_http = false;  // test switch
    std::vector<Network>
        allow_addresses;        // test switch: these may be reached, on any port, by any name
    bool only_allowed = false;  // a trial node: allow_addresses, and nothing else, is reached
    std::vector<std::string> own_hosts;  // host[:port]: never fetched over the network (THREATS 43)
};

/// Decides which addresses may be reached. Pure: no DNS, no sockets. Threads: reentrant.
///
/// All refusals are Forbidden, and `shown` begins with a stable code and a colon: url.malformed,
/// url.scheme, url.userinfo, url.port, url.too_long, host.literal, host.reserved,
/// host.single_label, host.own, host.malformed, address.loopback, address.private,
/// address.reserved, address.malformed, address.mixed, address.not_allowed, address.unchecked (the
/// connection, client only), redirect.loop, redirect.limit, redirect.downgrade, redirect.target.
class Guard {
public:
    explicit Guard(GuardSettings settings) : settings_(std::move(settings)) {}
    /// Scheme, host and port, before any DNS. With allow_addresses the judgement over names and
    /// ports waits for `check_resolved`, because a test peer may have any.
    Result<federation::Iri> check_url(std::string_view url) const;
    /// One answer of DNS.
    Result<void> check_address(const Address& address) const;
    /// All answers together: a mixed set is refused (U114). Unavailable for an empty one.
    Result<void> check_addresses(const std::vector<Address>& addresses) const;
    /// The addresses of `url` (which passed `check_url`) that may be connected to: all answers, or
    /// for `localhost` the allowed test addresses among them. Says what `check_url` had to leave
    /// open.
    Result<std::vector<Address>> check_resolved(
        const federation::Iri& url, const std::vector<Address>& answers
    ) const;
    /// The next hop of a redirect: resolved against `from`, then checked like any url.
    Result<federation::Iri> check_redirect(const federation::Iri& from, std::string_view location)
        const;
    /// Refuses reserved names, single labels and ports: what every name has to pass that is not a
    /// test peer's.
    Result<void> check_name_and_port(const federation::Iri& url) const;
    bool is_allowed_test_address(const Address& address) const;
    const GuardSettings& settings() const { return settings_; }

private:
    bool is_own(const federation::Iri& url) const;
    GuardSettings settings_;
};

/// The address an url names literally (`127.0.0.1`, `[::1]`): no DNS is asked for it.
std::optional<Address> literal_address(const federation::Iri& url);

/// A chain of redirects: each hop a new full check, at most limits::kRedirects of them, no url
/// twice (THREATS 30, 35).
class Redirects {
public:
    /// `guard` must outlive this.
    Redirects(const Guard& guard, const federation::Iri& first);
    /// The next hop. Errors: Forbidden with redirect.limit, redirect.loop, or what `check_redirect`
    /// says.
    Result<federation::Iri> follow(std::string_view location);

private:
    const Guard* guard_;
    std::vector<federation::Iri> visited_;  // without fragments
};

/// `address.loopback` of "address.loopback: …".
std::string_view refusal_code(const Error& error);

/// `allow` or `refuse CODE`, for `debug url` (CONTRACT.md 10). `answers` are those DNS would give,
/// as text; with none of them only the url is judged.
std::string decide(
    const Guard& guard, std::string_view url, const std::vector<std::string>& answers
);

}  // namespace outboard::fetch
