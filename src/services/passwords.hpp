// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "federation/base/result.hpp"
#include "federation/ports.hpp"

namespace outboard::services {

/// argon2id with 19 MiB and two passes (about 50 ms): off the request path. Encoded form, salt
/// included. Errors: Invalid for a password shorter than 8 characters, longer than 1,024 bytes, or
/// among the commonest.
Result<std::string> hash_password(std::string_view password, Random& random);
/// Same work for every hash, also for an empty one (an account that is not there, or has no login),
/// so that timing tells nothing. Off the request path.
bool check_password(std::string_view password, std::string_view hash);
/// Twenty characters without look-alikes, about 100 bits.
std::string make_password(Random& random);

}  // namespace outboard::services
