// SPDX-License-Identifier: Apache-2.0
#include "federation/discovery/collection.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "federation/gate_parts.hpp"
#include "federation/read.hpp"
#include "federation/shape.hpp"

namespace outboard::federation {
namespace {

constexpr std::string_view kContext = "https://www.w3.org/ns/activitystreams";

/// `items` or `orderedItems`; both spellings, and one item without its list, are read alike (C2).
bool take_items(const json& page, std::vector<Iri>& out, std::size_t most) {
    for (const std::string_view property : {"orderedItems", "items"}) {
        for (const json* item : shape::items(page, property)) {
            if (out.size() >= most) return false;
            if (auto id = id_of(*item)) out.push_back(*std::move(id));
        }
    }
    return out.size() < most;
}

}  // namespace

json write_collection(
    std::string_view id, std::int64_t total, const std::optional<std::string>& first
) {
    json out{
        {"@context", kContext}, {"id", id}, {"type", "OrderedCollection"}, {"totalItems", total}
    };
    if (first) out["first"] = *first;
    return out;
}

json write_page(
    std::string_view id,
    std::string_view part_of,
    const std::vector<json>& items,
    const std::optional<std::string>& next,
    const std::optional<std::string>& prev
) {
    json out{
        {"@context", kContext},
        {"id", id},
        {"type", "OrderedCollectionPage"},
        {"partOf", part_of},
        {"orderedItems", items}
    };
    if (next) out["next"] = *next;
    if (prev) out["prev"] = *prev;
    return out;
}

json write_items(std::string_view id, const std::vector<json>& items) {
    return {
        {"@context", kContext},
        {"id", id},
        {"type", "OrderedCollection"},
        {"totalItems", items.size()},
        {"orderedItems", items}
    };
}

Step<std::vector<Iri>> read_collection(
    const Iri& collection, const Documents& fetched, const CollectionBudget& budget
) {
    auto step = gate::find_document(collection, fetched);
    if (auto stop = gate::unfinished<std::vector<Iri>>(step)) return *std::move(stop);
    const auto& head = std::get<gate::Evidence>(step);
    if (!same_origin(head.from, collection))
        return Error{Code::Invalid, "The collection was served by another host"};
    if (kind_of(head.tree) != DocumentKind::Collection)
        return Error{Code::Invalid, "The document is not a collection"};

    std::vector<Iri> out;
    bool goes_on = take_items(head.tree, out, budget.items);
    std::set<Iri> seen{collection};
    json page = head.tree;
    const char* property = "first";
    if (shape::find(page, "first") == nullptr) property = "next";
    for (std::size_t pages = 0; goes_on && pages < budget.pages; ++pages) {
        const json* link = shape::find(page, property);
        property = "next";
        if (link == nullptr) break;
        if (link->is_object() && kind_of(*link) == DocumentKind::Collection) {
            json inner = *link;  // an embedded page: Mastodon's `first` of replies
            page = std::move(inner);
            goes_on = take_items(page, out, budget.items);
            if (const auto id = id_of(page)) seen.insert(*id);
            continue;
        }
        const auto address = id_of(*link);
        if (!address || !same_origin(*address, collection) || !seen.insert(*address).second) break;
        auto next = gate::find_document(*address, fetched);
        if (auto* needs = std::get_if<Needs>(&next)) return *needs;
        auto* evidence = std::get_if<gate::Evidence>(&next);
        // A page that cannot be read ends the list: what came before it stands.
        if (evidence == nullptr || !same_origin(evidence->from, collection)) break;
        page = std::move(evidence->tree);
        goes_on = take_items(page, out, budget.items);
    }
    return out;
}

}  // namespace outboard::federation
