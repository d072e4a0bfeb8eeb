// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/config/config.hpp"
#include "src/domain/identity.hpp"
#include "src/entities/instance.hpp"
#include "src/store/database.hpp"

namespace outboard::present {

/// The node as it introduces itself. `now` decides who counts as active.
entities::Instance instance(
    const Identity& identity, const config::Config& config, store::Reader& db, Instant now
);

}  // namespace outboard::present
