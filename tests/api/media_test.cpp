// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <utime.h>

#include <filesystem>

#include "src/api/mastodon/media.hpp"
#include "src/api/media.hpp"
#include "src/jobs/handlers.hpp"
#include "src/services/local_accounts.hpp"
#include "src/store/media.hpp"
#include "tests/api/check.hpp"
#include "tests/support/pictures.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// A node that takes pictures, serves them, and does its jobs when told.
struct World {
    TestNode node{{.routes = api::media_routes}};
    jobs::Runner runner{node.app()};
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");

    World() { jobs::register_handlers(runner); }

    Reply send(
        const std::string& target,
        const std::string& token,
        const Form& form,
        const std::string& method = "POST"
    ) {
        http::Request request;
        request.method = method;
        request.target = target;
        request.peer = "192.0.2.7";
        request.fields = {{"Content-Type", form.content_type}};
        if (!token.empty()) request.fields.push_back({"Authorization", "Bearer " + token});
        request.body = form.body;
        return node.send(request);
    }
    Reply upload(
        const Actor& who, const std::vector<std::pair<std::string, std::string>>& fields = {}
    ) {
        auto reply = send("/api/v2/media", who.token, upload_form(picture("png", 40, 30), fields));
        REQUIRE(reply.status == 200);
        return reply;
    }
    std::string id(const Actor& who) { return upload(who).json["id"]; }
    Reply post(const Actor& who, const json& media, const std::string& visibility = "public") {
        node.clock.advance(std::chrono::seconds(1));
        return node.post(
            "/api/v1/statuses",
            who.token,
            {{"status", "See"}, {"media_ids", media}, {"visibility", visibility}}
        );
    }
    Reply fetch(const json& url) {
        const auto text = url.get<std::string>();
        return node.get(text.substr(std::string("https://home.example").size()));
    }
    std::size_t files() const {
        std::size_t count = 0;
        std::error_code gone;
        for (const auto& entry : fs::recursive_directory_iterator(node.media_folder(), gone))
            count += entry.is_regular_file() ? 1 : 0;
        return count;
    }
    void work() {
        while (runner.step() == std::chrono::milliseconds(0)) {
        }
    }
};

TEST_CASE("an upload is shown at once with sizes, blurhash and addresses that work") {
    World world;
    for (const auto* target : {"/api/v2/media", "/api/v1/media"}) {
        CAPTURE(target);
        const auto reply = world.send(
            target,
            world.ana.token,
            upload_form(
                picture("jpeg", 1000, 500), {{"description", "Two colours"}, {"focus", "-0.5,0.25"}}
            )
        );
        check_entity(reply, "media_attachment");
        const auto& media = reply.json;
        CHECK(media["type"] == "image");
        CHECK(media["description"] == "Two colours");
        CHECK(
            media["meta"]["original"] ==
            json{{"width", 1000}, {"height", 500}, {"size", "1000x500"}, {"aspect", 2.0}}
        );
        CHECK(media["meta"]["small"]["width"] == 640);
        CHECK(media["meta"]["focus"] == json{{"x", -0.5}, {"y", 0.25}});
        CHECK(media["blurhash"].get<std::string>().size() == 28);
        CHECK(media["remote_url"] == nullptr);
        const auto again =
            world.node.get("/api/v1/media/" + media["id"].get<std::string>(), world.ana.token);
        check_entity(again, "media_attachment");
        CHECK(again.json["url"].is_string());
        for (const auto* part : {"url", "preview_url"}) {
            const auto file = world.fetch(media[part]);
            REQUIRE(file.status == 200);
            CHECK(file.header("Content-Type") == "image/jpeg");
            CHECK(see(file.body).frames == 1);
        }
    }
}

TEST_CASE("a file without name or type is known by its bytes") {
    World world;
    const auto reply = world.send(
        "/api/v2/media", world.ana.token, upload_form(picture("gif"), {}, "file", /*file_name=*/"")
    );
    check_entity(reply, "media_attachment");
    CHECK(reply.json["url"].get<std::string>().find("/original.gif") != std::string::npos);
}

