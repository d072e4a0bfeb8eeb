// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "src/base/worker_pool.hpp"
#include "src/media/client.hpp"
#include "tests/store/support.hpp"
#include "tests/support/pictures.hpp"

// These run the built outboard-media, sandbox and all.

namespace outboard::media {
namespace {

using namespace outboard::tests;
using namespace std::chrono_literals;

constexpr Job kUpload{.longest_side = 3840, .preview_side = 640};

Result<Made> make(const std::string& file, const Job& job = kUpload) {
    return run_job(OUTBOARD_MEDIA_PROGRAM, file, job);
}

std::string refusal(const std::string& file) {
    const auto made = make(file);
    if (made) return "taken";
    CHECK(made.error().code == Code::Invalid);
    return made.error().shown;
}

/// Red, within what a lossy format may change.
bool is_red(const std::vector<int>& colour) {
    return colour[0] > 200 && colour[1] < 60 && colour[2] < 60;
}
bool is_blue(const std::vector<int>& colour) {
    return colour[0] < 60 && colour[1] < 60 && colour[2] > 200;
}

TEST_CASE("each of the four formats is made anew in its own format, with preview and blurhash") {
    for (const std::string type : {"jpeg", "png", "webp", "gif"}) {
        CAPTURE(type);
        const auto file = picture(type, 800, 600);
        const auto made = make(file);
        REQUIRE(made.has_value());
        CHECK(made->picture.media_type == "image/" + type);
        CHECK(made->picture.width == 800);
        CHECK(made->picture.height == 600);
        const auto seen = see(made->picture.bytes);
        CHECK(is_red(seen.top_left));
        CHECK(is_blue(seen.top_right));
        REQUIRE(made->preview.has_value());
        CHECK(made->preview->width == 640);
        CHECK(made->preview->height == 480);
        CHECK(see(made->preview->bytes).width == 640);
        CHECK(made->blurhash.size() == 28);
    }
}

TEST_CASE("a photo loses where and by whom it was taken, and stands upright") {
    const auto file = jpeg_with_exif(60, 40);
    REQUIRE(see(file).has_field("GPSLatitude"));  // so that its absence below says something
    REQUIRE(file.find("Ana Example") != std::string::npos);
    const auto made = make(file);
    REQUIRE(made.has_value());
    CHECK(made->picture.width == 40);
    CHECK(made->picture.height == 60);
    for (const auto& bytes : {made->picture.bytes, made->preview->bytes}) {
        const auto seen = see(bytes);
        CHECK_FALSE(seen.has_field("exif"));
        CHECK(bytes.find("Exif") == std::string::npos);
        CHECK(bytes.find("Ana Example") == std::string::npos);
        CHECK(is_red(seen.top_left));  // was the left edge, which the turn brings up
        CHECK(is_blue(seen.bottom_left));
    }
}

TEST_CASE("colours are what they were, with a profile or without, and none is left behind") {
    const auto near = [](const std::vector<int>& colour, const std::vector<int>& wanted) {
        for (std::size_t i = 0; i < 3; ++i) {
            if (std::abs(colour[i] - wanted[i]) > 6) return false;
        }
        return true;
    };
    const auto plain = see(make(picture("png"))->picture.bytes);
    CHECK(plain.top_left == std::vector{250, 0, 0});
    CHECK(plain.top_right == std::vector{0, 0, 250});
    for (const std::string profile : {"srgb", "p3"}) {
        CAPTURE(profile);
        const auto file = jpeg_with_profile(profile);
        REQUIRE(see(file).has_field("icc"));
        const auto made = make(file);
        REQUIRE(made.has_value());
        const auto seen = see(made->picture.bytes);
        CHECK_FALSE(seen.has_field("icc"));
        CHECK(near(seen.top_left, {250, 0, 0}));
        CHECK(near(seen.top_right, {0, 0, 250}));
    }
    const auto inks = make(jpeg_with_profile("cmyk"));
    REQUIRE(inks.has_value());
    const auto seen = see(inks->picture.bytes);
    CHECK(seen.top_left[0] > 180);  // inks are duller
    CHECK(seen.top_left[2] < 90);
}

TEST_CASE("animations keep their frames and times; the preview and an avatar stand still") {
    for (const std::string type : {"gif", "webp"}) {
        CAPTURE(type);
        const auto file = animation(type, 5);
        REQUIRE(see(file).frames == 5);
        const auto made = make(file);
        REQUIRE(made.has_value());
        const auto seen = see(made->picture.bytes);
        CHECK(seen.frames == 5);
        CHECK(seen.delays == std::vector<int>(5, 100));
        CHECK(made->picture.height == 24);
        CHECK(see(made->preview->bytes).frames == 1);
        const auto avatar = make(file, {.longest_side = 16, .animated = false, .square = true});
        REQUIRE(avatar.has_value());
        CHECK(see(avatar->picture.bytes).frames == 1);
        CHECK(avatar->picture.width == 16);
        CHECK(avatar->picture.height == 16);
        CHECK_FALSE(avatar->preview.has_value());
    }
}

TEST_CASE("larger pictures are scaled down and keep their shape") {
    const auto made = make(picture("jpeg", 5000, 1000));
    REQUIRE(made.has_value());
    CHECK(made->picture.width == 3840);
    CHECK(made->picture.height == 768);
}

TEST_CASE("what is too much is refused by its header") {
    CHECK(refusal(bomb_png(60'000, 60'000)).find("40 megapixels") != std::string::npos);
    CHECK(refusal(bomb_png(8'000, 5'001)).find("40 megapixels") != std::string::npos);
    CHECK(refusal(animation("gif", 301, 4, 4)).find("at most 300 frames") != std::string::npos);
}

TEST_CASE("what is damaged or of another kind is refused with words for a person") {
    const std::string damaged = "The picture cannot be read: it is damaged or cut short.";
    const std::string other = "The file is no JPEG, PNG, WebP or GIF picture.";
    for (const std::string type : {"jpeg", "png", "webp"}) {
        CAPTURE(type);
        const auto file = picture(type, 400, 300);
        CHECK(refusal(file.substr(0, file.size() / 2)) == damaged);
    }
    CHECK(refusal(bomb_png(100, 100)) == damaged);
    CHECK(refusal("") == other);
    CHECK(refusal("hello") == other);
    CHECK(refusal("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>") == other);
    CHECK(refusal("%PDF-1.7\n") == other);
    CHECK(refusal(saved_as("tif")) == other);
    CHECK(refusal("RIFF\x10\0\0\0AVI LIST") == other);
    CHECK(refusal("GIF87a; alert(1)") != "taken");
}

TEST_CASE("what hangs behind a picture is not there afterwards") {
    const std::string script = "<script>alert(document.domain)</script>";
    for (const std::string type : {"gif", "png", "jpeg"}) {
        CAPTURE(type);
        const auto made = make(picture(type) + script);
        REQUIRE(made.has_value());
        CHECK(made->picture.bytes.find("script") == std::string::npos);
    }
}

TEST_CASE("no damage of a file ends anything but its own job") {
    const auto file = picture("png", 40, 30);
    unsigned state = 7;
    for (int round = 0; round < 20; ++round) {
        auto broken = file;
        for (int i = 0; i < 6; ++i) {
            state = state * 1664525 + 1013904223;
            broken[8 + (state >> 8) % (broken.size() - 8)] = static_cast<char>(state >> 20);
        }
        const auto made = make(broken);
        if (!made) CHECK(made.error().code == Code::Invalid);
    }
}

/// A program that plays outboard-media.
std::filesystem::path script(const TempFolder& folder, const std::string& text) {
    const auto path = folder / "helper";
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
}

TEST_CASE("a helper that hangs, floods, dies or is not there fails its job and nothing else") {
    TempFolder folder;
    const auto file = picture("png");
    const auto run = [&](const std::filesystem::path& program) {
        return run_job(program, file, kUpload, 500ms);
    };
    CHECK(run(script(folder, "exec sleep 60")).error().code == Code::Invalid);
    CHECK(run(script(folder, "exec cat /dev/zero")).error().code == Code::Invalid);
    CHECK(run(script(folder, "kill -9 $$")).error().code == Code::Invalid);
    CHECK(run(script(folder, "echo nonsense")).error().code == Code::Invalid);
    CHECK(run(folder / "absent").error().code == Code::Unavailable);
}

TEST_CASE("the helper is shut in before it reads a byte from outside") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    MESSAGE("skipped: sanitizers need what is shut");
#else
    std::array<int, 2> in{};
    REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::array<char*, 1> nothing = {nullptr};
    pid_t id = 0;
    REQUIRE(
        ::posix_spawn(
            &id, OUTBOARD_MEDIA_PROGRAM, &files, nullptr, nothing.data(), nothing.data()
        ) == 0
    );
    posix_spawn_file_actions_destroy(&files);
    const auto says = [&](const std::string& wanted) {
        std::ifstream status("/proc/" + std::to_string(id) + "/status");
        for (std::string line; std::getline(status, line);) {
            if (line == wanted) return true;
        }
        return false;
    };
    // It waits for its job, so it has done all that comes before.
    const auto begin = std::chrono::steady_clock::now();
    while (!says("Seccomp:\t2") && std::chrono::steady_clock::now() - begin < 20s) {
        std::this_thread::sleep_for(10ms);
    }
    CHECK(says("Seccomp:\t2"));
    CHECK(says("NoNewPrivs:\t1"));
    ::close(in[0]);
    ::close(in[1]);
    int status = 0;
    CHECK(::waitpid(id, &status, 0) == id);
    CHECK(WIFEXITED(status));
#endif
}

TEST_CASE("a job is ended when the node stops") {
    TempFolder folder;
    WorkerPool pool(WorkerSettings{.least = 1, .most = 1, .queue = 8});
    Workshop workshop(script(folder, "exec sleep 60"), pool);
    std::atomic<int> ended{0};
    for (int i = 0; i < 3; ++i) {
        workshop.make(picture("png"), kUpload, [&](const Result<Made>& made) {
            if (!made && made.error().code == Code::Unavailable) ++ended;
        });
    }
    const auto begin = std::chrono::steady_clock::now();
    workshop.stop();
    while (ended < 3 && std::chrono::steady_clock::now() - begin < 20s) {
        std::this_thread::sleep_for(10ms);
    }
    CHECK(ended == 3);
}

TEST_CASE("the helper gets nothing of ours") {
    TempFolder folder;
    ::setenv("OUTBOARD_SECRET", "s", 1);
    const std::ifstream held(OUTBOARD_MEDIA_PROGRAM);  // a descriptor that must not go along
    const auto seen = folder / "seen";
    const auto made = run_job(
        script(folder, "{ env; ls /proc/self/fd; pwd; } > " + seen.string()),
        picture("png"),
        kUpload,
        5s
    );
    CHECK_FALSE(made.has_value());
    std::ifstream in(seen);
    std::string line;
    int descriptors = 0;
    bool in_root = false;
    while (std::getline(in, line)) {
        CHECK(line.find("SECRET") == std::string::npos);
        if (line.find_first_not_of("0123456789") == std::string::npos) ++descriptors;
        in_root = in_root || line == "/";
    }
    CHECK(descriptors <= 4);  // 0, 1, 2 and the listing's own
    CHECK(in_root);
}

TEST_CASE("the workshop calls back once, also when no more work can wait") {
    std::atomic<int> called{0}, busy{0};
    {
        WorkerPool pool(WorkerSettings{.least = 1, .most = 1, .queue = 1});
        Workshop workshop(OUTBOARD_MEDIA_PROGRAM, pool);
        for (int i = 0; i < 6; ++i) {
            workshop.make(picture("png"), kUpload, [&](const Result<Made>& made) {
                ++called;
                if (!made && made.error().code == Code::Unavailable) ++busy;
            });
        }
    }
    CHECK(called == 6);
    CHECK(busy >= 3);  // one runs and one waits; the pool may take another in between
}

}  // namespace
}  // namespace outboard::media
