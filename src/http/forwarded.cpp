// SPDX-License-Identifier: Apache-2.0
#include "src/http/forwarded.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "src/http/words.hpp"

namespace outboard::http {

namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string_view without_port(std::string_view text) {
    if (!text.empty() && text.front() == '[') {
        const auto close = text.find(']');
        return close == std::string_view::npos ? std::string_view() : text.substr(1, close - 1);
    }
    const auto colon = text.find(':');
    const bool one_colon =
        colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
    return one_colon ? text.substr(0, colon) : text;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    const std::string plain(without_port(text));  // inet_pton wants a terminator
    Address address;
    if (inet_pton(AF_INET, plain.c_str(), address.bytes.data() + 12) == 1) {
        std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
        return address;
    }
    if (inet_pton(AF_INET6, plain.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

bool Address::is_v4() const {
    return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

std::string Address::text() const {
    char out[INET6_ADDRSTRLEN] = {};
    if (is_v4()) {
        inet_ntop(AF_INET, bytes.data() + 12, out, sizeof out);
    } else {
        inet_ntop(AF_INET6, bytes.data(), out, sizeof out);
    }
    return out;
}

Address Address::line() const {
    Address line = *this;
    if (!is_v4()) std::fill(line.bytes.begin() + 8, line.bytes.end(), std::uint8_t{0});
    return line;
}

Result<ProxyList> ProxyList::parse(const std::vector<std::string>& networks) {
    ProxyList list;
    for (const auto& entry : networks) {
        const auto slash = entry.find('/');
        const auto address = Address::parse(entry.substr(0, slash));
        if (!address)
            return fail(
                Code::Invalid, "trusted_proxies: \"" + entry + "\" is not an address or network"
            );
        const int width = address->is_v4() ? 32 : 128;
        int bits = width;
        if (slash != std::string::npos) {
            const auto end = entry.data() + entry.size();
            const auto [stop, error] = std::from_chars(entry.data() + slash + 1, end, bits);
            if (error != std::errc{} || stop != end || bits < 0 || bits > width) {
                return fail(
                    Code::Invalid, "trusted_proxies: \"" + entry + "\" has no valid prefix length"
                );
            }
        }
        list.networks_.push_back({*address, bits + 128 - width});
    }
    return list;
}

bool ProxyList::contains(const Address& address) const {
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
        const auto whole = static_cast<std::size_t>(network.bits) / 8;
        if (std::memcmp(network.address.bytes.data(), address.bytes.data(), whole) != 0)
            return false;
        const int rest = network.bits % 8;
        if (rest == 0) return true;
        const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
        return (network.address.bytes[whole] & mask) == (address.bytes[whole] & mask);
    });
}

void identify(Request& request, const Address& socket, bool tls, const ProxyList& trusted) {
    Address client = socket;
    request.secure = tls;
    if (trusted.contains(socket)) {
        std::vector<std::string_view> hops;  // as one list, in order
        for (const auto& field : request.fields) {
            if (same_word(field.name, "x-forwarded-for")) {
                each_element(field.value, [&](std::string_view hop) { hops.push_back(hop); });
            } else if (same_word(field.name, "x-forwarded-proto")) {
                std::string_view last;
                each_element(field.value, [&](std::string_view scheme) { last = scheme; });
                request.secure = same_word(last, "https");
            }
        }
        for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
            const auto address = Address::parse(*hop);
            if (!address) break;  // what stands left of nonsense is nonsense
            client = *address;
            if (!trusted.contains(client)) break;
        }
    }
    request.peer = client.text();
}

}  // namespace outboard::http
