// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/vocabulary.hpp"

namespace outboard::federation {

/// Bounds while reading; what is beyond is left out and noted (THREATS, figures).
struct ReadLimits {
    std::size_t mentions = 50, tags = 100, attachments = 16, options = 20, fields = 10,
                recipients = 500;
    std::size_t content_bytes = 256 * 1024, name_bytes = 2 * 1024, summary_bytes = 16 * 1024;
};

/// What was understood only in part, and why: shown by `outboard inspect`.
struct Ignored {
    std::string field, why;
    friend bool operator==(const Ignored&, const Ignored&) = default;
};

// Each reads a strict-read tree (federation/json.hpp). They are lenient about shape (O7), strict
// about meaning, and each leniency is a named function (federation/shape.hpp) that says whom it is
// for. `@context` never steers meaning (THREATS 14). Errors: Invalid, naming the property.
Result<Actor> read_actor(
    const json& document, std::vector<Ignored>* ignored = nullptr, const ReadLimits& limits = {}
);
Result<Object> read_object(
    const json& document, std::vector<Ignored>* ignored = nullptr, const ReadLimits& limits = {}
);
Result<Activity> read_activity(
    const json& document, std::vector<Ignored>* ignored = nullptr, const ReadLimits& limits = {}
);

/// A bare key document: Key, CryptographicKey, Multikey, or no type but a key (Mastodon's and
/// GoToSocial's shapes). Errors: Invalid.
Result<ActorKey> read_key(const json& document);

/// `type` as written, the first known one of several; empty when there is none.
std::string type_of(const json& document);
DocumentKind kind_of(const json& document);

/// A property that may hold one id, one embedded object, or an array of either.
/// Mastodon addresses poll votes with a bare string in `to`; PieFed embeds the actor where its id
/// is expected.
std::vector<Iri> ids(const json& object, std::string_view property);
std::optional<Iri> id_of(const json& value);

}  // namespace outboard::federation
