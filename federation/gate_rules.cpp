// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "federation/gate_parts.hpp"

namespace outboard::federation::gate {
namespace {

Error forbidden(std::string why) { return {Code::Forbidden, std::move(why)}; }
Error invalid(std::string why) { return {Code::Invalid, std::move(why)}; }

bool is_author(const Object& object, const Iri& actor) {
    if (!object.attributed_to) return true;  // nobody else either
    const auto& others = object.also_attributed_to;
    return *object.attributed_to == actor ||
           std::find(others.begin(), others.end(), actor) != others.end();
}

/// Create and Update: the thing made is the actor's, by id and by author.
std::optional<Error> check_made(const Reference& made, const Activity& activity) {
    if (made.activity) return invalid("object is an activity, which nobody creates or updates");
    if (!made.id) return invalid("object has no id");
    if (!same_origin(*made.id, activity.actor)) {
        return forbidden("The object's id is of another origin than the actor");
    }
    if (made.actor && *made.id != activity.actor) {
        return forbidden("An actor is changed by itself only");
    }
    if (made.object && !is_author(*made.object, activity.actor)) {
        return forbidden("The object is attributed to somebody else than the actor");
    }
    return std::nullopt;
}

std::optional<Error> check_delete(const Activity& activity) {
    const auto& object = activity.object;
    if (!object.id) return invalid("object has no id");
    if (!same_origin(*object.id, activity.actor)) {
        return forbidden("The deleted thing is of another origin than the actor");
    }
    if (object.object && !is_author(*object.object, activity.actor)) {
        return forbidden("The deleted thing is attributed to somebody else than the actor");
    }
    if (object.actor && *object.id != activity.actor) {
        return forbidden("An actor is deleted by itself only");
    }
    return std::nullopt;
}

std::optional<Error> check_undo(const Activity& activity) {
    const auto& inner = activity.object.activity;
    if (!activity.object.id && !inner) return invalid("object is missing");
    if (activity.object.id && !same_origin(*activity.object.id, activity.actor)) {
        return forbidden("The undone activity is of another origin than the actor");
    }
    if (inner && inner->actor != activity.actor) {
        return forbidden("The undone activity is another actor's");
    }
    return std::nullopt;
}

/// Accept and Reject: of what somebody else asked of this actor (THREATS 18).
std::optional<Error> check_answer(const Activity& activity) {
    const auto& inner = activity.object.activity;
    if (!activity.object.id && !inner) return invalid("object is missing");
    if (!inner) return std::nullopt;  // by id: the store knows what was asked of whom
    if (inner->actor == activity.actor) return forbidden("Nobody answers their own request");
    // A relay is followed by asking for Public, and answers in its own name (I18).
    const auto& asked = inner->object.id;
    const bool is_relay = asked && asked->str() == kPublic;
    if (inner->type == "Follow" && asked && !is_relay && *asked != activity.actor) {
        return forbidden("A Follow is answered by the one it asks only");
    }
    return std::nullopt;
}

std::optional<Error> check_move(const Activity& activity) {
    if (!activity.object.id || !activity.target) return invalid("object or target is missing");
    if (*activity.object.id != activity.actor) return forbidden("An actor is moved by itself only");
    if (*activity.target == activity.actor) return invalid("target is the actor itself");
    return std::nullopt;
}

std::optional<Error> check_collection(const Activity& activity) {
    if (!activity.object.id) return invalid("object has no id");
    if (!activity.target) return invalid("target is missing");
    if (!same_origin(*activity.target, activity.actor)) {
        return forbidden("The collection is of another origin than the actor");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Error> check_ownership(const Activity& activity) {
    if (activity.id && !same_origin(*activity.id, activity.actor)) {
        return forbidden("The activity's id is of another origin than its actor");
    }
    const auto& type = activity.type;
    if (type == "Create" || type == "Update") {
        if (auto error = check_made(activity.object, activity)) return error;
        for (const auto& made : activity.more_objects) {
            if (auto error = check_made(made, activity)) return error;
        }
        return std::nullopt;
    }
    if (type == "Delete") return check_delete(activity);
    if (type == "Undo") return check_undo(activity);
    if (type == "Accept" || type == "Reject") return check_answer(activity);
    if (type == "Move") return check_move(activity);
    if (type == "Add" || type == "Remove") return check_collection(activity);
    if (is_handled_activity(type) && activity.objects.empty() && activity.object.is_link_only()) {
        return invalid("object is missing");
    }
    if ((type == "Follow" || type == "Block") && activity.object.id == activity.actor) {
        return invalid("object is the actor itself");
    }
    return std::nullopt;
}

Activity settle_authors(Activity activity) {
    if (activity.type != "Create" && activity.type != "Update") return activity;
    const auto settle = [&](Reference& made) {
        if (!made.object || made.object->attributed_to == activity.actor) return;
        Object object = *made.object;
        auto& others = object.also_attributed_to;
        others.erase(std::remove(others.begin(), others.end(), activity.actor), others.end());
        if (object.attributed_to) others.insert(others.begin(), *object.attributed_to);
        object.attributed_to = activity.actor;
        made.object = std::make_shared<const Object>(std::move(object));
    };
    settle(activity.object);
    for (auto& made : activity.more_objects) settle(made);
    return activity;
}

std::optional<std::string> find_blocked(const Activity& activity, const GatePolicy& policy) {
    // A report may name anything; references inside a post are met again when they are fetched.
    if (activity.type == "Flag") return std::nullopt;
    std::vector<const Iri*> ids;
    const auto add = [&](const std::optional<Iri>& id) {
        if (id) ids.push_back(&*id);
    };
    add(activity.object.id);
    add(activity.target);
    for (const Iri& id : activity.objects) ids.push_back(&id);
    if (const auto& object = activity.object.object) {
        add(object->attributed_to);
        add(object->quote);
    }
    if (const auto& inner = activity.object.activity) {
        ids.push_back(&inner->actor);
        add(inner->object.id);
        if (inner->object.object) add(inner->object.object->attributed_to);
    }
    for (const Iri* id : ids) {
        if (id->is_http() && policy.is_blocked(id->host())) return std::string(id->host());
    }
    return std::nullopt;
}

}  // namespace outboard::federation::gate
