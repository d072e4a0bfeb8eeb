// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "federation/gate.hpp"
#include "src/base/guarded.hpp"
#include "src/base/limits.hpp"

namespace outboard {

/// Deliveries that were accepted and wait to be worked off, as they were read then: whoever does it
/// soon need not read them again from their bytes, which are what counts. By the hash of the bytes.
/// When they are more than limits::kArrivals, or of more bytes than limits::kArrivalBytes, all are
/// forgotten. Threads: any.
class Arrivals {
public:
    using Delivery = std::shared_ptr<const federation::Verified<federation::Delivery>>;

    /// `bytes`: of the body it was read from.
    void put(const std::string& document, Delivery delivery, std::size_t bytes) {
        waiting_.with([&](Waiting& all) {
            if (all.by_document.size() >= limits::kArrivals ||
                all.bytes + bytes > limits::kArrivalBytes)
                all = {};
            if (all.by_document.try_emplace(document, std::move(delivery), bytes).second)
                all.bytes += bytes;
        });
    }

    /// Null when it is not there; there no longer afterwards.
    Delivery take(const std::string& document) {
        return waiting_.with([&](Waiting& all) -> Delivery {
            const auto found = all.by_document.find(document);
            if (found == all.by_document.end()) return nullptr;
            auto delivery = std::move(found->second.first);
            all.bytes -= found->second.second;
            all.by_document.erase(found);
            return delivery;
        });
    }

private:
    struct Waiting {
        std::unordered_map<std::string, std::pair<Delivery, std::size_t>> by_document;
        std::size_t bytes = 0;
    };
    Guarded<Waiting> waiting_;
};

}  // namespace outboard
