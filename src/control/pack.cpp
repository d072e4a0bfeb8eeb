// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "federation/json.hpp"
#include "src/control/verbs.hpp"

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

template <std::size_t Index = 0>
Result<Verb> unpack_as(std::size_t wanted, const json& arguments) {
    if constexpr (Index < std::variant_size_v<Verb>) {
        if (Index == wanted)
            return Verb(
                std::in_place_index<Index>, arguments.get<std::variant_alternative_t<Index, Verb>>()
            );
        return unpack_as<Index + 1>(wanted, arguments);
    } else {
        return fail(
            Code::Invalid, "The serving node is of another version and does not know this command."
        );
    }
}

}  // namespace

std::string pack(const Verb& verb) {
    json document = {{"verb", verb.index()}};
    std::visit([&](const auto& arguments) { document["arguments"] = arguments; }, verb);
    return write_json(document);
}

Result<Verb> unpack(std::string_view text) {
    OB_TRY(auto document, read_json(text));
    try {
        return unpack_as(document.at("verb").get<std::size_t>(), document.at("arguments"));
    } catch (const json::exception&) {
        return fail(
            Code::Invalid,
            "The command cannot be read; client and node may be of different versions."
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
