// SPDX-License-Identifier: Apache-2.0
#include "federation/addressing.hpp"

#include <algorithm>

#include "federation/base/bytes.hpp"

namespace outboard::federation {

std::string_view to_string(Visibility visibility) {
    switch (visibility) {
        case Visibility::Public:
            return "public";
        case Visibility::Unlisted:
            return "unlisted";
        case Visibility::Followers:
            return "private";
        case Visibility::Direct:
            return "direct";
    }
    return "direct";
}

std::optional<Visibility> parse_visibility(std::string_view text) {
    for (const auto visibility :
         {Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Direct}) {
        if (text == to_string(visibility)) return visibility;
    }
    return std::nullopt;
}

Addressing address(Visibility visibility, const Iri& followers, const std::vector<Iri>& mentioned) {
    Addressing out;
    switch (visibility) {
        case Visibility::Public:
            out.public_in_to = true;
            out.cc.push_back(followers);
            break;
        case Visibility::Unlisted:
            out.public_in_cc = true;
            out.to.push_back(followers);
            break;
        case Visibility::Followers:
            out.to.push_back(followers);
            break;
        case Visibility::Direct:
            break;
    }
    auto& list = visibility == Visibility::Direct ? out.to : out.cc;
    for (const Iri& actor : mentioned) {
        if (std::find(list.begin(), list.end(), actor) == list.end()) list.push_back(actor);
    }
    return out;
}

Visibility visibility_of(const Addressing& audience, const std::optional<Iri>& author_followers) {
    if (audience.public_in_to) return Visibility::Public;
    if (audience.public_in_cc) return Visibility::Unlisted;
    if (author_followers && audience.names(*author_followers)) return Visibility::Followers;
    return Visibility::Direct;
}

Addressing narrower(const Addressing& object, const Addressing& activity) {
    if (activity.empty()) return object;
    const auto in = [](const std::vector<Iri>& list, const Iri& id) {
        return std::find(list.begin(), list.end(), id) != list.end();
    };
    const auto admits = [](const Addressing& audience, const Iri& id) {
        return audience.names(id) || audience.public_in_to || audience.public_in_cc;
    };
    Addressing out;
    out.public_in_to = object.public_in_to && activity.public_in_to;
    out.public_in_cc = !out.public_in_to && (object.public_in_to || object.public_in_cc) &&
                       (activity.public_in_to || activity.public_in_cc);
    const auto take =
        [&](const std::vector<Iri>& from, const Addressing& other, std::vector<Iri>& to) {
            for (const Iri& id : from) {
                if (admits(other, id) && !in(out.to, id) && !in(out.cc, id)) to.push_back(id);
            }
        };
    take(object.to, activity, out.to);
    take(object.cc, activity, out.cc);
    // What only the activity names counts where the object is public.
    take(activity.to, object, out.to);
    take(activity.cc, object, out.cc);
    return out;
}

std::string followers_digest(const std::vector<std::string>& ids) {
    std::string digest(32, '\0');
    for (const auto& id : ids) {
        const auto hash = sha256(id);
        for (std::size_t i = 0; i < digest.size(); ++i) {
            digest[i] = static_cast<char>(digest[i] ^ hash[i]);
        }
    }
    return to_hex(digest);
}

}  // namespace outboard::federation
