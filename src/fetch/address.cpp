// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "src/fetch/guard.hpp"

namespace outboard::fetch {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

Address from_v4(std::span<const std::uint8_t, 4> quad) {
    Address address;
    std::ranges::copy(kMapped, address.bytes.begin());
    std::ranges::copy(quad, address.bytes.begin() + kMapped.size());
    return address;
}

struct Special {
    std::array<std::uint8_t, 16> base;
    int bits;
    std::string_view code;
};

bool has_prefix(const std::uint8_t* bytes, const std::uint8_t* base, int bits) {
    const int whole = bits / 8;
    if (!std::equal(base, base + whole, bytes)) return false;
    if (bits % 8 == 0) return true;
    const int mask = 0xff << (8 - bits % 8) & 0xff;
    return (bytes[whole] & mask) == (base[whole] & mask);
}

// IANA IPv4 Special-Purpose Address Registry, those not globally reachable, with multicast and
// class E. 192.88.99.0/24 is the withdrawn 6to4 relay.
constexpr Special kSpecialV4[] = {
    {{0}, 8, "address.reserved"},
    {{10}, 8, "address.private"},
    {{100, 64}, 10, "address.private"},
    {{127}, 8, "address.loopback"},
    {{169, 254}, 16, "address.private"},
    {{172, 16}, 12, "address.private"},
    {{192, 0, 0}, 24, "address.reserved"},
    {{192, 0, 2}, 24, "address.reserved"},
    {{192, 88, 99}, 24, "address.reserved"},
    {{192, 168}, 16, "address.private"},
    {{198, 18}, 15, "address.private"},
    {{198, 51, 100}, 24, "address.reserved"},
    {{203, 0, 113}, 24, "address.reserved"},
    {{224}, 3, "address.reserved"},
};

std::optional<std::string_view> why_not_global_v4(const std::uint8_t* quad) {
    for (const Special& special : kSpecialV4)
        if (has_prefix(quad, special.base.data(), special.bits)) return special.code;
    return std::nullopt;
}

// Inside 2000::/3, the only global unicast there is: what the IANA IPv6 Special-Purpose Address
// Registry takes out. 2001::/23 holds Teredo, benchmarking and ORCHID; the anycast services in it
// are no peers of ours.
constexpr Special kSpecialV6[] = {
    {{0x20, 0x01, 0x00}, 23, "address.reserved"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "address.reserved"},
    {{0x3f, 0xff}, 20, "address.reserved"},
};
// Named only so that the refusal says what it is; everything outside 2000::/3 is refused anyhow.
constexpr Special kNamedV6[] = {
    {{0xfc}, 7, "address.private"},
    {{0xfe, 0x80}, 10, "address.private"},
    {{0xfe, 0xc0}, 10, "address.private"},
};

constexpr std::uint8_t kNat64[16] = {0x00, 0x64, 0xff, 0x9b};  // 64:ff9b::/96, RFC 6052
constexpr std::uint8_t k6to4[16] = {0x20, 0x02};               // 2002::/16, RFC 3056
constexpr std::uint8_t kZero[16] = {};

}  // namespace

bool Address::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

std::string Address::str() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (is_v4())
        inet_ntop(AF_INET, bytes.data() + kMapped.size(), text, sizeof text);
    else
        inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    return text;
}

std::optional<Address> parse_address(std::string_view text) {
    const std::string copy(text);
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return std::nullopt;
    std::array<std::uint8_t, 4> quad{};
    if (inet_pton(AF_INET, copy.c_str(), quad.data()) == 1) return from_v4(quad);
    Address address;
    if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

bool Network::contains(const Address& address) const {
    return has_prefix(address.bytes.data(), base.bytes.data(), bits);
}

Result<Network> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto base = parse_address(text.substr(0, slash));
    const std::string shown(text.substr(0, INET6_ADDRSTRLEN + 4));
    if (!base)
        return fail(
            Code::Invalid, "'" + shown + "' is not an address or a network such as 127.0.0.0/8"
        );
    const bool is_v4 = base->is_v4() && text.substr(0, slash).find(':') == text.npos;
    const int most = is_v4 ? 32 : 128;
    int bits = most;
    if (slash != text.npos) {
        const auto digits = text.substr(slash + 1);
        const auto [end, fault] =
            std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (digits.empty() || fault != std::errc{} || end != digits.data() + digits.size() ||
            bits < 0 || bits > most)
            return fail(
                Code::Invalid,
                "'" + shown + "': the prefix length must be 0 to " + std::to_string(most)
            );
    }
    const Network network{*base, is_v4 ? bits + kMappedBits : bits};
    constexpr int kWidest = kMappedBits + 8;
    if (network.bits < kWidest && network.contains(from_v4(std::array<std::uint8_t, 4>{})))
        return fail(Code::Invalid, "'" + shown + "' is too wide: it holds more than a /8 of IPv4");
    if (network.bits < 7) return fail(Code::Invalid, "'" + shown + "' is too wide");
    if (is_v4 && network.bits < kWidest)
        return fail(Code::Invalid, "'" + shown + "' is too wide: use /8 to /32");
    return network;
}

std::optional<std::string_view> why_not_global(const Address& address) {
    const std::uint8_t* bytes = address.bytes.data();
    if (address.is_v4()) return why_not_global_v4(bytes + 12);
    if (has_prefix(bytes, kNat64, 96)) return why_not_global_v4(bytes + 12);
    if (has_prefix(bytes, k6to4, 16)) return why_not_global_v4(bytes + 2);
    if (has_prefix(bytes, kZero, 96)) {  // ::, ::1 and the withdrawn IPv4-compatible form
        if (has_prefix(bytes, kZero, 120) && bytes[15] == 1) return "address.loopback";
        return why_not_global_v4(bytes + 12).value_or("address.reserved");
    }
    for (const Special& named : kNamedV6)
        if (has_prefix(bytes, named.base.data(), named.bits)) return named.code;
    if ((bytes[0] & 0xe0) != 0x20) return "address.reserved";
    for (const Special& special : kSpecialV6)
        if (has_prefix(bytes, special.base.data(), special.bits)) return special.code;
    return std::nullopt;
}

}  // namespace outboard::fetch
