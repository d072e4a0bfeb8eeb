// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "federation/read.hpp"

// Whether a document would be believed as it stands, and why not. Inside federation/ only.
namespace outboard::federation {

/// What speaks for and against one document.
struct Belief {
    std::optional<Iri> from = {};  // where it came from
    DocumentKind kind = DocumentKind::Other;
    std::optional<Iri> owner = {};
    bool needs_owner = false;          // an activity or a key without owner is nobody's
    std::vector<Ignored> doubts = {};  // each makes it not believed
};

/// Things an activity says about others, which only they can say (O5, O6).
void doubt_activity(const Activity& activity, Belief& belief);
/// Contradictions within an object, and quotes that need the quoted author's word (Q4).
void doubt_text(const json& tree, const Object& object, Belief& belief);
/// Subject and aliases belong to the host that answered (CONTRACT.md 8, D6).
void doubt_webfinger(const json& tree, Belief& belief);
void doubt_nodeinfo_links(const json& tree, Belief& belief);

/// Believed when nothing speaks against it and its origin, or a proof by the key its ids are made
/// of, speaks for it. Adds the missing evidence to `doubts`.
bool is_believed(const json& tree, Belief& belief);

}  // namespace outboard::federation
