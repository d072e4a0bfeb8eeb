// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/vocabulary.hpp"

namespace outboard::federation {

enum class Visibility { Public, Unlisted, Followers, Direct };

std::string_view to_string(Visibility visibility);  // public unlisted private direct
std::optional<Visibility> parse_visibility(std::string_view text);  // "private" is Followers

/// REQUIREMENTS V1, writing.
Addressing address(Visibility visibility, const Iri& followers, const std::vector<Iri>& mentioned);
/// V1, reading, of `narrower(object, activity)`; without recipients Direct (fail closed). Only the
/// author's own followers collection counts as Followers.
Visibility visibility_of(const Addressing& audience, const std::optional<Iri>& author_followers);
/// Who both name. An activity without recipients narrows nothing; an object without any stays
/// without (A049, A051).
Addressing narrower(const Addressing& object, const Addressing& activity);

/// FEP-8fcf: XOR of SHA-256 of the ids, hex.
std::string followers_digest(const std::vector<std::string>& ids);

}  // namespace outboard::federation
