// SPDX-License-Identifier: Apache-2.0
#include "federation/iri.hpp"

#include <arpa/inet.h>
#include <idn2.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "federation/base/text.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostBytes = 2048;
constexpr std::size_t kMostHost = 253;
constexpr std::size_t kMostLabel = 63;

/// Schemes without a host that name things in the fediverse; what runs or carries content
/// (javascript, data, file, blob) is not among them.
constexpr std::array<std::string_view, 14> kOpaqueSchemes = {
    "acct",
    "ap",
    "ap+ef61",
    "at",
    "did",
    "gemini",
    "geo",
    "ni",
    "magnet",
    "mailto",
    "payto",
    "tag",
    "urn",
    "xmpp"
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<signed char>(c) >= 0;
    });
}

tl::unexpected<Error> malformed(std::string why) {
    return fail(Code::Invalid, "Malformed address: " + std::move(why));
}

/// Length of the scheme in front of the first colon; nothing when `text` starts with none.
std::optional<std::size_t> find_scheme(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ':') return i > 0 ? std::optional(i) : std::nullopt;
        const bool inner = i > 0 && (is_digit(c) || c == '+' || c == '-' || c == '.');
        if (!is_letter(c) && !inner) return std::nullopt;
    }
    return std::nullopt;
}

/// Refuses what no part of an address may hold raw.
Result<void> check_characters(std::string_view text) {
    if (text.empty()) return malformed("empty");
    if (text.size() > kMostBytes) return malformed("longer than 2,048 bytes");
    if (!is_utf8(text)) return malformed("not UTF-8");
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) return malformed("control character");
        if (c == ' ') return malformed("space");
        if (c == '\\') return malformed("backslash");
    }
    return {};
}

/// Percent-encodes what RFC 3986 lets stand in no part; escapes that are there stay as they are.
std::string encode_rest(std::string_view text) {
    constexpr std::string_view kEncoded = "\"<>^`{|}";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const bool stands =
            static_cast<signed char>(c) >= 0 && kEncoded.find(c) == std::string_view::npos;
        if (stands) {
            out += c;
        } else {
            out += percent_encode({&c, 1});
        }
    }
    return out;
}

std::string map_text(std::string_view text, int options) {
    utf8proc_uint8_t* mapped = nullptr;
    const auto size = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(text.size()),
        &mapped,
        static_cast<utf8proc_option_t>(options)
    );
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (size < 0) return {};
    return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

/// Lower case, when that turns no other letter into an ASCII one (İ would become i); nothing
/// otherwise.
std::optional<std::string> lower(std::string_view label) {
    std::string out;
    while (!label.empty()) {
        utf8proc_int32_t point = 0;
        const auto length = utf8proc_iterate(
            reinterpret_cast<const utf8proc_uint8_t*>(label.data()),
            static_cast<utf8proc_ssize_t>(label.size()),
            &point
        );
        if (length <= 0) return std::nullopt;
        const auto lowered = utf8proc_tolower(point);
        if (point >= 0x80 && lowered < 0x80) return std::nullopt;
        std::array<utf8proc_uint8_t, 4> bytes{};
        const auto size = utf8proc_encode_char(lowered, bytes.data());
        out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
        label.remove_prefix(static_cast<std::size_t>(length));
    }
    return out;
}

/// The A-label of a U-label that is valid in IDNA2008 as it stands; nothing otherwise.
std::optional<std::string> to_a_label(const std::string& label) {
    std::uint8_t* encoded = nullptr;
    const int status = idn2_lookup_u8(
        reinterpret_cast<const std::uint8_t*>(label.c_str()),
        &encoded,
        IDN2_NO_TR46 | IDN2_NFC_INPUT
    );
    const std::unique_ptr<std::uint8_t, decltype(&idn2_free)> owner(encoded, &idn2_free);
    if (status != IDN2_OK) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(encoded));
}

Result<std::string> read_international(std::string_view label) {
    // Letters that another spelling maps to (circled, full-width) would give one host two names.
    constexpr int kNormal = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    if (map_text(label, kNormal) != label) return malformed("host is not in normal form");
    const auto lowered = lower(label);
    if (!lowered) return malformed("host has a letter that is not allowed");
    auto encoded = to_a_label(*lowered);
    if (!encoded || !encoded->starts_with("xn--")) return malformed("host is not a valid IDN");
    return std::move(*encoded);
}

Result<void> check_punycode(const std::string& label) {
    char* decoded = nullptr;
    const int status = idn2_to_unicode_8z8z(label.c_str(), &decoded, 0);
    const std::unique_ptr<char, decltype(&idn2_free)> owner(decoded, [](void* p) { idn2_free(p); });
    if (status != IDN2_OK || is_ascii(decoded)) return malformed("host has broken punycode");
    if (to_a_label(decoded) != label) return malformed("host has broken punycode");
    return {};
}

