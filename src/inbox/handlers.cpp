// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "src/inbox/work.hpp"

namespace outboard::inbox {

Prepare find_handler(std::string_view type) {
    static constexpr std::array<std::pair<std::string_view, Prepare>, 15> kHandlers{{
        {"Follow", prepare_follow},
        {"Accept", prepare_accept},
        {"Reject", prepare_reject},
        {"Undo", prepare_undo},
        {"Create", prepare_create},
        {"Update", prepare_update},
        {"Delete", prepare_delete},
        {"Like", prepare_like},
        {"EmojiReact", prepare_like},
        {"Announce", prepare_announce},
        {"Block", prepare_block},
        {"Move", prepare_move},
        {"Flag", prepare_flag},
        {"Add", prepare_add},
        {"Remove", prepare_remove},
    }};
    for (const auto& [name, handler] : kHandlers) {
        if (name == type) return handler;
    }
    return nullptr;
}

}  // namespace outboard::inbox
