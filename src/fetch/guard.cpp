// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/guard.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"

namespace outboard::fetch {
namespace {

using federation::Iri;

constexpr std::size_t kUrlBytes = 2048;
constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443, kFirstUnprivileged = 1024;

tl::unexpected<Error> refuse(std::string_view code, std::string_view why, std::string_view url) {
    return fail(
        Code::Forbidden,
        std::string(code) + ": " + std::string(why),
        std::string(cut_bytes(url, 200))
    );
}

/// Services that answer to text on their port, or have no business being asked by a stranger.
struct Service {
    std::uint16_t first, last;
    const char* name;
};
constexpr Service kServices[] = {
    {1080, 1080, "socks"},         {1433, 1434, "mssql"},       {1521, 1521, "oracle"},
    {1883, 1883, "mqtt"},          {2049, 2049, "nfs"},         {2181, 2181, "zookeeper"},
    {2375, 2377, "docker"},        {2379, 2380, "etcd"},        {2483, 2484, "oracle"},
    {3128, 3128, "squid"},         {3260, 3260, "iscsi"},       {3268, 3269, "ldap"},
    {3306, 3306, "mysql"},         {3389, 3389, "rdp"},         {4369, 4369, "epmd"},
    {5060, 5061, "sip"},           {5222, 5222, "xmpp"},        {5269, 5269, "xmpp"},
    {5432, 5433, "postgresql"},    {5601, 5601, "kibana"},      {5671, 5672, "amqp"},
    {5900, 5909, "vnc"},           {5984, 5984, "couchdb"},     {6000, 6063, "x11"},
    {6379, 6380, "redis"},         {6432, 6432, "pgbouncer"},   {6443, 6443, "kubernetes"},
    {6665, 6669, "irc"},           {6697, 6697, "irc"},         {7000, 7001, "cassandra"},
    {8086, 8086, "influxdb"},      {8300, 8302, "consul"},      {8500, 8502, "consul"},
    {8529, 8529, "arangodb"},      {8883, 8883, "mqtt"},        {9042, 9042, "cassandra"},
    {9092, 9092, "kafka"},         {9160, 9160, "cassandra"},   {9200, 9200, "elasticsearch"},
    {9300, 9300, "elasticsearch"}, {9418, 9418, "git"},         {10250, 10250, "kubelet"},
    {11211, 11211, "memcached"},   {15672, 15672, "rabbitmq"},  {26379, 26379, "redis"},
    {27017, 27019, "mongodb"},     {28015, 28015, "rethinkdb"}, {33060, 33060, "mysql"},
    {50000, 50000, "db2"},         {50070, 50070, "hdfs"},      {61613, 61616, "activemq"},
};

const char* service_of(std::uint16_t port) {
    for (const Service& service : kServices)
        if (port >= service.first && port <= service.last) return service.name;
    return nullptr;
}

/// Names that never are a public host (RFC 6761, 6762, 7686, 8375, 9476; ICANN's .internal).
/// `.example` is left out: tests and documentation live there, and nothing answers.
constexpr std::string_view kReservedTrees[] = {
    "localhost", "local", "localdomain", "internal", "home.arpa", "onion", "alt", "test", "invalid"
};

bool is_in_tree(std::string_view host, std::string_view tree) {
    if (host == tree) return true;
    return host.size() > tree.size() && host.ends_with(tree) &&
           host[host.size() - tree.size() - 1] == '.';
}

bool is_reserved(std::string_view host) {
    return std::ranges::any_of(kReservedTrees, [&](std::string_view tree) {
        return is_in_tree(host, tree);
    });
}

std::string_view without_brackets(std::string_view host) {
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        return host.substr(1, host.size() - 2);
    return host;
}

/// By the URL Standard's rule a host whose last label is a number is an IPv4 address, whatever its
/// spelling: `127.1`, `2130706433`, `0x7f.0.0.1`. Anything in brackets, or with a colon, is IPv6.
bool looks_like_literal(std::string_view host) {
    if (host.starts_with('[') || host.find(':') != host.npos) return true;
    if (host.ends_with('.')) host.remove_suffix(1);
    const auto dot = host.rfind('.');
    std::string_view last = dot == host.npos ? host : host.substr(dot + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_hex = [&](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    if (last.empty()) return false;
    if (std::ranges::all_of(last, is_digit)) return true;
    return (last.starts_with("0x") || last.starts_with("0X")) &&
           std::ranges::all_of(last.substr(2), is_hex);
}

std::string_view literal_code(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    const auto address = parse_address(without_brackets(host));
    if (!address) return "host.literal";
    return why_not_global(*address).value_or("host.literal");
}

bool is_port(std::string_view text) {
    std::uint32_t port = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    return fault == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535 &&
           text.find_first_not_of("0123456789") == text.npos;
}

/// Names the part that made an url unreadable. Only a name for the refusal: the parser has already
/// refused.
std::string_view why_unreadable(std::string_view url) {
    const auto colon = url.find(':');
    if (colon == url.npos || colon == 0 || url.find_first_of("/?#") < colon) return "url.malformed";
    const std::string scheme = lower_ascii(url.substr(0, colon));
    if (scheme != "http" && scheme != "https") return "url.scheme";
    std::string_view rest = url.substr(colon + 1);
    if (!rest.starts_with("//")) return "url.malformed";
    rest.remove_prefix(2);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('\\') != authority.npos) return "url.malformed";
    if (authority.find('@') != authority.npos) return "url.userinfo";
    std::string_view host = authority, port;
    const auto bracket = authority.rfind(']');
    const auto last_colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
    if (last_colon != authority.npos) {
        host = authority.substr(0, last_colon);
        port = authority.substr(last_colon + 1);
        if (!is_port(port)) return "url.port";
    }
    if (host.empty()) return "host.malformed";
    if (looks_like_literal(host)) return literal_code(host);
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    const bool is_plain = host.find_first_not_of(kPlain) == host.npos &&
                          host.find("..") == host.npos && !host.starts_with('-') &&
                          !host.starts_with('.') && host.size() <= 253;
    return is_plain && std::ranges::all_of(
                           split(host, '.'), [](auto label) { return label.size() <= 63; }
                       )
               ? "url.malformed"
               : "host.malformed";
}

std::string_view meaning(std::string_view code) {
    if (code == "url.scheme") return "only https addresses are fetched";
    if (code == "url.userinfo") return "an address may not hold a user name";
    if (code == "url.port") return "this port is not fetched from";
    if (code == "host.malformed") return "the host name is not valid";
    if (code == "host.literal") return "a host must be a name, not a number";
    if (code.starts_with("address.")) return "this address is not on the public internet";
    return "not a valid address";
}

}  // namespace

std::string_view refusal_code(const Error& error) {
    const std::string_view shown = error.shown;
    return shown.substr(0, shown.find(':'));
}

std::optional<Address> literal_address(const Iri& url) {
    return parse_address(without_brackets(url.host()));
}

bool Guard::is_allowed_test_address(const Address& address) const {
    return std::ranges::any_of(settings_.allow_addresses, [&](const Network& n) {
        return n.contains(address);
    });
}

bool Guard::is_own(const Iri& url) const {
    // One that names no port is a public name, where no other server lives; trial nodes differ by
    // their ports only.
    return std::ranges::any_of(settings_.own_hosts, [&](const std::string& own) {
        const std::string lower = lower_ascii(own);
        const auto colon = lower.find(':', lower.starts_with('[') ? lower.find(']') : 0);
        if (colon == lower.npos) return without_brackets(lower) == without_brackets(url.host());
        return without_brackets(std::string_view(lower).substr(0, colon)) ==
                   without_brackets(url.host()) &&
               lower.substr(colon + 1) == std::to_string(url.port());
    });
}

Result<void> Guard::check_name_and_port(const Iri& url) const {
    const std::string_view host = url.host();
    if (is_reserved(host))
        return refuse("host.reserved", "this name is not on the public internet", url.str());
    if (host.find('.') == host.npos)
        return refuse("host.single_label", "a public host name has a dot", url.str());
    const std::uint16_t port = url.port();
    if (port == kHttpsPort || (port == kHttpPort && url.scheme() == "http")) return {};
    if (port < kFirstUnprivileged)
        return refuse("url.port", "ports are 443, or from 1024 on", url.str());
    if (const char* service = service_of(port))
        return refuse("url.port", std::string("this port belongs to ") + service, url.str());
    return {};
}

Result<Iri> Guard::check_url(std::string_view url) const {
    if (url.size() > kUrlBytes)
        return refuse("url.too_long", "an address has at most 2048 bytes", url);
    auto iri = Iri::parse(url);
    if (!iri) {
        const auto code = why_unreadable(url);
        return refuse(code, meaning(code), url);
    }
    if (!iri->is_http() || (iri->scheme() == "http" && !settings_.allow_http))
        return refuse("url.scheme", "only https addresses are fetched", url);
    if (is_own(*iri)) return refuse("host.own", "this is our own name", url);
    if (looks_like_literal(iri->host())) {
        const auto address = literal_address(*iri);
        if (address && is_allowed_test_address(*address)) return *iri;
        const auto code = literal_code(iri->host());
        return refuse(code, meaning(code), url);
    }
    if (settings_.allow_addresses.empty()) OB_CHECK(check_name_and_port(*iri));
    return *iri;
}

Result<void> Guard::check_address(const Address& address) const {
    if (is_allowed_test_address(address)) return {};
    if (const auto code = why_not_global(address))
        return refuse(*code, meaning(*code), address.str());
    if (settings_.only_allowed)
        return refuse(
            "address.not_allowed", "a trial node reaches its test networks only", address.str()
        );
    return {};
}

Result<void> Guard::check_addresses(const std::vector<Address>& addresses) const {
    if (addresses.empty()) return fail(Code::Unavailable, "the host name has no address");
    std::size_t refused = 0;
    Result<void> first = {};
    for (const Address& address : addresses) {
        auto checked = check_address(address);
        if (checked) continue;
        if (refused++ == 0) first = std::move(checked);
    }
    if (refused == 0) return {};
    if (refused == addresses.size()) return first;
    return refuse(
        "address.mixed",
        "one of the host's addresses is not on the public internet",
        first.error().detail
    );
}

Result<std::vector<Address>> Guard::check_resolved(
    const Iri& url, const std::vector<Address>& answers
) const {
    std::vector<Address> test;
    std::ranges::copy_if(answers, std::back_inserter(test), [&](const Address& a) {
        return is_allowed_test_address(a);
    });
    // `localhost` answers with both families where often one of them is allowed: the other one is
    // left out.
    if (!test.empty() && (test.size() == answers.size() || is_in_tree(url.host(), "localhost")))
        return test;
    OB_CHECK(check_addresses(answers));
    if (!settings_.allow_addresses.empty()) OB_CHECK(check_name_and_port(url));
    return answers;
}

Result<Iri> Guard::check_redirect(const Iri& from, std::string_view location) const {
    const bool is_clean = std::ranges::all_of(location, [](unsigned char c) {
        return c > ' ' && c != 0x7f && c != '\\';
    });
    if (location.empty() || !is_clean)
        return refuse("redirect.target", "the redirect does not name an address", from.str());
    auto next = from.resolve(location);
    if (!next) {
        // An absolute target gets the code that it would get by itself.
        const auto code = why_unreadable(location);
        if (code == "url.malformed")
            return refuse("redirect.target", "the redirect does not name an address", location);
        return refuse(code, meaning(code), location);
    }
    if (from.scheme() == "https" && next->scheme() == "http")
        return refuse("redirect.downgrade", "a redirect may not leave https", location);
    return check_url(next->str());
}

Redirects::Redirects(const Guard& guard, const Iri& first)
    : guard_(&guard), visited_{first.without_fragment()} {}

Result<Iri> Redirects::follow(std::string_view location) {
    OB_TRY(Iri next, guard_->check_redirect(visited_.back(), location));
    const Iri bare = next.without_fragment();
    if (std::ranges::find(visited_, bare) != visited_.end())
        return refuse("redirect.loop", "the redirects lead in a circle", bare.str());
    if (visited_.size() > static_cast<std::size_t>(limits::kRedirects))
        return refuse(
            "redirect.limit",
            "more than " + std::to_string(limits::kRedirects) + " redirects",
            bare.str()
        );
    visited_.push_back(bare);
    return next;
}

std::string decide(
    const Guard& guard, std::string_view url, const std::vector<std::string>& answers
) {
    const auto verdict = [](const auto& result) {
        return result ? std::string("allow")
                      : "refuse " + std::string(refusal_code(result.error()));
    };
    const auto iri = guard.check_url(url);
    if (!iri || literal_address(*iri)) return verdict(iri);
    if (answers.empty()) {
        // A test peer's name waits for its addresses; others are judged by name and port in any
        // mode.
        const bool may_be_test =
            !guard.settings().allow_addresses.empty() &&
            (is_reserved(iri->host()) || iri->host().find('.') == std::string_view::npos);
        return may_be_test ? "allow" : verdict(guard.check_name_and_port(*iri));
    }
    std::vector<Address> addresses;
    for (const std::string& answer : answers) {
        const auto address = parse_address(answer);
        if (!address) return "refuse address.malformed";
        addresses.push_back(*address);
    }
    return verdict(guard.check_resolved(*iri, addresses));
}

}  // namespace outboard::fetch
