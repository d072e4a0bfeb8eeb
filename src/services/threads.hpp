// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "src/services/resolve.hpp"

namespace outboard::services {

/// Fetches the ancestors of a status, one after the other: at most limits::kThreadDepth of them
/// within limits::kFetchesPerActivity documents and two minutes; stops at what is here, at loops,
/// at ids of ours and at the first that cannot be had (C4, A082, A083). `done` gets the number of
/// ancestors stored; being cut short is no error.
void fetch_ancestors(App& app, StatusId status, std::function<void(Result<int>)> done);

}  // namespace outboard::services
