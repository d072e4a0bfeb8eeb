// SPDX-License-Identifier: Apache-2.0
#include "src/base/log.hpp"
#include "src/inbox/work.hpp"

namespace outboard::inbox {

/// A report about people here (I11). Until there is a moderation queue the operator finds it in the
/// log: who sent it and about how many things, not its text.
void prepare_flag(SharedWork work, Ready ready) {
    const auto& activity = work->activity();
    const auto about = std::max<std::size_t>(activity.objects.size(), activity.object.id ? 1 : 0);
    log::warn("report.received", {{"host", work->actor.host}, {"about", about}});
    nothing_left(ready);
}

}  // namespace outboard::inbox
