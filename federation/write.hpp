// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/vocabulary.hpp"

namespace outboard::federation {

/// A key as an actor publishes it.
struct PublishedKeys {
    std::string rsa_id;  // …#main-key
    std::string rsa_pem;
    std::string ed25519_id;  // …#ed25519-key; empty when there is none
    std::string ed25519_multibase;
};

// Each writes `@context` with an inline map of every extension term used (O10), and stable property
// order.

/// `statements` are FEP-c390 identity statements to embed. With `actor.takes_rfc9421` FEP-844e's
/// `generator` says so (D13), with `software_url` as its page; an Application says it of itself.
json write_actor(
    const Actor& actor,
    const PublishedKeys& keys,
    const std::vector<json>& statements,
    std::string_view software_url
);
/// `likes`, `shares`, `replies` and `context` are ids only (DESIGN.md 3.8). `has_proof` is not
/// written: add_proof adds one.
json write_object(const Object& object);
json write_tombstone(const Iri& id, std::string_view former_type, Instant deleted);
/// `object` is spliced in as it is (a signed object keeps its proof); use id text for a link.
/// `target` is the collection of an Add or Remove.
json write_activity(
    std::string_view type,
    std::string_view id,
    std::string_view actor,
    const json& object,
    const Addressing& audience,
    std::optional<Instant> published = {},
    std::string_view target = {}
);

}  // namespace outboard::federation
