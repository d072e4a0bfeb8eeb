// SPDX-License-Identifier: Apache-2.0
#include "src/node/identity.hpp"

#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "src/node.hpp"
#include "src/store/keys.hpp"

namespace outboard {
namespace {

constexpr std::string_view kDomain = "identity.domain", kScheme = "identity.scheme",
                           kHandleDomain = "identity.handle_domain", kKind = "identity.kind";

}  // namespace

Result<Identity> read_identity(store::Database& db) {
    return db.read([](store::Reader& reader) -> Result<Identity> {
        const auto domain = store::settings::find(reader, kDomain);
        if (!domain)
            return fail(
                Code::Unavailable,
                "This data folder has no finished node in it; run `outboard init` on an empty "
                "folder."
            );
        return Identity{
            .scheme = store::settings::find(reader, kScheme).value_or("https"),
            .domain = *domain,
            .handle_domain = store::settings::find(reader, kHandleDomain).value_or(*domain),
            .kind = store::settings::find(reader, kKind).value_or("person")
        };
    });
}

Result<void> write_identity(store::Database& db, const Identity& identity) {
    return db.write([&](store::Writer& tx) {
        store::settings::set(tx, kDomain, identity.domain);
        store::settings::set(tx, kScheme, identity.scheme);
        store::settings::set(tx, kHandleDomain, identity.handle_domain);
        store::settings::set(tx, kKind, identity.kind);
    });
}

bool is_trial(const Identity& identity) { return identity.scheme == "http"; }

Result<Identity> make_identity(const config::Config& config, std::string_view kind) {
    if (config.domain.empty()) return fail(Code::Invalid, "A node needs its name: --domain NAME.");
    auto parsed = federation::Iri::parse("https://" + config.domain + "/");
    if (!parsed || parsed->target() != "/" || parsed->fragment() != "") {
        return fail(
            Code::Invalid,
            "\"" + config.domain + "\" is no host name" +
                (parsed ? "." : ": " + parsed.error().shown)
        );
    }
    const std::string host(parsed->host());
    const bool is_address =
        host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string::npos;
    const bool is_loopback = host == "localhost" || host == "[::1]" || host == "::1" ||
                             (is_address && host.starts_with("127."));
    const bool has_port = parsed->port() != 443;
    Identity identity;
    identity.kind = kind;
    identity.scheme = is_loopback && (has_port || config.federation_allow_http) ? "http" : "https";
    // Normal form for the scheme it will have: port 80 is none for http, 443 none for https.
    auto normal = federation::Iri::parse(identity.scheme + "://" + config.domain + "/");
    identity.domain = normal ? normal->authority() : parsed->authority();
    if (is_address && !is_loopback) {
        return fail(
            Code::Invalid,
            "\"" + config.domain +
                "\" is an address. Ids are for ever, addresses are not: a node needs a name. For a "
                "trial on this machine use localhost:PORT."
        );
    }
    if (identity.scheme == "https" && !is_loopback && host.find('.') == std::string::npos) {
        return fail(
            Code::Invalid,
            "\"" + config.domain +
                "\" has no dot: other servers could not find it. For a trial on this machine use "
                "localhost:PORT."
        );
    }
    identity.handle_domain =
        config.account_domain.empty() ? identity.domain : lower_ascii(config.account_domain);
    return identity;
}

}  // namespace outboard