Result<std::string> read_label(std::string_view label) {
    if (label.empty()) return malformed("host has an empty label");
    if (!is_ascii(label)) {
        OB_TRY(auto encoded, read_international(label));
        if (encoded.size() > kMostLabel) return malformed("host has a label over 63 octets");
        return encoded;
    }
    if (label.size() > kMostLabel) return malformed("host has a label over 63 octets");
    for (const char c : label) {
        if (c == '%') return malformed("percent in host");
        // RFC 1123 has no underscore in host names, but resolvers take it and GNU social hosts were
        // named so.
        const bool allowed = is_letter(c) || is_digit(c) || c == '-' || c == '_';
        if (!allowed) return malformed("character not allowed in host");
    }
    if (label.front() == '-' || label.back() == '-') return malformed("host label at a hyphen");
    std::string lowered = lower_ascii(label);
    if (lowered.starts_with("xn--")) OB_CHECK(check_punycode(lowered));
    return lowered;
}

bool is_dotted_quad(const std::vector<std::string_view>& labels) {
    return labels.size() == 4 &&
           std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
               std::int64_t value = 0;
               const bool leading_zero = label.size() > 1 && label[0] == '0';
               return !leading_zero && parse_decimal(label, value) && value <= 255;
           });
}

/// Whether some resolvers would take a host that ends like this for an IPv4 address.
bool looks_numeric(std::string_view label) {
    if (label.starts_with("0x") || label.starts_with("0X")) {
        label.remove_prefix(2);
        return label.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    }
    return std::all_of(label.begin(), label.end(), is_digit);
}

Result<std::string> read_name(std::string_view host) {
    const auto labels = split(host, '.');
    if (labels.back().empty()) return malformed("host ends with a dot");
    if (looks_numeric(labels.back())) {
        if (!is_dotted_quad(labels)) return malformed("host is no plain IPv4 address");
        return std::string(host);
    }
    std::string out;
    for (const auto label : labels) {
        OB_TRY(const auto read, read_label(label));
        if (!out.empty()) out += '.';
        out += read;
    }
    if (out.size() > kMostHost) return malformed("host over 253 octets");
    return out;
}

/// An address between brackets, printed in its one normal form.
Result<std::string> read_ipv6(std::string_view literal) {
    in6_addr address{};
    std::array<char, INET6_ADDRSTRLEN> printed{};
    const bool plain =
        literal.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
    if (!plain || inet_pton(AF_INET6, std::string(literal).c_str(), &address) != 1 ||
        inet_ntop(AF_INET6, &address, printed.data(), printed.size()) == nullptr) {
        return malformed("host is no plain IPv6 address");
    }
    return "[" + std::string(printed.data()) + "]";
}

Result<std::uint16_t> read_port(std::string_view text) {
    std::int64_t value = 0;
    if (text.size() > 5 || !parse_decimal(text, value)) return malformed("port is not a number");
    if (value < 1 || value > 65535) return malformed("port out of range");
    return static_cast<std::uint16_t>(value);
}

struct Authority {
    std::string host;
    std::optional<std::uint16_t> port;
};

Result<Authority> read_authority(std::string_view text) {
    if (text.find('@') != std::string_view::npos) return malformed("user information");
    Authority out;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return malformed("host bracket is not closed");
        OB_TRY(out.host, read_ipv6(text.substr(1, end - 1)));
        rest = text.substr(end + 1);
        if (!rest.empty() && rest[0] != ':') return malformed("text after the host bracket");
    } else {
        const auto colon = text.find(':');
        const std::string_view host = text.substr(0, colon);
        if (host.empty()) return malformed("no host");
        OB_TRY(out.host, read_name(host));
        if (colon != std::string_view::npos) rest = text.substr(colon);
    }
    if (rest.empty()) return out;
    OB_TRY(out.port, read_port(rest.substr(1)));
    return out;
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    const auto segments = split(path.substr(1), '/');
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const bool last = i + 1 == segments.size();
        const bool up = segments[i] == "..";
        if (up && !kept.empty()) kept.pop_back();
        if (!up && segments[i] != ".") {
            kept.push_back(segments[i]);
        } else if (last) {
            kept.emplace_back();
        }
    }
    std::string out;
    for (const auto segment : kept) out.append("/").append(segment);
    return out.empty() ? "/" : out;
}

}  // namespace

