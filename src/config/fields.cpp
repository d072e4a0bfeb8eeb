// SPDX-License-Identifier: Apache-2.0
#include "src/config/fields.hpp"

#include <fmt/format.h>

namespace outboard::config {
namespace {

/// A basic string of TOML.
std::string toml_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out += '\\';
        if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
    return out + "\"";
}

}  // namespace

const std::vector<Field>& fields() {
    static const std::vector<Field> table = {
        {.key = "domain",
         .member = &Config::domain,
         .help = "Host name of every id on this node; fixed at init."},
        {.key = "account_domain",
         .member = &Config::account_domain,
         .help = "Host name in handles when it differs from domain; fixed at init."},
        {.key = "listen",
         .member = &Config::listen,
         .help = "Address and port to serve on, e.g. 127.0.0.1:8080; port 0 takes any free one.",
         .form = Form::Endpoint},
        {.key = "keys_file",
         .member = &Config::keys_file,
         .help = "File with the 32-byte node key that seals private keys; default is `keys` in the "
                 "data folder."},
        {.key = "database.url",
         .member = &Config::database_url,
         .help = "PostgreSQL that keeps everything instead of one file; not in this version yet."},
        {.key = "tls.cert",
         .member = &Config::tls_cert,
         .help = "Certificate chain (PEM) when TLS ends in the node.",
         .reloads = true},
        {.key = "tls.key",
         .member = &Config::tls_key,
         .help = "Private key (PEM) of tls.cert.",
         .reloads = true},
        {.key = "trusted_proxies",
         .member = &Config::trusted_proxies,
         .help = "Networks whose X-Forwarded-For and -Proto are believed.",
         .reloads = true,
         .form = Form::Networks},
        {.key = "log.level",
         .member = &Config::log_level,
         .help = "Least level that is logged.",
         .reloads = true,
         .choices = "debug info warn error"},
        {.key = "log.json",
         .member = &Config::log_json,
         .help = "Log lines as JSON objects.",
         .reloads = true},
        {.key = "log.access",
         .member = &Config::log_access,
         .help = "One line per request, with shortened addresses.",
         .reloads = true},
        {.key = "federation.allow_http",
         .member = &Config::federation_allow_http,
         .help = "Test switch: plain http to other servers.",
         .is_test_switch = true},
        {.key = "federation.allow_addresses",
         .member = &Config::federation_allow_addresses,
         .help =
             "Test switch: networks that may be reached although they are not public, on any port.",
         .is_test_switch = true,
         .form = Form::Networks},
        {.key = "federation.authorized_fetch",
         .member = &Config::federation_authorized_fetch,
         .help = "Serve ActivityPub documents to signed requests only.",
         .reloads = true},
        {.key = "federation.ca_file",
         .member = &Config::federation_ca_file,
         .help = "Certificate authorities (PEM) to trust instead of the system's."},
        {.key = "limits.rate_limit",
         .member = &Config::limits_rate_limit,
         .help = "Refuse callers that ask too often; false is a test switch.",
         .reloads = true},
        {.key = "limits.connections",
         .member = &Config::limits_connections,
         .help = "Open connections in all.",
         .unit = "connections",
         .least = 16,
         .most = 1'000'000},
        {.key = "limits.connections_per_address",
         .member = &Config::limits_connections_per_address,
         .help = "Open connections from one address; trusted proxies are exempt.",
         .unit = "connections",
         .least = 1,
         .most = 100'000},
        {.key = "limits.status_characters",
         .member = &Config::limits_status_characters,
         .help = "Longest status a person may post.",
         .unit = "characters",
         .least = 1,
         .most = 100'000,
         .reloads = true},
        {.key = "limits.inbox_body",
         .member = &Config::limits_inbox_body,
         .help = "Largest document taken from another server.",
         .unit = "bytes",
         .least = 65'536,
         .most = 16'777'216},
        {.key = "instance.title",
         .member = &Config::instance_title,
         .help = "Name of this node; the domain when empty.",
         .reloads = true},
        {.key = "instance.description",
         .member = &Config::instance_description,
         .help = "One sentence about this node.",
         .reloads = true},
        {.key = "instance.contact",
         .member = &Config::instance_contact,
         .help = "E-mail address of who runs this node.",
         .reloads = true},
    };
    return table;
}

std::string variable_of(const Field& field) {
    std::string name = "OUTBOARD_";
    for (const char c : field.key)
        name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return name;
}

std::string flag_of(const Field& field) {
    std::string name = "--";
    for (const char c : field.key) name += c == '.' || c == '_' ? '-' : c;
    return name;
}

std::string show(const Field& field, const Config& config) {
    struct Visitor {
        const Config& config;
        std::string operator()(std::string Config::* m) const { return toml_text(config.*m); }
        std::string operator()(bool Config::* m) const { return config.*m ? "true" : "false"; }
        std::string operator()(std::int64_t Config::* m) const { return std::to_string(config.*m); }
        std::string operator()(std::vector<std::string> Config::* m) const {
            std::string list = "[";
            for (const auto& item : config.*m)
                list += (list.size() > 1 ? ", " : "") + toml_text(item);
            return list + "]";
        }
    };
    return std::visit(Visitor{config}, field.member);
}

}  // namespace outboard::config
