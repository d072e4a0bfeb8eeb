// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <optional>

#include "federation/base/text.hpp"
#include "federation/json.hpp"
#include "src/base/version.hpp"
#include "src/control/verbs.hpp"
#include "src/store/migrate.hpp"

namespace outboard::control {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    AccountArguments, action, user, role, email, name, password, as_json
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TokenArguments, user, scopes, app_name)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DoctorArguments, data, as_json)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DomainArguments, action, domain, note, as_json)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(QueueArguments, action, as_json)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Outcome, code, out, err)

namespace {

/// A verb's name on the socket never changes: command line and node may be of different versions.
template <class Arguments>
constexpr std::string_view kName = {};
template <>
constexpr std::string_view kName<AccountArguments> = "account";
template <>
constexpr std::string_view kName<TokenArguments> = "token";
template <>
constexpr std::string_view kName<DoctorArguments> = "doctor";
template <>
constexpr std::string_view kName<DomainArguments> = "domain";
template <>
constexpr std::string_view kName<QueueArguments> = "queue";

template <std::size_t Index = 0>
std::optional<Verb> unpack_as(std::string_view wanted, const json& arguments) {
    if constexpr (Index < std::variant_size_v<Verb>) {
        using Arguments = std::variant_alternative_t<Index, Verb>;
        static_assert(!kName<Arguments>.empty());
        if (kName<Arguments> == wanted)
            return Verb(std::in_place_index<Index>, arguments.get<Arguments>());
        return unpack_as<Index + 1>(wanted, arguments);
    } else {
        return std::nullopt;
    }
}

/// Who is behind: the command line of version `theirs` or this node.
std::string compare(const std::string& theirs) {
    const auto ours = std::string(kVersion);
    const int order = store::compare_versions(ours, theirs);
    const std::string_view relation = order < 0   ? "older than"
                                      : order > 0 ? "newer than"
                                                  : "as new as";
    return "The running node is " + ours + ", " + std::string(relation) + " this command line (" +
           theirs + "); " +
           (order < 0   ? "restart it with the new program."
            : order > 0 ? "use the program that the node runs."
                        : "both must come from the same build.");
}

std::string printable(std::string_view text) { return to_printable(cut_bytes(text, 100)); }

}  // namespace

std::string pack(const Verb& verb) {
    json document = {{"version", kVersion}};
    std::visit(
        [&]<class Arguments>(const Arguments& arguments) {
            document["verb"] = kName<Arguments>;
            document["arguments"] = arguments;
        },
        verb
    );
    return write_json(document);
}

Result<Verb> unpack(std::string_view text) {
    OB_TRY(const auto document, read_json(text));
    const auto word = [&](const char* key) -> std::string {
        const auto at = document.is_object() ? document.find(key) : document.end();
        return at != document.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    const auto version = word("version");
    const auto name = word("verb");
    if (version.empty() || name.empty()) {
        return fail(
            Code::Invalid,
            "The running node (" + std::string(kVersion) +
                ") cannot read this command: the command line is of another version. Use the "
                "program that the node runs."
        );
    }
    try {
        const auto arguments = document.find("arguments");
        auto verb = unpack_as(name, arguments == document.end() ? json() : *arguments);
        if (verb) return *std::move(verb);
        return fail(
            Code::Invalid,
            "The running node does not know \"" + printable(name) + "\". " +
                compare(printable(version))
        );
    } catch (const json::exception&) {
        return fail(
            Code::Invalid,
            "The running node knows \"" + printable(name) + "\" with other arguments. " +
                compare(printable(version))
        );
    }
}

std::string pack(const Outcome& outcome) { return write_json(json(outcome)); }

Result<Outcome> unpack_outcome(std::string_view text) {
    OB_TRY(
        auto document,
        read_json(
            text,
            {.bytes = 64U * 1024 * 1024,
             .keys = 100'000,
             .values = 1'000'000,
             .string_bytes = 64U * 1024 * 1024}
        )
    );
    try {
        return document.get<Outcome>();
    } catch (const json::exception&) {
        return fail(Code::Invalid, "The serving node's answer cannot be read.");
    }
}

}  // namespace outboard::control
