// SPDX-License-Identifier: Apache-2.0
#include "federation/discovery/nodeinfo.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/shape.hpp"

namespace outboard::federation {
namespace {

constexpr std::string_view kSchema = "http://nodeinfo.diaspora.software/ns/schema/";

json usage_of(const NodeInfo& info) {
    json users = json::object();  // stays empty when the operator hides numbers (D10)
    if (info.users_total) users["total"] = *info.users_total;
    if (info.users_active_month) users["activeMonth"] = *info.users_active_month;
    if (info.users_active_halfyear) users["activeHalfyear"] = *info.users_active_halfyear;
    json usage{{"users", std::move(users)}};
    if (info.local_posts) usage["localPosts"] = *info.local_posts;
    return usage;
}

std::optional<std::int64_t> read_count(const json& object, std::string_view property) {
    const json* value = shape::find(object, property);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return shape::count(*value);
}

}  // namespace

json write_nodeinfo_discovery(std::string_view origin) {
    json links = json::array();
    for (const std::string version : {"2.1", "2.0"}) {
        links.push_back(
            {{"rel", std::string(kSchema) + version},
             {"href", std::string(origin) + "/nodeinfo/" + version}}
        );
    }
    // FEP-2677: the node's own actor.
    links.push_back(
        {{"rel", "https://www.w3.org/ns/activitystreams#Application"},
         {"href", std::string(origin) + "/actor"}}
    );
    return {{"links", std::move(links)}};
}

json write_nodeinfo(const NodeInfo& info, std::string_view version) {
    json software{{"name", info.software_name}, {"version", info.software_version}};
    if (version == "2.1" && !info.repository.empty()) software["repository"] = info.repository;
    if (version == "2.1" && !info.homepage.empty()) software["homepage"] = info.homepage;
    json metadata = json::object();
    if (!info.node_name.empty()) metadata["nodeName"] = info.node_name;
    if (!info.node_description.empty()) metadata["nodeDescription"] = info.node_description;
    return {
        {"version", version},
        {"software", std::move(software)},
        {"protocols", json::array({"activitypub"})},
        {"services", {{"inbound", json::array()}, {"outbound", json::array()}}},
        {"openRegistrations", info.open_registrations},
        {"usage", usage_of(info)},
        {"metadata", std::move(metadata)}
    };
}

Result<NodeInfo> read_nodeinfo(const json& document) {
    const json* software = shape::find(document, "software");
    if (software == nullptr || !software->is_object())
        return fail(Code::Invalid, "software is missing");
    NodeInfo out;
    out.software_name =
        strip_invisible(cut_bytes(shape::text(*software, "name").value_or(""), 100));
    out.software_version =
        strip_invisible(cut_bytes(shape::text(*software, "version").value_or(""), 100));
    if (out.software_name.empty()) return fail(Code::Invalid, "software.name is missing");
    out.repository = cut_bytes(shape::text(*software, "repository").value_or(""), 500);
    out.homepage = cut_bytes(shape::text(*software, "homepage").value_or(""), 500);
    out.open_registrations = shape::flag(document, "openRegistrations");
    if (const json* usage = shape::find(document, "usage")) {
        out.local_posts = read_count(*usage, "localPosts");
        if (const json* users = shape::find(*usage, "users")) {
            out.users_total = read_count(*users, "total");
            out.users_active_month = read_count(*users, "activeMonth");
            out.users_active_halfyear = read_count(*users, "activeHalfyear");
        }
    }
    if (const json* metadata = shape::find(document, "metadata")) {
        out.node_name = cut_bytes(shape::text(*metadata, "nodeName").value_or(""), 200);
        out.node_description =
            cut_bytes(shape::text(*metadata, "nodeDescription").value_or(""), 2000);
    }
    return out;
}

std::optional<std::string> pick_nodeinfo(const json& document, std::string_view origin) {
    std::optional<std::string> best;
    std::string best_version;
    std::size_t seen = 0;
    for (const json* link : shape::items(document, "links")) {
        if (++seen > 20) break;
        const auto rel = shape::text(*link, "rel");
        const auto href = shape::text(*link, "href");
        if (!rel || !href || rel->rfind(kSchema, 0) != 0) continue;
        const auto version = rel->substr(kSchema.size());
        if (version.rfind("2.", 0) != 0) continue;  // 1.x says less and is served beside it
        const auto iri = shape::web(*href);
        if (!iri || iri->origin() != origin) continue;  // THREATS 31
        if (!best || version > best_version) {
            best = *href;
            best_version = version;
        }
    }
    return best;
}

}  // namespace outboard::federation
