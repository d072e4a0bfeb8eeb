// SPDX-License-Identifier: Apache-2.0
#include "src/media/files.hpp"

#include <doctest/doctest.h>
#include <utime.h>

#include <fstream>

#include "federation/base/bytes.hpp"
#include "tests/store/support.hpp"

namespace outboard::media {
namespace {

using outboard::tests::TempFolder;
namespace fs = std::filesystem;

fs::path path_of(const fs::path& root, const std::string& hash) {
    const auto name = to_hex(hash);
    return root / name.substr(0, 2) / name.substr(2);
}

std::size_t count_files(const fs::path& root) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        count += entry.is_regular_file();
    return count;
}

const auto nobody = [] { return false; };
const auto somebody = [] { return true; };

TEST_CASE("a file is named by its content, kept once, and for its owner alone") {
    TempFolder folder;
    Files files(folder / "media");
    const auto pin = files.put("pixels");
    REQUIRE(pin.has_value());
    CHECK(pin->hash() == sha256("pixels"));
    const auto again = files.put("pixels");
    REQUIRE(again.has_value());
    CHECK(count_files(folder.path()) == 1);
    CHECK(files.read(pin->hash()).value() == "pixels");
    const auto path = path_of(folder / "media", pin->hash());
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(files.read(sha256("others")).error().code == Code::NotFound);
}

TEST_CASE("what is pinned or needed stays, and what neither is goes, once and again") {
    TempFolder folder;
    Files files(folder / "media");
    std::string hash;
    {
        const auto pin = files.put("pixels");
        hash = pin->hash();
        CHECK(files.remove(hash, nobody) == Files::Removal::Pinned);
    }
    CHECK(files.remove(hash, somebody) == Files::Removal::Needed);
    CHECK(files.read(hash).has_value());
    CHECK(files.remove(hash, nobody) == Files::Removal::Removed);
    CHECK(files.read(hash).error().code == Code::NotFound);
    CHECK(files.remove(hash, nobody) == Files::Removal::Removed);
    CHECK(count_files(folder.path()) == 0);
}

TEST_CASE("a damaged file is told from a good one when it is read") {
    TempFolder folder;
    Files files(folder / "media");
    const auto pin = files.put("pixels");
    std::ofstream(path_of(folder / "media", pin->hash()), std::ios::binary) << "pixelz";
    CHECK(files.read(pin->hash()).error().code == Code::Internal);
}

TEST_CASE("the sweep names files by age and removes what a writer left unfinished") {
    TempFolder folder;
    Files files(folder / "media");
    CHECK(files.list_older_than(Instant::max()).empty());  // no folder yet
    const auto old = files.put("old")->hash();
    const auto fresh = files.put("fresh")->hash();
    const auto set_age = [](const fs::path& path) {
        const utimbuf times{.actime = 1000, .modtime = 1000};
        REQUIRE(::utime(path.c_str(), &times) == 0);
    };
    set_age(path_of(folder / "media", old));
    const auto unfinished = path_of(folder / "media", old).parent_path() / "new-1-1";
    std::ofstream(unfinished) << "half";
    const auto limit = from_ms(2'000'000);
    CHECK(files.list_older_than(limit) == std::vector{old});
    CHECK(fs::exists(unfinished));  // may be somebody's just now
    set_age(unfinished);
    CHECK(files.list_older_than(limit) == std::vector{old});
    CHECK_FALSE(fs::exists(unfinished));
    CHECK(files.read(fresh).has_value());
}

}  // namespace
}  // namespace outboard::media
