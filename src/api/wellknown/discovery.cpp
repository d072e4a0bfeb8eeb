// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/discovery/nodeinfo.hpp"
#include "federation/discovery/webfinger.hpp"
#include "src/api/wellknown/routes.hpp"
#include "src/base/version.hpp"
#include "src/store/accounts.hpp"
#include "src/store/statuses.hpp"

namespace outboard::api::wellknown {

namespace {

constexpr Policy kOpen{
    .anonymous = true, .surface = Surface::ActivityPub
};  // problem details, 400 for what cannot be read

http::Response answer(std::string type, std::string body) {
    auto response = http::Response::make(200, std::move(type), std::move(body));
    response.set("Cache-Control", "public, max-age=300");
    return response;
}

std::optional<Account> find_by_name(App& app, std::string_view name) {
    return app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_handle(db, name, "");
    });
}

std::optional<Account> find_by_address(App& app, std::string_view address) {
    const auto& identity = app.identity;
    const auto origin = identity.origin();
    if (address == origin || address == origin + "/" || address == identity.node_actor()) {
        return app.db.read([&](store::Reader& db) {
            return store::accounts::find_by_uri(db, identity.node_actor());
        });
    }
    for (const auto& start : {origin + "/@", origin + "/users/"}) {
        if (!address.starts_with(start)) continue;
        auto name = address.substr(start.size());
        if (name.ends_with('/')) name.remove_suffix(1);
        return find_by_name(app, name);
    }
    return std::nullopt;
}

/// `acct:` in any of its spellings, or an address of ours (D1, D2, D12). Errors: Invalid for what
/// is neither.
Result<std::optional<Account>> find_resource(App& app, const std::string& resource) {
    const auto lower = lower_ascii(resource);
    if (lower.starts_with("https://") || lower.starts_with("http://")) {
        const auto iri = federation::Iri::parse(resource);
        if (!iri) return fail(Code::Invalid, "The resource is not a readable address.");
        return find_by_address(app, iri->str());
    }
    const auto handle = federation::parse_handle(resource);
    if (!handle)
        return fail(Code::Invalid, "The resource is neither acct:USER@DOMAIN nor an address.");
    if (!app.identity.is_own_domain(handle->domain)) return std::optional<Account>();
    if (app.identity.is_own_domain(handle->user))
        return find_by_address(app, app.identity.origin());
    return find_by_name(app, handle->user);
}

Result<http::Response> webfinger(App& app, const Call& call) {
    const auto resource = call.params().text("resource");
    if (!resource || resource->empty())
        return fail(Code::Invalid, "The parameter \"resource\" is missing.");
    OB_TRY(const auto account, find_resource(app, *resource));
    if (!account || account->suspended_at)
        return fail(Code::NotFound, "There is no such account here.");
    if (account->deleted_at) return fail(Code::Gone, "This account was deleted.");
    OB_TRY(const auto actor, federation::Iri::parse(account->uri));
    const bool is_node = account->uri == app.identity.node_actor();
    OB_TRY(
        const auto page,
        federation::Iri::parse(
            is_node ? app.identity.origin() + "/" : app.identity.profile_url(account->username)
        )
    );
    const auto& domain =
        app.identity.handle_domain.empty() ? app.identity.domain : app.identity.handle_domain;
    const federation::Handle handle{is_node ? domain : account->username, domain};
    auto jrd = federation::write_jrd(handle, actor, page, /*subscribe_template=*/"");
    if (is_node) {  // FEP-d556
        jrd["links"].push_back(
            {{"rel", "https://www.w3.org/ns/activitystreams#Service"},
             {"type", "application/activity+json"},
             {"href", account->uri}}
        );
    }
    return answer("application/jrd+json; charset=utf-8", write_json(jrd));
}

Result<http::Response> host_meta_json(App& app, const Call&) {
    const json document = {
        {"links",
         {{{"rel", "lrdd"},
           {"type", "application/jrd+json"},
           {"template", app.identity.origin() + "/.well-known/webfinger?resource={uri}"}}}}
    };
    return answer("application/json; charset=utf-8", write_json(document));
}

Result<http::Response> host_meta(App& app, const Call& call) {
    const auto accept = lower_ascii(call.request().header("accept").value_or(""));
    const bool wants_json =
        accept.find("json") != std::string::npos && accept.find("xrd+xml") == std::string::npos;
    if (wants_json) return host_meta_json(app, call);
    auto response = answer(
        "application/xrd+xml; charset=utf-8", federation::write_host_meta(app.identity.origin())
    );
    response.set("Vary", "Accept");
    return response;
}

Result<http::Response> nodeinfo_links(App& app, const Call&) {
    return answer(
        "application/json; charset=utf-8",
        write_json(federation::write_nodeinfo_discovery(app.identity.origin()))
    );
}

Result<http::Response> nodeinfo(App& app, std::string_view version) {
    federation::NodeInfo info;
    info.software_name = "outboard";
    info.software_version = kVersion;
    app.db.read([&](store::Reader& db) {
        info.users_total = store::accounts::count_local(db);
        info.local_posts = store::statuses::count_local(db);
    });
    info.node_name =
        app.config->instance_title.empty() ? app.identity.domain : app.config->instance_title;
    info.node_description = app.config->instance_description;
    return answer(
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/" +
            std::string(version) + "#\"; charset=utf-8",
        write_json(federation::write_nodeinfo(info, version))
    );
}

Result<http::Response> nodeinfo_2_0(App& app, const Call&) { return nodeinfo(app, "2.0"); }
Result<http::Response> nodeinfo_2_1(App& app, const Call&) { return nodeinfo(app, "2.1"); }

}  // namespace

void routes(Router& router) {
    router.add("GET", "/.well-known/webfinger", webfinger, kOpen);
    router.add("GET", "/.well-known/host-meta", host_meta, kOpen);
    router.add("GET", "/.well-known/host-meta.json", host_meta_json, kOpen);
    router.add("GET", "/.well-known/nodeinfo", nodeinfo_links, kOpen);
    router.add("GET", "/nodeinfo/2.0", nodeinfo_2_0, kOpen);
    router.add("GET", "/nodeinfo/2.1", nodeinfo_2_1, kOpen);
}

}  // namespace outboard::api::wellknown
