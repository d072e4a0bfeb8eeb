// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "federation/base/result.hpp"

/// What `outboard-media` gives up before it looks at bytes from outside (THREATS 44, 46, 47).
namespace outboard::media {

/// At the start, while there is one thread: bounds of processor time, memory, descriptors and files
/// written; no new privileges; a network of its own, which has nothing in it, where the system lets
/// an ordinary user make one.
void limit_process();

/// Once libraries are loaded: from here on memory, threads and descriptors that are open can be
/// used, and nothing else. No file, no socket, no other process. All threads.
/// Errors: Unavailable when the system has no seccomp.
Result<void> shut_in();

}  // namespace outboard::media
