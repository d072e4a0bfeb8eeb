// SPDX-License-Identifier: Apache-2.0
#include "src/node/loop.hpp"

#include <algorithm>
#include <exception>

#include "src/base/log.hpp"

namespace outboard {

using namespace std::chrono_literals;

Loop::Loop(std::string name, WakeFlag& wake, std::function<std::chrono::milliseconds()> step)
    : name_(std::move(name)), wake_(wake), step_(std::move(step)), thread_([this] { run(); }) {}

Loop::~Loop() {
    stop_ = true;
    wake_.notify();
    thread_.join();
}

void Loop::run() {
    while (!stop_) {
        auto wait = 1000ms;
        try {
            wait = step_();
        } catch (const std::exception& problem
        ) {  // a broken disk: this loop tries again, the others go on
            log::error("loop.failed", {{"loop", name_}, {"problem", problem.what()}});
        }
        wake_.wait_for(std::clamp(wait, 0ms, 1000ms));
    }
}

}  // namespace outboard
