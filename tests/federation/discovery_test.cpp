// SPDX-License-Identifier: Apache-2.0
// WebFinger, host-meta and NodeInfo as documents.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "federation/discovery/nodeinfo.hpp"
#include "federation/discovery/webfinger.hpp"

using namespace outboard;
using namespace outboard::federation;

namespace {

Iri iri(const std::string& text) { return *Iri::parse(text); }

}  // namespace

TEST_CASE("handles are read in every spelling people use") {
    for (const char* text :
         {"acct:ann@A.example",
          "@ann@a.example",
          "ann@a.example",
          " ann@a.example ",
          "ACCT:ann@a.example"}) {
        const auto handle = parse_handle(text);
        CAPTURE(text);
        REQUIRE(handle);
        CHECK(handle->str() == "ann@a.example");
    }
    CHECK(parse_handle("ann@localhost:9101")->domain == "localhost:9101");
    for (const char* text :
         {"ann",
          "@ann",
          "ann@",
          "@@a.example",
          "a b@a.example",
          "ann@a.example/x",
          "ann@a@b.example",
          "an/n@a.example",
          "ann@a_.example\x01",
          "",
          "acct:",
          "ann@[::1",
          "ann@a.example?x"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_handle(text));
    }
}

TEST_CASE("a WebFinger answer is read whatever the order and letter case of its links") {
    const json document{
        {"subject", "acct:Ann@A.Example"},
        {"links",
         {{{"rel", "salmon"}},
          {{"rel", "self"}, {"type", "text/html"}, {"href", "https://a.example/@ann"}},
          {{"rel", "self"},
           {"type", "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""},
           {"href", "https://a.example/users/ann"}},
          {{"rel", "self"},
           {"type", "application/activity+json"},
           {"href", "https://a.example/other"}}}}
    };
    const auto jrd = read_jrd(document);
    REQUIRE(jrd);
    CHECK(jrd->self->str() == "https://a.example/users/ann");
    CHECK(parse_handle(jrd->subject)->domain == "a.example");
    CHECK_FALSE(read_jrd(json::array()));
    CHECK_FALSE(read_jrd(json::object()));
    CHECK_FALSE(
        read_jrd(
            {{"subject", "x"},
             {"links",
              {{{"rel", "self"}, {"type", "application/activity+json"}, {"href", "javascript:1"}}}}}
        )->self
    );
}

TEST_CASE("our WebFinger answer is read back as it was meant") {
    const auto written = write_jrd(
        {"ann", "a.example"},
        iri("https://social.a.example/users/ann"),
        iri("https://social.a.example/@ann"),
        "https://social.a.example/authorize_interaction?uri={uri}"
    );
    const auto jrd = read_jrd(written);
    REQUIRE(jrd);
    CHECK(jrd->subject == "acct:ann@a.example");
    CHECK(jrd->self->str() == "https://social.a.example/users/ann");
    CHECK(jrd->aliases.size() == 2);
    CHECK(written["links"].size() == 3);
}

TEST_CASE("host-meta gives its template without an XML parser, and only for its own host") {
    const auto ours = write_host_meta("https://a.example");
    CHECK(
        host_meta_template(ours, "a.example") ==
        "https://a.example/.well-known/webfinger?resource={uri}"
    );
    CHECK_FALSE(host_meta_template(ours, "b.example"));
    const auto xrd = [](const std::string& link) {
        return "<?xml version='1.0'?><XRD>" + link + "</XRD>";
    };
    CHECK(
        host_meta_template(
            xrd("<Link\n template='https://a.example/wf?a=1&amp;q={uri}' rel=\"lrdd\" />"),
            "a.example"
        ) == "https://a.example/wf?a=1&q={uri}"
    );
    CHECK(host_meta_template(
        R"({"links":[{"rel":"lrdd","template":"https://a.example/wf?q={uri}"}]})", "a.example"
    ));
    const std::vector<std::string> refused = {
        xrd("<Link rel='lrdd' template='https://a.example/wf?q=x'/>"),
        xrd("<Link rel='lrdd' template='https://a.example/&#x7b;uri}{uri}'/>"),
        xrd("<Link rel='other' template='https://a.example/{uri}'/>"),
        xrd("<Link rel='lrdd' template='https://a.example/{uri}'"),
        xrd("<Link rel='lrdd' template=https://a.example/{uri}/>"),
        xrd("<Link rel='lrdd' template='javascript:{uri}'/>"),
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><XRD><Link rel='lrdd' "
        "template='https://a.example/{uri}'/></XRD>",
        "<XRD><!-- <Link rel='lrdd' template='https://a.example/{uri}'/> --></XRD>",
        R"({"links":[{"rel":"lrdd","template":"https://b.example/{uri}"}]})",
        R"({"links":5})",
        "{",
        "",
        std::string(1024 * 1024, '<'),
        "\xFF<Link rel='lrdd' template='https://a.example/{uri}'/>"
    };
    for (const auto& text : refused) {
        CAPTURE(text.substr(0, 100));
        CHECK_FALSE(host_meta_template(text, "a.example"));
    }
}

TEST_CASE("NodeInfo is written in both versions and read back") {
    NodeInfo info{.software_name = "outboard", .software_version = "1.0"};
    info.users_total = 3;
    info.local_posts = 7;
    info.node_name = "A";
    info.repository = "https://code.example/outboard";
    const auto old = write_nodeinfo(info, "2.0");
    CHECK(old["version"] == "2.0");
    CHECK_FALSE(old["software"].contains("repository"));
    const auto now = write_nodeinfo(info, "2.1");
    CHECK(now["software"]["repository"] == "https://code.example/outboard");
    for (const char* property :
         {"version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"
         }) {
        CHECK(now.contains(property));
    }
    const auto read = read_nodeinfo(now);
    REQUIRE(read);
    CHECK(read->software_name == "outboard");
    CHECK(read->users_total == 3);
    CHECK(read->local_posts == 7);
    CHECK(read->node_name == "A");
    CHECK_FALSE(read->users_active_month);
}

TEST_CASE("hidden numbers stay an empty object, never false ones") {
    const auto written =
        write_nodeinfo({.software_name = "outboard", .software_version = "1"}, "2.1");
    CHECK(written["usage"]["users"] == json::object());
    CHECK_FALSE(written["usage"].contains("localPosts"));
}

TEST_CASE("the newest NodeInfo of the same origin is picked, in either order") {
    const auto link = [](const std::string& version, const std::string& href) {
        return json{
            {"rel", "http://nodeinfo.diaspora.software/ns/schema/" + version}, {"href", href}
        };
    };
    const std::string origin = "https://a.example";
    const json both{
        {"links",
         {link("2.1", origin + "/21"), link("2.0", origin + "/20"), link("1.0", origin + "/10")}}
    };
    CHECK(pick_nodeinfo(both, origin) == origin + "/21");
    const json reversed{{"links", {link("2.0", origin + "/20"), link("2.1", origin + "/21")}}};
    CHECK(pick_nodeinfo(reversed, origin) == origin + "/21");
    CHECK_FALSE(pick_nodeinfo({{"links", {link("1.0", origin + "/10")}}}, origin));
    CHECK_FALSE(pick_nodeinfo({{"links", {link("2.0", "http://127.0.0.1/20")}}}, origin));
    CHECK_FALSE(pick_nodeinfo(json::object(), origin));
    CHECK(pick_nodeinfo(write_nodeinfo_discovery(origin), origin) == origin + "/nodeinfo/2.1");
}
