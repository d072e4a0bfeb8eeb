// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/read_parts.hpp"

namespace outboard::federation {
namespace {

constexpr int kMostNesting = 3;                  // Announce(Undo(Like)) is the deepest that is sent
constexpr std::size_t kMostObjects = 100;        // ids of one Flag
constexpr std::size_t kMostEmbedded = 20;        // embedded objects of one activity
constexpr std::size_t kMostContent = 16 * 1024;  // bytes of a report's comment

struct Depth {
    int level = 0;
    std::optional<Iri> outer_actor = {};  // of an Undo around this one
};

Result<Activity> read_at(
    const json& document, const shape::Notes& notes, const ReadLimits& limits, const Depth& depth
);

/// Two things at once are never acted on: a list of types may name one activity only (A073).
Result<void> check_one_activity(const json& document) {
    const auto all = shape::types(document);
    const auto acts = std::count_if(all.begin(), all.end(), [](const std::string& type) {
        return is_activity_type(type) || is_actor_type(type);
    });
    if (acts > 1) return fail(Code::Invalid, "type names several activities");
    return {};
}

/// Exactly one actor, by id or embedded (Kroeg, Bonfire), in a list of one (Prismo) or bare. Of an
/// embedded actor only the id counts: it is never a source of keys (A004).
Result<Iri> read_doer(const json& document, const Depth& depth) {
    const auto all = shape::items(document, "actor");
    if (all.empty()) {
        // Akkoma and Friendica undo with a stub that leaves the actor out: it is the one of the
        // Undo.
        if (depth.outer_actor) return *depth.outer_actor;
        return fail(Code::Invalid, "actor is missing");
    }
    if (all.size() > 1) return fail(Code::Invalid, "actor must be one id");
    auto id = id_of(*all.front());
    if (!id) return fail(Code::Invalid, "actor is not an absolute identifier");
    return *std::move(id);
}

/// What stands in `object`: a link, or something embedded, read as far as it can be.
Reference read_reference(
    const json& value, const shape::Notes& notes, const ReadLimits& limits, const Depth& depth
) {
    Reference out;
    out.id = id_of(value);
    if (!value.is_object()) return out;
    const auto kind = kind_of(value);
    if (kind == DocumentKind::Activity && depth.level < kMostNesting) {
        if (auto inner = read_at(value, notes, limits, depth)) {
            out.activity = std::make_shared<const Activity>(*std::move(inner));
        } else {
            notes.add("object", "the embedded activity is only a link: " + inner.error().shown);
        }
    } else if (kind == DocumentKind::Actor) {
        if (auto inner = read_actor_part(value, notes, limits)) {
            out.actor = std::make_shared<const Actor>(*std::move(inner));
        } else {
            notes.add("object", "the embedded actor is only a link: " + inner.error().shown);
        }
    } else if (kind == DocumentKind::Object && !type_of(value).empty()) {
        if (auto inner = read_object_part(value, notes, limits)) {
            out.object = std::make_shared<const Object>(*std::move(inner));
        } else {
            notes.add("object", "the embedded object is only a link: " + inner.error().shown);
        }
    }
    return out;
}

void read_objects(
    const json& document,
    Activity& activity,
    const shape::Notes& notes,
    const ReadLimits& limits,
    const Depth& depth
) {
    Depth inner{depth.level + 1};
    if (activity.type == "Undo") inner.outer_actor = activity.actor;
    bool is_first = true;
    for (const json* item : shape::items(document, "object")) {
        if (activity.objects.size() >= kMostObjects) {
            notes.add(
                "object", "more than " + std::to_string(kMostObjects) + ": the rest is left out"
            );
            break;
        }
        if (auto id = id_of(*item)) activity.objects.push_back(*std::move(id));
        if (is_first) {
            activity.object = read_reference(*item, notes, limits, inner);
            is_first = false;
        } else if (item->is_object() && activity.more_objects.size() < kMostEmbedded) {
            activity.more_objects.push_back(read_reference(*item, notes, limits, inner));
        }
    }
    if (shape::find(document, "object") != nullptr && !activity.object.id &&
        activity.object.is_link_only()) {
        notes.add("object", "is neither an absolute identifier nor understood");
    }
}

Result<Activity> read_at(
    const json& document, const shape::Notes& notes, const ReadLimits& limits, const Depth& depth
) {
    if (!document.is_object()) return fail(Code::Invalid, "An activity must be a JSON object");
    const auto type = type_of(document);
    if (type.empty()) return fail(Code::Invalid, "type is missing");
    OB_CHECK(check_one_activity(document));
    OB_TRY(auto actor, read_doer(document, depth));
    Activity activity{.type = type, .actor = std::move(actor)};
    OB_TRY(activity.id, read_id(document, notes));
    read_objects(document, activity, notes, limits, depth);
    activity.target = shape::first_id(document, "target", notes);
    activity.origin = shape::first_id(document, "origin", notes);
    activity.instrument = shape::first_id(document, "instrument", notes);
    activity.result = shape::first_id(document, "result", notes);
    activity.content = shape::text_or_map(document, "content", kMostContent, notes);
    activity.audience = read_addressing(document, notes, limits);
    activity.published = shape::time(document, "published", notes);
    activity.has_proof = shape::find(document, "proof") != nullptr;
    activity.has_ld_signature = shape::find(document, "signature") != nullptr;
    return activity;
}

}  // namespace

Result<Activity> read_activity(
    const json& document, std::vector<Ignored>* ignored, const ReadLimits& limits
) {
    return read_at(document, shape::Notes(ignored), limits, Depth{});
}

}  // namespace outboard::federation
