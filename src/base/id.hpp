// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace outboard {

/// A 64-bit row id: 48 bits of milliseconds and 16 low bits (DESIGN.md 3.7). Typed, so that an
/// AccountId cannot be passed where a StatusId is meant. Printed as a decimal string.
template <class Entity>
struct Id {
    std::int64_t value = 0;
    std::string str() const { return std::to_string(value); }
    friend auto operator<=>(const Id&, const Id&) = default;
};

struct Account;
struct Status;
struct Notification;
struct Follow;
struct OutboxItem;
using AccountId = Id<Account>;
using StatusId = Id<Status>;
using NotificationId = Id<Notification>;
using FollowId = Id<Follow>;
using OutboxId = Id<OutboxItem>;

}  // namespace outboard

template <class Entity>
struct std::hash<outboard::Id<Entity>> {  // NOLINT(cert-dcl58-cpp): std allows it
    std::size_t operator()(const outboard::Id<Entity>& id) const noexcept {
        return std::hash<std::int64_t>{}(id.value);
    }
};
