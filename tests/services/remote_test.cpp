// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "federation/gate.hpp"
#include "federation/read.hpp"
#include "src/services/authority.hpp"
#include "src/services/domain_rules.hpp"
#include "src/services/remote.hpp"
#include "src/services/resolve.hpp"
#include "src/store/accounts.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"
#include "tests/support/test_node.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

constexpr const char* kType = "application/activity+json";
constexpr const char* kPublicUri = "https://www.w3.org/ns/activitystreams#Public";

json actor(const std::string& id, json changes = json::object()) {
    json document = {
        {"@context", "https://www.w3.org/ns/activitystreams"},
        {"id", id},
        {"type", "Person"},
        {"preferredUsername", "pat"},
        {"inbox", id + "/inbox"},
        {"followers", id + "/followers"}
    };
    document.merge_patch(changes);
    return document;
}

json note(const std::string& id, const std::string& author, json changes = json::object()) {
    json document = {
        {"@context", "https://www.w3.org/ns/activitystreams"},
        {"id", id},
        {"type", "Note"},
        {"attributedTo", author},
        {"content", "<p>hello</p>"},
        {"to", {kPublicUri}},
        {"published", "2026-09-01T10:00:00Z"}
    };
    document.merge_patch(changes);
    return document;
}

struct Resolving {
    TestNode node;
    std::string pat = "https://far.example/users/pat";
    std::string uri = "https://far.example/notes/1";
    void serve(const std::string& url, const json& document) {
        node.network.answer(url, kType, document.dump());
    }
    Result<StatusId> status(const std::string& of) {
        std::optional<Result<StatusId>> found;
        services::resolve_status(node.app(), of, {}, [&](Result<StatusId> id) {
            found = std::move(id);
        });
        REQUIRE(found);
        return *found;
    }
    Result<AccountId> account(const std::string& of) {
        std::optional<Result<AccountId>> found;
        services::resolve_account(node.app(), of, {}, [&](Result<AccountId> id) {
            found = std::move(id);
        });
        REQUIRE(found);
        return *found;
    }
    Account load(AccountId id) {
        return *node.db().read([&](store::Reader& db) { return store::accounts::find(db, id); });
    }
    Status load(StatusId id) {
        return *node.db().read([&](store::Reader& db) { return store::statuses::find(db, id); });
    }
};

TEST_CASE_FIXTURE(
    Resolving, "a remote actor is kept cleaned, bounded and pointing to its own server"
) {
    serve(
        pat,
        actor(
            pat,
            {{"preferredUsername", "pat@other.example\u202e"},
             {"name", "Pat \u202e<b>"},
             {"summary", "<p onclick=x>hi<script>1</script></p>"},
             {"url", "https://home.example/@ana"},
             {"inbox", "https://victim.example/inbox"},
             {"endpoints", {{"sharedInbox", "http://127.0.0.1/"}}},
             {"icon", {{"type", "Image"}, {"url", "javascript:alert(1)"}}}}
        )
    );
    const auto found = account(pat);
    REQUIRE(found);
    const auto kept = load(*found);
    CHECK(kept.acct() == "pat@far.example");
    CHECK(kept.display_name.find("\u202e") == std::string::npos);
    CHECK(kept.note.str() == "<p>hi</p>");
    CHECK(kept.url == pat);
    CHECK(kept.inbox.empty());
    CHECK(kept.shared_inbox.empty());
    CHECK(kept.avatar_url.empty());
    CHECK(kept.followers == pat + "/followers");
}

TEST_CASE_FIXTURE(
    Resolving,
    "an actor is asked again after a day, and an old copy serves while its server is away"
) {
    serve(pat, actor(pat, {{"name", "One"}}));
    REQUIRE(account(pat));
    REQUIRE(account(pat));
    CHECK(node.network.asked.size() == 1);
    serve(pat, actor(pat, {{"name", "Two"}}));
    node.clock.advance(std::chrono::hours(25));
    CHECK(load(*account(pat)).display_name == "Two");
    node.clock.advance(std::chrono::hours(25));
    node.network.answer(pat, kType, "", 503);
    CHECK(load(*account(pat)).display_name == "Two");
}

TEST_CASE_FIXTURE(Resolving, "ids of ours are never asked of the network") {
    CHECK(account("https://home.example/users/nobody").error().code == Code::NotFound);
    CHECK(status("https://home.example/users/ana/statuses/1").error().code == Code::NotFound);
    CHECK(node.network.asked.empty());
}

TEST_CASE_FIXTURE(Resolving, "an object is kept with its author, once") {
    serve(pat, actor(pat));
    serve(
        uri,
        note(
            uri,
            pat,
            {{"tag", {{{"type", "Hashtag"}, {"name", "#Work"}}}},
             {"summary", "careful"},
             {"sensitive", true}}
        )
    );
    const auto id = status(uri);
    REQUIRE(id);
    CHECK(status(uri).value() == *id);
    const auto kept = load(*id);
    CHECK(kept.content.str() == "<p>hello</p>");
    CHECK(kept.spoiler == "careful");
    CHECK(kept.sensitive);
    CHECK(kept.visibility == Visibility::Public);
    CHECK_FALSE(kept.local);
    CHECK(load(kept.account).uri == pat);
    CHECK(format_rfc3339(kept.created_at) == "2026-09-01T10:00:00.000Z");
}

