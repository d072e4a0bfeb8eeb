// SPDX-License-Identifier: Apache-2.0
#include "src/domain/status.hpp"

#include <stdexcept>

namespace outboard {

bool may_see(const SightFacts& facts) {
    if (facts.state == StatusState::Deleted) return false;
    // Suspension covers every path, also boosts by others (A094).
    if (!facts.author_active) return false;
    if (facts.is_author) return true;
    // A block works both ways and outranks being addressed: whoever blocked does not want to be
    // read, or not to read.
    if (facts.author_blocks_viewer || facts.viewer_blocks_author) return false;
    // A pruned status is judged like a present one: its audience stays, only its text is fetched
    // again (DESIGN.md 3.14).
    return facts.is_reached;
}

std::string_view to_string(StatusState state) {
    switch (state) {
        case StatusState::Present:
            return "present";
        case StatusState::Pruned:
            return "pruned";
        case StatusState::Deleted:
            return "deleted";
    }
    return "deleted";
}

StatusState parse_state(std::string_view text) {
    for (const auto state : {StatusState::Present, StatusState::Pruned, StatusState::Deleted}) {
        if (to_string(state) == text) return state;
    }
    throw std::invalid_argument("not a state of a status: " + std::string(text));
}

std::string_view to_string(AudienceKind kind) {
    switch (kind) {
        case AudienceKind::Public:
            return "public";
        case AudienceKind::Followers:
            return "followers";
        case AudienceKind::Actor:
            return "actor";
    }
    return "actor";
}

AudienceKind parse_audience_kind(std::string_view text) {
    for (const auto kind : {AudienceKind::Public, AudienceKind::Followers, AudienceKind::Actor}) {
        if (to_string(kind) == text) return kind;
    }
    throw std::invalid_argument("not a kind of audience: " + std::string(text));
}

}  // namespace outboard
