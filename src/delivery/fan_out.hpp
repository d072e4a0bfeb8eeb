// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/services/app.hpp"
#include "src/store/queues.hpp"

namespace outboard::delivery {

/// One chunk of an outbox row: the accounts it names at first, then up to limits::kFanOutChunk
/// inboxes of followers. One delivery per inbox; followers' posts by the shared inbox where there
/// is one (I12). Marks the row sent after the last chunk.
void fan_out_chunk(store::Writer& tx, App& app, const store::outbox::Item& item);

}  // namespace outboard::delivery
