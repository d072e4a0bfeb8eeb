// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string_view>

#include "federation/vocabulary.hpp"

namespace outboard::federation {

/// The extension terms of one document, and the `@context` that defines them (O10). Inside
/// federation/ only.
class Terms {
public:
    /// Marks a term as used. A term that the table does not define is a mistake of ours: it throws
    /// std::logic_error.
    void use(std::string_view term);
    /// AS2, security/v1, data integrity, then one inline map of the used terms, in the order of the
    /// alphabet.
    json context() const;

private:
    std::set<std::string_view> used_;  // views into the static table
};

json write_emoji(const EmojiTag& emoji, Terms& terms);

}  // namespace outboard::federation
