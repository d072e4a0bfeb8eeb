// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/gate_parts.hpp"
#include "federation/read.hpp"

namespace outboard::federation {
namespace gate {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kProfile = "https://www.w3.org/ns/activitystreams";

/// The value of one `name=value` parameter of a media type, without quotes.
std::optional<std::string> parameter(std::string_view part, std::string_view name) {
    part = trim(part);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    if (lower_ascii(trim(part.substr(0, equals))) != name) return std::nullopt;
    auto value = trim(part.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
}

}  // namespace

Error without_answer(const Fetched& fetched, const std::string& host) {
    auto detail = host + ": " + fetched.problem;
    switch (fetched.reason) {
        case Code::Forbidden:
            return {Code::Forbidden, "Nothing is fetched from its address", std::move(detail)};
        case Code::Invalid:
        case Code::TooLarge:
            return {Code::Invalid, "Its host's answer cannot be used", std::move(detail)};
        case Code::Unauthorized:
        case Code::NotFound:
        case Code::Conflict:
        case Code::Gone:
        case Code::RateLimited:
        case Code::Unavailable:
        case Code::Internal:
            break;
    }
    return {Code::Unavailable, "Its host gave no answer", std::move(detail)};
}

bool is_activity_content(std::string_view content_type) {
    const auto parts = split(content_type, ';');
    const auto media_type = lower_ascii(trim(parts.front()));
    if (media_type == kActivityJson) return true;
    if (media_type != "application/ld+json") return false;
    return std::any_of(parts.begin() + 1, parts.end(), [](std::string_view part) {
        const auto profile = parameter(part, "profile");
        if (!profile) return false;
        const auto names = split(*profile, ' ');
        return std::find(names.begin(), names.end(), kProfile) != names.end();
    });
}

std::string_view without_byte_order_mark(std::string_view bytes) {
    return bytes.rfind(kByteOrderMark, 0) == 0 ? bytes.substr(kByteOrderMark.size()) : bytes;
}

namespace {

Error gone_wrong(const Fetched& fetched) {
    const auto host = std::string(fetched.final_url.host());
    if (fetched.status == 410) return {Code::Gone, "It was deleted", host};
    if (fetched.status == 404) return {Code::NotFound, "There is nothing at this address", host};
    if (fetched.status == 401 || fetched.status == 403) {
        return {Code::NotFound, "Its host does not show it to us", host};
    }
    if (fetched.status == 0) return without_answer(fetched, host);
    // A host that is late, busy or broken may say something else tomorrow; 400 or 406 is its word.
    const bool may_pass = fetched.status >= 500 || fetched.status == 408 || fetched.status == 425 ||
                          fetched.status == 429;
    return {
        may_pass ? Code::Unavailable : Code::NotFound,
        "Its host answered " + std::to_string(fetched.status),
        host
    };
}

}  // namespace

Result<Evidence> open_document(const Fetched& fetched) {
    if (fetched.status < 200 || fetched.status > 299) return gone_wrong(fetched);
    if (!is_activity_content(fetched.content_type)) {
        return fail(
            Code::Invalid,
            "It is not served as an ActivityPub document",
            std::string(cut_bytes(fetched.content_type, 100))
        );
    }
    OB_TRY(auto tree, read_json(without_byte_order_mark(fetched.body)));
    if (!tree.is_object()) return fail(Code::Invalid, "The document is not a JSON object");
    return Evidence{fetched.final_url, std::move(tree)};
}

Step<Evidence> find_document(const Iri& asked, const Documents& fetched) {
    const auto address = asked.without_fragment();
    const auto at = fetched.find(address.str());
    if (at == fetched.end()) return Needs{address};
    return as_step(open_document(at->second));
}

}  // namespace gate

namespace {

using gate::Evidence;
using gate::unfinished;

Error refuse(std::string why) { return {Code::Invalid, std::move(why)}; }

/// The document behind `asked`, at the address its own id names (O4): one that names another id is
/// asked for once more by that id, and must then name exactly that.
Step<Evidence> find_owned(const Iri& asked, const Documents& fetched, const GatePolicy& policy) {
    Iri address = asked.without_fragment();
    for (int round = 0; round < 2; ++round) {
        if (!address.is_http()) return refuse("It has no web address");
        if (policy.is_blocked(address.host())) {
            return Error{Code::Forbidden, "Nothing is taken from this host"};
        }
        auto step = gate::find_document(address, fetched);
        if (auto stop = unfinished<Evidence>(step)) return *std::move(stop);
        auto& evidence = std::get<Evidence>(step);
        if (policy.is_blocked(evidence.from.host())) {
            return Error{Code::Forbidden, "Nothing is taken from this host"};
        }
        const auto id = id_of(evidence.tree);
        if (!id) return refuse("The document has no id");
        if (id->origin() == policy.own_origin)
            return refuse("Another host serves a document under our name");
        const bool is_at_home = *id == evidence.from.without_fragment() ||
                                (*id == address && same_origin(*id, evidence.from));
        if (is_at_home) return std::move(evidence);
        address = id->without_fragment();
    }
    return refuse("The document names another id than the address it was asked for");
}

/// O5. Portable objects, owned by a key rather than a host, are not taken yet.
std::optional<Error> check_owner(const Iri& id, const std::optional<Iri>& owner) {
    if (!owner) return refuse("The document does not say whose it is");
    if (!same_origin(id, *owner))
        return refuse("The document's id is of another origin than its owner");
    return std::nullopt;
}

/// An activity served where its object was expected (PeerTube, Mastodon's `/activity`): the object
/// it is about.
std::optional<Iri> wrapped_object(const json& tree) {
    const auto type = type_of(tree);
    if (type != "Create" && type != "Update") return std::nullopt;
    const auto all = ids(tree, "object");
    return all.size() == 1 ? std::optional(all.front()) : std::nullopt;
}

}  // namespace

Step<Verified<Object>> Gate::take_object(
    const Iri& asked, const Documents& fetched, const FindKey& find_key
) const {
    auto step = find_owned(asked, fetched, policy_);
    if (auto stop = unfinished<Verified<Object>>(step)) return *std::move(stop);
    if (auto object_id = wrapped_object(std::get<Evidence>(step).tree)) {
        step = find_owned(*object_id, fetched, policy_);
        if (auto stop = unfinished<Verified<Object>>(step)) return *std::move(stop);
    }
    const auto& evidence = std::get<Evidence>(step);
    if (kind_of(evidence.tree) != DocumentKind::Object)
        return refuse("The document is not an object");
    auto object = read_object(evidence.tree);
    if (!object) return std::move(object).error();
    if (!object->id) return refuse("The document has no id");
    if (object->type == "Tombstone") return Error{Code::Gone, "It was deleted"};
    if (auto error = check_owner(*object->id, object->attributed_to)) return *std::move(error);
    if (policy_.is_blocked(object->attributed_to->host())) {
        return Error{Code::Forbidden, "Nothing is taken from this host"};
    }
    const gate::ProofQuestion question{
        evidence.tree, *object->attributed_to, std::nullopt, /*may_fetch=*/false
    };
    auto proof = gate::check_owner_proof(question, find_key, fetched, policy_);
    if (auto stop = unfinished<Verified<Object>>(proof)) return *std::move(stop);
    return Verified<Object>(*std::move(object));
}

Step<Verified<Actor>> Gate::take_actor(const Iri& asked, const Documents& fetched) const {
    auto step = find_owned(asked, fetched, policy_);
    if (auto stop = unfinished<Verified<Actor>>(step)) return *std::move(stop);
    const auto& tree = std::get<Evidence>(step).tree;
    if (type_of(tree) == "Tombstone") return Error{Code::Gone, "This account was deleted"};
    auto actor = read_actor(tree);
    if (!actor) return std::move(actor).error();
    return Verified<Actor>(*std::move(actor));
}

Step<Verified<Activity>> Gate::take_activity(
    const Iri& asked, const Documents& fetched, const FindKey& find_key
) const {
    auto step = find_owned(asked, fetched, policy_);
    if (auto stop = unfinished<Verified<Activity>>(step)) return *std::move(stop);
    const auto& evidence = std::get<Evidence>(step);
    if (type_of(evidence.tree) == "Tombstone") return Error{Code::Gone, "It was deleted"};
    if (!is_activity_type(type_of(evidence.tree))) return refuse("The document is not an activity");
    auto activity = read_activity(evidence.tree);
    if (!activity) return std::move(activity).error();
    if (!activity->id) return refuse("The document has no id");
    if (auto error = gate::check_ownership(*activity)) return *std::move(error);
    if (auto host = gate::find_blocked(*activity, policy_)) {
        return Error{Code::Forbidden, "It is about something of a blocked host", *host};
    }
    const gate::ProofQuestion question{
        evidence.tree, activity->actor, std::nullopt, /*may_fetch=*/false
    };
    auto proof = gate::check_owner_proof(question, find_key, fetched, policy_);
    if (auto stop = unfinished<Verified<Activity>>(proof)) return *std::move(stop);
    return Verified<Activity>(gate::settle_authors(*std::move(activity)));
}

}  // namespace outboard::federation