TEST_CASE("uploads need a login with the scope, a file, and a picture") {
    World world;
    const auto form = upload_form(picture("png"));
    const auto reading = world.node.token(world.ana.id, "read write:statuses");
    const auto app = world.node.token(std::nullopt, "read write");
    check_error(world.send("/api/v2/media", "", form), 401);
    check_error(world.send("/api/v2/media", reading, form), 403);
    check_error(world.send("/api/v2/media", app, form), 422);
    const auto refused = [&](const Form& bad, int status) {
        check_error(world.send("/api/v2/media", world.ana.token, bad), status);
    };
    refused(upload_form("not a picture"), 422);
    refused(upload_form("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), 422);
    refused(upload_form(saved_as("tif")), 422);
    refused(upload_form(bomb_png(60'000, 60'000)), 422);
    refused(upload_form(""), 422);
    refused(upload_form(picture("png"), {}, "picture"), 422);  // no part is named file
    refused(upload_form(picture("png"), {{"description", std::string(1501, 'a')}}), 422);
    refused(upload_form(std::string(limits::kMediaFile + 1, 'x')), 413);
    CHECK(world.files() == 0);
}

TEST_CASE("a day's share of uploads ends") {
    World world;
    REQUIRE(world.node.db().write([&](store::Writer& tx) {
        for (int i = 0; i < limits::kMediaPerDay; ++i)
            store::media::add_to_quota(tx, world.ana.id, 1000);
    }));
    const auto form = upload_form(picture("png"));
    check_error(world.send("/api/v2/media", world.ana.token, form), 429);
    CHECK(world.send("/api/v2/media", world.bob.token, form).status == 200);
    world.node.clock.advance(std::chrono::hours(24));
    CHECK(world.send("/api/v2/media", world.ana.token, form).status == 200);
}

TEST_CASE("what is said of an upload changes until it is posted") {
    World world;
    const auto path = "/api/v1/media/" + world.id(world.ana);
    const auto put = [&](const Actor& who, const json& body) {
        return world.node.call("PUT", path, who.token, body);
    };
    check_entity(
        put(world.ana, {{"description", "A pump"}, {"focus", "0.1,-2"}}), "media_attachment"
    );
    auto shown = world.node.get(path, world.ana.token);
    CHECK(shown.json["description"] == "A pump");
    CHECK(shown.json["meta"]["focus"] == json{{"x", 0.1}, {"y", -1.0}});
    put(world.ana, {{"focus", "nowhere"}});
    shown = world.node.get(path, world.ana.token);
    CHECK(shown.json["description"] == "A pump");  // what is not named stays
    CHECK(shown.json["meta"]["focus"]["x"] == 0.1);
    check_error(put(world.ana, {{"description", std::string(1501, 'a')}}), 422);
    for (const auto* method : {"GET", "PUT", "DELETE"}) {
        check_error(world.node.call(method, path, world.bob.token), 404, "Record not found");
        check_error(
            world.node.call(method, "/api/v1/media/1", world.ana.token), 404, "Record not found"
        );
    }
}

TEST_CASE("a post carries its pictures, here and to other nodes") {
    World world;
    const auto first =
        world.upload(world.ana, {{"description", "A pump"}, {"focus", "0.5,0.5"}}).json;
    const auto second = world.id(world.ana);
    const auto reply = world.post(world.ana, {first["id"], second});
    check_entity(reply, "status");
    const auto& shown = reply.json["media_attachments"];
    REQUIRE(shown.size() == 2);
    CHECK(shown[0]["id"] == first["id"]);
    CHECK(shown[0]["description"] == "A pump");
    const auto url = shown[0]["url"].get<std::string>();
    CHECK(url.find('?') == std::string::npos);
    const auto sent = world.node.sent();
    REQUIRE(sent.size() == 1);
    const auto& attached = sent[0]["object"]["attachment"];
    REQUIRE(attached.size() == 2);
    CHECK(attached[0]["type"] == "Document");
    CHECK(attached[0]["mediaType"] == "image/png");
    CHECK(attached[0]["url"] == url);
    CHECK(attached[0]["name"] == "A pump");
    CHECK(attached[0]["width"] == 40);
    CHECK(attached[0]["height"] == 30);
    CHECK(attached[0]["blurhash"] == first["blurhash"]);
    CHECK(attached[0]["focalPoint"] == json::array({0.5, 0.5}));
    const auto only =
        world.node.get("/api/v1/accounts/" + world.ana.id.str() + "/statuses?only_media=1");
    CHECK(only.json.size() == 1);
    // Used now: changed by an edit of the post, and not deleted alone.
    const auto path = "/api/v1/media/" + second;
    CHECK(world.node.get(path, world.ana.token).status == 200);
    check_error(world.node.call("PUT", path, world.ana.token, {{"description", "x"}}), 422);
    check_error(world.node.call("DELETE", path, world.ana.token), 422);
}

TEST_CASE("a picture needs no words beside it, and words are enough without one") {
    World world;
    const auto reply = world.node.post(
        "/api/v1/statuses", world.ana.token, {{"media_ids", {world.id(world.ana)}}}
    );
    check_entity(reply, "status");
    CHECK(reply.json["media_attachments"].size() == 1);
    check_error(
        world.node.post("/api/v1/statuses", world.ana.token, {{"media_ids", json::array()}}), 422
    );
    // An empty one is as good as none.
    const json empty = {{"status", "Words"}, {"media_ids", {""}}};
    CHECK(world.node.post("/api/v1/statuses", world.ana.token, empty).status == 200);
}

TEST_CASE("only own pictures that no other post has can be attached, and four at most") {
    World world;
    const auto own = world.id(world.ana);
    const auto theirs = world.id(world.bob);
    check_error(world.post(world.ana, {theirs}), 422);
    check_error(world.post(world.ana, {own, theirs}), 422);
    check_error(world.post(world.ana, {"12"}), 422);
    check_error(world.post(world.ana, {"nine"}), 422);
    check_error(world.post(world.ana, {"1", "2", "3", "4", "5"}), 422);
    CHECK(world.post(world.ana, {own, own}).json["media_attachments"].size() == 1);
    check_error(world.post(world.ana, {own}), 422);
    CHECK(world.node.sent().size() == 1);
    json four = json::array();
    for (int i = 0; i < 4; ++i) four.push_back(world.id(world.ana));
    CHECK(world.post(world.ana, four).json["media_attachments"].size() == 4);
}

TEST_CASE("an edit changes what is attached and what is said of it, and tells other nodes") {
    World world;
    const auto kept = world.id(world.ana), gone = world.id(world.ana), fresh = world.id(world.ana);
    const auto status = world.post(world.ana, {kept, gone}).json;
    const auto gone_url = status["media_attachments"][1]["url"];
    world.node.clock.advance(std::chrono::seconds(5));
    const auto path = "/api/v1/statuses/" + status["id"].get<std::string>();
    const auto edited = world.node.call(
        "PUT",
        path,
        world.ana.token,
        {{"status", "See"},
         {"media_ids", {fresh, kept}},
         {"media_attributes", {{{"id", kept}, {"description", "A valve"}, {"focus", "1,1"}}}}}
    );
    check_entity(edited, "status");
    const auto& shown = edited.json["media_attachments"];
    REQUIRE(shown.size() == 2);
    CHECK(shown[0]["id"] == fresh);
    CHECK(shown[1]["id"] == kept);
    CHECK(shown[1]["description"] == "A valve");
    CHECK(edited.json["edited_at"].is_string());
    const auto sent = world.node.sent();
    REQUIRE(sent.size() == 2);
    CHECK(sent[1]["type"] == "Update");
    CHECK(sent[1]["object"]["attachment"][1]["name"] == "A valve");
    CHECK(world.fetch(gone_url).status == 404);
    // The same again is no edit.
    world.node.call(
        "PUT", path, world.ana.token, {{"status", "See"}, {"media_ids", {fresh, kept}}}
    );
    CHECK(world.node.sent().size() == 2);
    // Without ids, nothing stays attached.
    const auto bare = world.node.call("PUT", path, world.ana.token, {{"status", "See"}});
    CHECK(bare.json["media_attachments"].empty());
    check_error(world.node.call("PUT", path, world.ana.token, {{"status", ""}}), 422);
}

TEST_CASE("files come with what keeps a browser from seeing more in them than pictures") {
    World world;
    const auto status = world.post(world.ana, {world.id(world.ana)}).json;
    const auto url = status["media_attachments"][0]["url"];
    const auto file = world.fetch(url);
    REQUIRE(file.status == 200);
    CHECK(file.header("Content-Type") == "image/png");
    CHECK(file.header("X-Content-Type-Options") == "nosniff");
    CHECK(file.header("Content-Security-Policy") == "default-src 'none'; sandbox");
    CHECK(file.header("Cache-Control").find("immutable") != std::string::npos);
    CHECK(file.header("Access-Control-Allow-Origin") == "*");
    const auto text = url.get<std::string>();
    const auto path = text.substr(std::string("https://home.example").size());
    const auto cached =
        world.node.call("GET", path, "", nullptr, {{"If-None-Match", file.header("ETag")}});
    CHECK(cached.status == 304);
    const auto folder = path.substr(0, path.rfind('/') + 1);
    for (const std::string name :
         {"original.jpg", "original", "small.png", "..%2f..%2foutboard.db", "%00", "original.png%00"
         }) {
        CAPTURE(name);
        CHECK(world.node.get(folder + name).status == 404);
    }
    CHECK(world.node.get("/media/00000000000000000000000000000000/original.png").status == 404);
    CHECK(world.node.call("POST", path).status == 405);
}

TEST_CASE("what not everybody may see is reached by a link that ends") {
    World world;
    for (const auto* visibility : {"private", "direct"}) {
        CAPTURE(visibility);
        const auto status = world.post(world.ana, {world.id(world.ana)}, visibility).json;
        const auto link = status["media_attachments"][0]["url"].get<std::string>();
        REQUIRE(link.find("?expires=") != std::string::npos);
        const auto file = world.fetch(link);
        CHECK(file.status == 200);
        CHECK(file.header("Cache-Control").starts_with("private"));
        CHECK(world.fetch(link.substr(0, link.find('?'))).status == 404);
        auto altered = link;
        altered.back() = altered.back() == 'A' ? 'B' : 'A';
        CHECK(world.fetch(altered).status == 404);
        auto later = link;
        later[later.find("expires=") + 8] = '9';
        CHECK(world.fetch(later).status == 404);
        world.node.clock.advance(std::chrono::minutes(16));
        CHECK(world.fetch(link).status == 404);
        // Shown again, it is a new one; what other nodes got works while its delivery is tried.
        const auto again =
            world.node.get("/api/v1/statuses/" + status["id"].get<std::string>(), world.ana.token);
        CHECK(world.fetch(again.json["media_attachments"][0]["url"]).status == 200);
        CHECK(
            world.fetch(world.node.sent().back()["object"]["attachment"][0]["url"]).status == 200
        );
    }
}

TEST_CASE("a picture deleted is gone with its bytes, unless another row has the same") {
    World world;
    const auto first = world.upload(world.ana).json;
    const auto second = world.upload(world.bob).json;  // the same bytes
    CHECK(world.files() == 2);                         // the file and its preview, once
    const auto remove = [&](const json& media, const Actor& who) {
        return world.node.call(
            "DELETE", "/api/v1/media/" + media["id"].get<std::string>(), who.token
        );
    };
    const auto reply = remove(first, world.ana);
    CHECK(reply.status == 200);
    CHECK(reply.json == json::object());
    check_error(remove(first, world.ana), 404);
    CHECK(world.fetch(first["url"]).status == 404);
    world.work();
    CHECK(world.fetch(second["url"]).status == 200);
    CHECK(world.files() == 2);
    CHECK(remove(second, world.bob).status == 200);
    world.work();
    CHECK(world.files() == 0);
}

TEST_CASE("a deleted post's pictures can be posted again, or go at once") {
    World world;
    const auto status = world.post(world.ana, {world.id(world.ana)}).json;
    const auto url = status["media_attachments"][0]["url"];
    const auto path = "/api/v1/statuses/" + status["id"].get<std::string>();
    const auto deleted = world.node.call("DELETE", path, world.ana.token);
    check_entity(deleted, "status");
    REQUIRE(deleted.json["media_attachments"].size() == 1);
    CHECK(world.fetch(url).status == 404);  // for everybody who had it
    world.work();
    const auto again = world.post(world.ana, {deleted.json["media_attachments"][0]["id"]});
    check_entity(again, "status");
    const auto fresh = again.json["media_attachments"][0]["url"];
    CHECK(fresh != url);
    CHECK(world.fetch(fresh).status == 200);
    world.node.call(
        "DELETE",
        "/api/v1/statuses/" + again.json["id"].get<std::string>() + "?delete_media=true",
        world.ana.token
    );
    world.work();
    CHECK(world.files() == 0);
}

TEST_CASE("the sweep takes uploads nobody posted and files without a row, and nothing else") {
    World world;
    const auto status = world.post(world.ana, {world.id(world.ana)}).json;
    const auto waiting =
        world.send("/api/v2/media", world.ana.token, upload_form(picture("jpeg", 90, 60)));
    REQUIRE(waiting.status == 200);
    const auto orphan = [&](const std::string& bytes) {
        const auto pin = world.node.app().media_files.put(bytes);
        REQUIRE(pin.has_value());
    };
    orphan("left by a process that was killed");
    CHECK(world.files() == 5);
    const auto age = [&](std::chrono::hours by) {
        world.node.clock.advance(by);
        // The files' times are the machine's; the node's clock is ours.
        const auto written = to_ms(world.node.clock.now() - by) / 1000;
        for (const auto& entry : fs::recursive_directory_iterator(world.node.media_folder())) {
            if (!entry.is_regular_file()) continue;
            const utimbuf times{.actime = written, .modtime = written};
            REQUIRE(::utime(entry.path().c_str(), &times) == 0);
        }
    };
    age(std::chrono::hours(23));
    REQUIRE(jobs::sweep_media(world.node.app()).has_value());
    world.work();
    CHECK(world.files() == 5);
    age(std::chrono::hours(25));
    REQUIRE(jobs::sweep_media(world.node.app()).has_value());
    world.work();
    CHECK(world.files() == 2);
    CHECK(world.fetch(status["media_attachments"][0]["url"]).status == 200);
    check_error(
        world.node.get("/api/v1/media/" + waiting.json["id"].get<std::string>(), world.ana.token),
        404
    );
}

TEST_CASE("an avatar and a header are made small, shown everywhere, and told to the followers") {
    World world;
    const auto update = [&](const std::string& part, const std::string& file) {
        world.node.clock.advance(std::chrono::seconds(1));
        return world.send(
            "/api/v1/accounts/update_credentials",
            world.ana.token,
            upload_form(file, {{"note", "I mend pumps"}}, part),
            "PATCH"
        );
    };
    const auto reply = update("avatar", picture("jpeg", 900, 600));
    check_entity(reply, "credential_account");
    CHECK(reply.json["source"]["note"] == "I mend pumps");
    const auto avatar = reply.json["avatar"];
    const auto file = world.fetch(avatar);
    REQUIRE(file.status == 200);
    CHECK(see(file.body).width == 400);
    CHECK(see(file.body).height == 400);
    auto sent = world.node.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["type"] == "Update");
    CHECK(sent[0]["object"]["icon"]["url"] == avatar);
    const auto header = update("header", picture("png", 3000, 1000));
    check_entity(header, "credential_account");
    CHECK(header.json["avatar"] == avatar);
    CHECK(see(world.fetch(header.json["header"]).body).width == 1500);
    sent = world.node.sent();
    CHECK(sent.back()["object"]["image"]["url"] == header.json["header"]);
    // A new one takes the place of the old one, bytes and all.
    const auto next = update("avatar", picture("webp", 500, 500));
    CHECK(next.json["avatar"] != avatar);
    world.work();
    CHECK(world.fetch(avatar).status == 404);
    CHECK(world.files() == 2);
    check_error(update("avatar", "no picture"), 422);
    CHECK(
        world.node.get("/api/v1/accounts/verify_credentials", world.ana.token).json["avatar"] ==
        next.json["avatar"]
    );
}

TEST_CASE("a suspended account's pictures are not there, nor a deleted one's") {
    World world;
    const auto status = world.post(world.ana, {world.id(world.ana)}).json;
    const auto url = status["media_attachments"][0]["url"];
    CHECK(world.fetch(url).status == 200);
    world.node.suspend(world.ana.id);
    CHECK(world.fetch(url).status == 404);
    const auto theirs = world.post(world.bob, {world.id(world.bob)}).json;
    REQUIRE(services::delete_local_account(world.node.app(), "bob").has_value());
    CHECK(world.fetch(theirs["media_attachments"][0]["url"]).status == 404);
    CHECK(world.files() == 2);
    world.work();  // at once: not when the posts' rows go
    CHECK(world.fetch(url).status == 404);
    CHECK(world.files() == 2);  // ana's: the same bytes, and she may come back
    REQUIRE(services::delete_local_account(world.node.app(), "ana").has_value());
    world.work();
    CHECK(world.files() == 0);
}

TEST_CASE("the node says what it takes") {
    World world;
    const auto told = world.node.get("/api/v2/instance").json["configuration"];
    CHECK(told["statuses"]["max_media_attachments"] == 4);
    CHECK(told["media_attachments"]["image_size_limit"] == 16 * 1024 * 1024);
    CHECK(told["media_attachments"]["image_matrix_limit"] == 40'000'000);
    CHECK(
        told["media_attachments"]["supported_mime_types"] ==
        json::array({"image/jpeg", "image/png", "image/webp", "image/gif"})
    );
}

TEST_CASE("a focus is two numbers from -1 to 1, or nothing") {
    const auto focus = [](const std::string& text) {
        return api::mastodon::read_details(std::nullopt, text).focus;
    };
    CHECK(focus("0.25,-0.75") == std::array{0.25, -0.75});
    CHECK(focus(" 1 , -1 ") == std::array{1.0, -1.0});
    CHECK(focus("5,-5") == std::array{1.0, -1.0});
    for (const auto* text : {"", ",", "1", "1,", "a,b", "nan,0", "inf,0", "1,2,3", "1;2"}) {
        CAPTURE(text);
        CHECK_FALSE(focus(text).has_value());
    }
}

}  // namespace
}  // namespace outboard::tests
