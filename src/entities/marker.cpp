// SPDX-License-Identifier: Apache-2.0
#include "src/entities/marker.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Marker& marker) {
    out = {
        {"last_read_id", marker.last_read_id},
        {"version", marker.version},
        {"updated_at", marker.updated_at}
    };
}

}  // namespace outboard::entities
