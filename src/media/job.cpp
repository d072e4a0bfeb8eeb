// SPDX-License-Identifier: Apache-2.0
#include "src/media/job.hpp"

#include <nlohmann/json.hpp>

#include "federation/json.hpp"

namespace outboard::media {
namespace {

std::int64_t number(const json& tree, std::string_view name) {
    const auto it = tree.find(name);
    return it != tree.end() && it->is_number_integer() ? it->get<std::int64_t>() : 0;
}

std::string text(const json& tree, std::string_view name) {
    const auto it = tree.find(name);
    return it != tree.end() && it->is_string() ? it->get<std::string>() : std::string();
}

bool flag(const json& tree, std::string_view name) {
    const auto it = tree.find(name);
    return it != tree.end() && it->is_boolean() && it->get<bool>();
}

json facts(const Picture& picture) {
    return {
        {"media_type", picture.media_type}, {"width", picture.width}, {"height", picture.height}
    };
}

Picture read_facts(const json& tree) {
    Picture picture;
    picture.media_type = text(tree, "media_type");
    picture.width = number(tree, "width");
    picture.height = number(tree, "height");
    return picture;
}

std::string framed(std::string_view bytes) { return frame_head(bytes.size()) + std::string(bytes); }

/// Takes one frame from the front; nothing when there is no whole one.
std::optional<std::string_view> take_frame(std::string_view& frames) {
    if (frames.size() < kFrameHead) return std::nullopt;
    const auto size = frame_size(frames.substr(0, kFrameHead));
    frames.remove_prefix(kFrameHead);
    if (size > frames.size()) return std::nullopt;
    const auto frame = frames.substr(0, size);
    frames.remove_prefix(size);
    return frame;
}

}  // namespace

std::string frame_head(std::size_t size) {
    std::string head;
    for (const int shift : {24, 16, 8, 0}) head += static_cast<char>(size >> shift & 0xFF);
    return head;
}

std::size_t frame_size(std::string_view head) {
    std::size_t size = 0;
    for (const char byte : head) size = size << 8 | static_cast<unsigned char>(byte);
    return size;
}

std::string write_job(const Job& job) {
    return write_json(
        {{"longest_side", job.longest_side},
         {"preview_side", job.preview_side},
         {"animated", job.animated},
         {"square", job.square}}
    );
}

Result<Job> read_job(std::string_view bytes) {
    OB_TRY(const auto tree, read_json(bytes));
    Job job;
    job.longest_side = static_cast<int>(number(tree, "longest_side"));
    job.preview_side = static_cast<int>(number(tree, "preview_side"));
    job.animated = flag(tree, "animated");
    job.square = flag(tree, "square");
    if (job.longest_side <= 0 || job.preview_side < 0) {
        return fail(Code::Invalid, "The job names no size.");
    }
    return job;
}

std::string write_outcome(const Result<Made>& outcome) {
    if (!outcome) {
        return framed(write_json({{"error", outcome.error().shown}})) + framed("") + framed("");
    }
    json tree = facts(outcome->picture);
    tree["blurhash"] = outcome->blurhash;
    if (outcome->preview) tree["preview"] = facts(*outcome->preview);
    return framed(write_json(tree)) + framed(outcome->picture.bytes) +
           framed(outcome->preview ? outcome->preview->bytes : "");
}

Result<Made> read_outcome(std::string_view frames) {
    const auto broken = [] {
        return fail(Code::Internal, "", "outboard-media gave no whole outcome");
    };
    const auto head = take_frame(frames);
    const auto picture = take_frame(frames);
    const auto preview = take_frame(frames);
    if (!head || !picture || !preview || !frames.empty()) return broken();
    const auto tree = read_json(*head);
    if (!tree || !tree->is_object()) return broken();
    if (auto error = text(*tree, "error"); !error.empty()) return fail(Code::Invalid, error);
    Made made;
    made.picture = read_facts(*tree);
    made.picture.bytes = std::string(*picture);
    made.blurhash = text(*tree, "blurhash");
    if (const auto it = tree->find("preview"); it != tree->end() && it->is_object()) {
        made.preview = read_facts(*it);
        made.preview->bytes = std::string(*preview);
    }
    const auto is_whole = [](const Picture& one) {
        return one.width > 0 && one.height > 0 && one.media_type.starts_with("image/") &&
               !one.bytes.empty();
    };
    if (!is_whole(made.picture) || (made.preview && !is_whole(*made.preview))) return broken();
    return made;
}

}  // namespace outboard::media
