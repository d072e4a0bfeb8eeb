// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "federation/gate.hpp"

namespace outboard::federation {

/// `items` are ids or embedded documents. Spec: AP section 5, REQUIREMENTS C1.
json write_collection(
    std::string_view id, std::int64_t total, const std::optional<std::string>& first
);
json write_page(
    std::string_view id,
    std::string_view part_of,
    const std::vector<json>& items,
    const std::optional<std::string>& next,
    const std::optional<std::string>& prev
);
/// A short collection without pages.
json write_items(std::string_view id, const std::vector<json>& items);

struct CollectionBudget {
    std::size_t pages = 5, items = 100;  // THREATS 36
};
/// Reads ids of a collection through its pages (C2): inline items, embedded or linked `first`,
/// loops and foreign `next` end it.
Step<std::vector<Iri>> read_collection(
    const Iri& collection, const Documents& fetched, const CollectionBudget& budget = {}
);

}  // namespace outboard::federation
