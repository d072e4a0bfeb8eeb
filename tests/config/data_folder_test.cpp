// SPDX-License-Identifier: Apache-2.0
#include "src/config/data_folder.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "tests/config/support.hpp"

using namespace outboard;
using tests::TempFolder;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
    struct stat facts{};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    return facts.st_mode & 0777U;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("a data folder is made for its owner only, and once") {
    const TempFolder temp;
    const config::DataFolder folder(temp.path() / "a" / "b");
    CHECK_FALSE(folder.is_initialized());
    REQUIRE(folder.create());
    CHECK(mode_of(folder.root()) == 0700);
    REQUIRE(folder.create());  // nothing is in it yet
    REQUIRE(config::write_private_file(folder.settings_file(), "domain = \"x.example\"\n"));
    CHECK(folder.is_initialized());
    const auto again = folder.create();
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::Conflict);
    CHECK(again.error().shown.find(folder.root().string()) != std::string::npos);
}

TEST_CASE("a folder that cannot be made is named") {
    const TempFolder temp;
    temp.write("file", "x");
    const auto made = config::DataFolder(temp.path() / "file" / "data").create();
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Code::Unavailable);
    CHECK(made.error().shown.find((temp.path() / "file").string()) != std::string::npos);
}

TEST_CASE("a private file is whole, 0600, and replaces an older one") {
    const TempFolder temp;
    const auto file = temp.write("keys", "older and longer");
    ::chmod(file.c_str(), 0644);
    REQUIRE(config::write_private_file(file, std::string("a\0b", 3)));
    CHECK(text_of(file) == std::string("a\0b", 3));
    CHECK(mode_of(file) == 0600);
    const auto refused = config::write_private_file(temp.path() / "no" / "file", "x");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().shown.find("cannot be written") != std::string::npos);
}

TEST_CASE("the node key is 32 bytes that nobody else may read") {
    const TempFolder temp;
    const auto file = temp.path() / "keys";
    CHECK(
        config::read_node_key(file).error().shown.find("restore it from a backup") !=
        std::string::npos
    );
    const std::string key(32, '\x07');
    REQUIRE(config::write_private_file(file, key));
    CHECK(*config::read_node_key(file) == key);
    for (const mode_t mode : {0640, 0604, 0620, 0602, 0601}) {
        ::chmod(file.c_str(), mode);
        const auto read = config::read_node_key(file);
        REQUIRE_FALSE(read);
        CHECK(read.error().shown.find("chmod 600 " + file.string()) != std::string::npos);
    }
    for (const std::size_t size : {0, 31, 33}) {
        REQUIRE(config::write_private_file(file, std::string(size, 'k')));
        CHECK(config::read_node_key(file).error().shown.find("32 bytes") != std::string::npos);
    }
}

TEST_CASE("the lock has one holder, and goes with it") {
    const TempFolder temp;
    const auto file = temp.path() / "lock";
    std::optional<config::FolderLock> held(std::move(*config::FolderLock::take(file)));
    auto second = config::FolderLock::take(file);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::Conflict);
    held.reset();
    CHECK(config::FolderLock::take(file));
}

TEST_CASE("the lock is free when its holder was killed") {
    const TempFolder temp;
    const auto file = temp.path() / "lock";
    int ready[2] = {};
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto lock = config::FolderLock::take(file);
        const char told = lock ? 'y' : 'n';
        if (::write(ready[1], &told, 1) != 1) ::_exit(1);
        ::pause();
        ::_exit(0);
    }
    char told = 0;
    REQUIRE(::read(ready[0], &told, 1) == 1);
    CHECK(told == 'y');
    CHECK_FALSE(config::FolderLock::take(file));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(config::FolderLock::take(file));
    ::close(ready[0]);
    ::close(ready[1]);
}