TEST_CASE_FIXTURE(Resolving, "objects that are not what they say are not kept") {
    serve(pat, actor(pat));
    const std::string evil = "https://evil.example/notes/1";
    SUBCASE("another author") { serve(evil, note(evil, pat)); }
    SUBCASE("another id") { serve(evil, note(uri, pat)); }
    SUBCASE("a local id") {
        serve(
            evil,
            note("https://home.example/users/ana/statuses/1", "https://evil.example/users/eve")
        );
    }
    SUBCASE("an uploaded file") {
        node.network.answer(
            evil, "application/json", note(evil, "https://evil.example/users/eve").dump()
        );
    }
    CHECK_FALSE(status(evil));
    CHECK(node.db()
              .read([](store::Reader& db) {
                  return store::statuses::list_public(db, false, false, {});
              })
              .empty());
}

TEST_CASE_FIXTURE(
    Resolving, "times are clamped to the arrival, and before the fediverse began they are it"
) {
    serve(pat, actor(pat));
    const auto now = node.clock.now();
    for (const auto& [published, shown] : std::vector<std::pair<std::string, Instant>>{
             {"9999-12-31T23:59:59Z", now},
             {"0001-01-01T00:00:00Z", now},
             {"2007-12-31T00:00:00Z", now},
             {"2010-01-01T00:00:00Z", *parse_rfc3339("2010-01-01T00:00:00Z")}
         }) {
        CAPTURE(published);
        const auto id = "https://far.example/notes/" + published.substr(0, 4);
        serve(id, note(id, pat, {{"published", published}}));
        CHECK(load(*status(id)).created_at == shown);
    }
}

TEST_CASE_FIXTURE(Resolving, "what is no Note becomes a card with title, text and link") {
    serve(pat, actor(pat));
    serve(
        uri,
        note(
            uri,
            pat,
            {{"type", "Video"},
             {"name", "Pumps <1>"},
             {"content", nullptr},
             {"summary", "A film"},
             {"url", "https://far.example/watch/1"}}
        )
    );
    const auto kept = load(*status(uri));
    CHECK(kept.title == "Pumps <1>");
    CHECK(kept.content.str().find("<strong>Pumps &lt;1&gt;</strong>") != std::string::npos);
    CHECK(kept.content.str().find("A film") != std::string::npos);
    CHECK(kept.content.str().find("href=\"https://far.example/watch/1\"") != std::string::npos);
    CHECK(kept.spoiler.empty());
}

TEST_CASE_FIXTURE(
    Resolving, "a mention counts when it is tagged and addressed, for people who are known here"
) {
    const auto ana = node.person("ana");
    serve(pat, actor(pat));
    const json tag = {{{"type", "Mention"}, {"href", ana.uri}, {"name", "@ana@home.example"}}};
    SUBCASE("both") {
        serve(uri, note(uri, pat, {{"tag", tag}, {"cc", {ana.uri}}}));
        REQUIRE(status(uri));
        CHECK(node.get("/api/v1/notifications", ana.token).json.size() == 1);
    }
    SUBCASE("tagged only") {
        serve(uri, note(uri, pat, {{"tag", tag}}));
        REQUIRE(status(uri));
        CHECK(node.get("/api/v1/notifications", ana.token).json.empty());
    }
    SUBCASE("addressed only") {
        serve(uri, note(uri, pat, {{"cc", {ana.uri}}}));
        REQUIRE(status(uri));
        CHECK(node.get("/api/v1/notifications", ana.token).json.empty());
    }
}

TEST_CASE_FIXTURE(Resolving, "the stored owner decides who may act, never the payload") {
    serve(pat, actor(pat));
    serve(uri, note(uri, pat));
    REQUIRE(status(uri));
    const auto may = [&](const std::string& type, const std::string& by, const json& object) {
        const json document = {
            {"type", type}, {"actor", by}, {"id", by + "/act"}, {"object", object}
        };
        auto activity = federation::read_activity(document);
        REQUIRE(activity);
        return node.db().read([&](store::Reader& db) {
            return services::check_authority(db, *activity).has_value();
        });
    };
    const std::string pam = "https://far.example/users/pam";
    for (const auto* type : {"Create", "Update", "Delete"}) {
        CAPTURE(type);
        CHECK(may(type, pat, uri));
        CHECK_FALSE(may(type, pam, uri));
        CHECK_FALSE(may(type, pam, pat));
        CHECK(may(type, pam, "https://far.example/notes/unknown"));
    }
}

TEST_CASE_FIXTURE(
    Resolving, "an actor that was asked for before its domain was blocked is hidden"
) {
    services::PreparedAccount prepared;
    prepared.account.uri = pat;
    prepared.account.username = "pat";
    prepared.account.domain = prepared.account.host = "far.example";
    REQUIRE(services::set_domain_rule(node.app(), {"far.example", ""}));
    const auto id = node.db().write([&](store::Writer& tx) {
        return services::store_account(tx, node.app(), prepared);
    });
    REQUIRE(id);
    CHECK(load(*id).suspended_at);
    CHECK(load(*id).suspended_by_rule);
    REQUIRE(services::remove_domain_rule(node.app(), "far.example"));
    REQUIRE(services::apply_domain_rules(node.app(), {}));
    CHECK(load(*id).is_active());
}

}  // namespace
}  // namespace outboard::tests
