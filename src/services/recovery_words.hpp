// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "federation/base/result.hpp"

namespace outboard::services {

/// The BIP-39 English list, generated at build time from Debian's python3-mnemonic.
extern const std::array<std::string_view, 2048> kRecoveryWords;

/// 32 bytes as 24 words: 256 bits and 8 bits of their SHA-256. Spec: BIP-39 "Generating the
/// mnemonic".
std::string to_recovery_words(std::string_view seed);

/// The 32 bytes behind 24 words; case and the space between them do not matter.
/// Errors: Invalid, naming the word that is not on the list, or the checksum.
Result<std::string> from_recovery_words(std::string_view words);

}  // namespace outboard::services
