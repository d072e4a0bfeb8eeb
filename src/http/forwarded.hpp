// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/base/result.hpp"
#include "src/http/message.hpp"

/// Who is asking, when proxies stand between (THREATS 75).
namespace outboard::http {

/// An IPv4 or IPv6 address; IPv4 in IPv6 form is the IPv4 address.
struct Address {
    std::array<std::uint8_t, 16> bytes{};  // IPv4 as ::ffff:a.b.c.d
    friend auto operator<=>(const Address&, const Address&) = default;

    /// Also with a port (`1.2.3.4:5`, `[::1]:5`) or brackets, as some proxies write it.
    static std::optional<Address> parse(std::string_view text);
    bool is_v4() const;
    std::string text() const;
    /// What connections are counted by: an IPv4 address, an IPv6 /64 (one customer's line).
    Address line() const;
};

/// Networks whose forwarded headers are believed. Threads: constant after construction.
class ProxyList {
public:
    /// Addresses and networks (`10.0.0.0/8`). Errors: Invalid, naming the entry.
    static Result<ProxyList> parse(const std::vector<std::string>& networks);
    bool contains(const Address& address) const;

private:
    struct Network {
        Address address;
        int bits = 128;
    };
    std::vector<Network> networks_;
};

/// Fills `peer` and `secure`: from the socket, or from X-Forwarded-For (right-most address that is
/// no trusted proxy) and X-Forwarded-Proto when the socket's peer is one. The header fields stay as
/// they are.
void identify(Request& request, const Address& socket, bool tls, const ProxyList& trusted);

}  // namespace outboard::http
