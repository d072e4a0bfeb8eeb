// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/iri.hpp"

namespace outboard::fetch {

/// A binary address; IPv4 is kept as ::ffff:a.b.c.d.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4() const;
    std::string str() const;
};
std::optional<Address> parse_address(std::string_view text);  // dotted quad or RFC 4291 text only

struct Network {
    Address base;
    int bits = 128;
    bool contains(const Address& address) const;
};
Result<Network> parse_network(std::string_view text);  // 127.0.0.0/8, ::1/128, or a bare address

struct GuardSettings {
    bool allow_http = false;                 // test switch
    std::vector<Network> allow_addresses;    // test switch: these may be reached, on any port
    std::vector<std::string> own_hosts;      // host[:port]: never fetched over the network (THREATS 43)
};

/// Decides which addresses may be reached. Pure: no DNS, no sockets. Threads: reentrant.
///
/// Error codes in `shown` (stable, one word with a dot): url.malformed, url.scheme, url.userinfo, url.port, url.too_long,
/// host.literal, host.reserved, host.single_label, host.own, host.malformed, address.loopback, address.private, address.reserved,
/// address.mixed, redirect.loop, redirect.limit, redirect.downgrade, redirect.target.
class Guard {
public:
    explicit Guard(GuardSettings settings) : settings_(std::move(settings)) {}
    /// Scheme, host and port, before any DNS.
    Result<federation::Iri> check_url(std::string_view url) const;
    /// One answer of DNS; only global unicast, after unwrapping mapped, NAT64, 6to4 and Teredo forms.
    Result<void> check_address(const Address& address) const;
    /// All answers together: a mixed set is refused (U114).
    Result<void> check_addresses(const std::vector<Address>& addresses) const;
    /// The next hop of a redirect: resolved against `from`, then checked like any url.
    Result<federation::Iri> check_redirect(const federation::Iri& from, std::string_view location) const;
    const GuardSettings& settings() const { return settings_; }

private:
    bool is_allowed_test_address(const Address& address) const;
    GuardSettings settings_;
};

}  // namespace outboard::fetch
