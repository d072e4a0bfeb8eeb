// SPDX-License-Identifier: Apache-2.0
#include "src/present/fragments.hpp"

namespace outboard::present {
namespace {

constexpr std::size_t kEntry = 200;  // bytes beside the text: node, key, counts, allocations

std::size_t cost_of(const Fragment& fragment) {
    return kEntry + fragment.text.capacity() +
           fragment.named.capacity() * sizeof(fragment.named[0]);
}

}  // namespace

void Fragments::keep(Halves& halves, const Key& key, const SharedFragment& fragment) const {
    const auto cost = cost_of(*fragment);
    if (cost > most_ / 2) return;
    if (halves.young.bytes + cost > most_ / 2) {
        halves.old = std::move(halves.young);
        halves.young = {};
    }
    if (halves.young.by_key.emplace(key, fragment).second) halves.young.bytes += cost;
}

SharedFragment Fragments::find(const Key& key) {
    return halves_.with([&](Halves& halves) -> SharedFragment {
        const auto young = halves.young.by_key.find(key);
        if (young != halves.young.by_key.end()) return young->second;
        const auto old = halves.old.by_key.find(key);
        if (old == halves.old.by_key.end()) return nullptr;
        const auto found = old->second;
        halves.old.bytes -= cost_of(*found);
        halves.old.by_key.erase(old);
        keep(halves, key, found);
        return found;
    });
}

SharedFragment Fragments::put(const Key& key, Fragment fragment) {
    fragment.text.shrink_to_fit();
    const auto made = std::make_shared<const Fragment>(std::move(fragment));
    halves_.with([&](Halves& halves) {
        // One that names an account which has changed stands there under the same key.
        if (const auto known = halves.young.by_key.find(key); known != halves.young.by_key.end()) {
            halves.young.bytes -= cost_of(*known->second);
            halves.young.by_key.erase(known);
        }
        keep(halves, key, made);
    });
    return made;
}

std::size_t Fragments::bytes() const {
    return halves_.with([](const Halves& halves) { return halves.young.bytes + halves.old.bytes; });
}

}  // namespace outboard::present
