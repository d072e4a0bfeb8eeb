// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "federation/base/result.hpp"

namespace outboard::control {

/// What a verb of the command line ends with: 0 done, 1 refused with the reason in `err`, 2 wrong
/// usage.
struct Outcome {
    int code = 0;
    std::string out, err;

    static Outcome done(std::string text) { return {0, std::move(text), {}}; }
    static Outcome refused(std::string why) {
        return {1, {}, why.ends_with('\n') ? std::move(why) : std::move(why) + "\n"};
    }
    static Outcome refused(const Error& error) {
        return refused(
            error.detail.empty() ? error.shown : error.shown + " (" + error.detail + ")"
        );
    }
    static Outcome usage(std::string why) { return {2, {}, std::move(why) + "\n"}; }
};

}  // namespace outboard::control