Result<Iri> Iri::parse(std::string_view text) {
    OB_CHECK(check_characters(text));
    const auto scheme_end = find_scheme(text);
    if (!scheme_end) return malformed("no scheme");
    Iri out;
    out.text_ = lower_ascii(text.substr(0, *scheme_end)) + ":";
    out.scheme_end_ = static_cast<std::uint32_t>(*scheme_end);
    std::string_view rest = text.substr(*scheme_end + 1);
    if (out.is_http()) {
        if (!rest.starts_with("//")) return malformed("no authority");
        rest.remove_prefix(2);
        const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
        OB_TRY(const auto authority, read_authority(rest.substr(0, authority_end)));
        rest.remove_prefix(authority_end);
        if (!rest.empty() && rest[0] != '/' && rest.find('@') != std::string_view::npos) {
            return malformed("an at sign after a host without a path"
            );  // parsers disagree on the host
        }
        const std::uint16_t usual = out.scheme() == "https" ? 443 : 80;
        out.port_ = authority.port.value_or(usual);
        out.text_ += "//";
        out.host_begin_ = static_cast<std::uint32_t>(out.text_.size());
        out.text_ += authority.host;
        out.host_end_ = static_cast<std::uint32_t>(out.text_.size());
        if (out.port_ != usual) out.text_ += ":" + std::to_string(out.port_);
        out.path_begin_ = static_cast<std::uint32_t>(out.text_.size());
        if (!rest.starts_with('/')) out.text_ += '/';
    } else {
        const auto known = std::find(kOpaqueSchemes.begin(), kOpaqueSchemes.end(), out.scheme());
        if (known == kOpaqueSchemes.end()) return malformed("unknown scheme");
        if (rest.empty()) return malformed("nothing after the scheme");
        out.path_begin_ = static_cast<std::uint32_t>(out.text_.size());
    }
    out.text_ += encode_rest(rest);
    if (out.text_.size() > kMostBytes) return malformed("longer than 2,048 bytes");
    const std::size_t size = out.text_.size();
    const auto fragment = std::min(out.text_.find('#', out.path_begin_), size);
    const auto query = std::min(out.text_.find('?', out.path_begin_), fragment);
    out.fragment_begin_ = static_cast<std::uint32_t>(fragment);
    out.query_begin_ = static_cast<std::uint32_t>(query);
    return out;
}

Result<Iri> Iri::resolve(std::string_view reference) const {
    if (find_scheme(reference)) return parse(reference);
    if (!is_http()) return malformed("nothing to resolve against");
    const std::string_view text = text_;
    if (reference.starts_with("//"))
        return parse(std::string(scheme()) + ":" + std::string(reference));
    const std::string base(text.substr(0, path_begin_));
    if (reference.empty() || reference[0] == '#') {
        return parse(std::string(text.substr(0, fragment_begin_)) + std::string(reference));
    }
    if (reference[0] == '?') return parse(base + std::string(path()) + std::string(reference));
    const auto path_end = std::min(reference.find_first_of("?#"), reference.size());
    std::string target(reference.substr(0, path_end));
    if (target[0] != '/') {
        target = std::string(path().substr(0, path().rfind('/') + 1)) + target;
    }
    return parse(base + remove_dot_segments(target) + std::string(reference.substr(path_end)));
}

std::string Iri::origin() const {
    if (is_http()) return text_.substr(0, path_begin_);
    // A DID is its own origin whatever stands behind it, and an `ap:` id belongs to the DID in it.
    const std::string_view text = text_;
    std::size_t begin = path_begin_;
    if (text.substr(begin).starts_with("//")) begin += 2;
    const bool has_path = scheme() == "did" || begin != path_begin_;
    const auto end = text.find_first_of(has_path ? "/?#" : "#", begin);
    return text_.substr(0, end);
}

std::string_view Iri::scheme() const { return std::string_view(text_).substr(0, scheme_end_); }

std::string_view Iri::host() const {
    auto host = std::string_view(text_).substr(host_begin_, host_end_ - host_begin_);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    return host;
}

std::string Iri::authority() const {
    return is_http() ? text_.substr(host_begin_, path_begin_ - host_begin_) : std::string();
}

std::uint16_t Iri::port() const { return port_; }

std::string Iri::target() const {
    return is_http() ? text_.substr(path_begin_, fragment_begin_ - path_begin_) : "/";
}

std::string_view Iri::path() const {
    return std::string_view(text_).substr(path_begin_, query_begin_ - path_begin_);
}

std::string_view Iri::fragment() const {
    const auto text = std::string_view(text_).substr(fragment_begin_);
    return text.empty() ? text : text.substr(1);
}

bool Iri::is_http() const { return scheme() == "https" || scheme() == "http"; }

Iri Iri::without_fragment() const {
    Iri out = *this;
    out.text_.resize(fragment_begin_);
    return out;
}

}  // namespace outboard::federation
