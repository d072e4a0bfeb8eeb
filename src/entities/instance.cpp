// SPDX-License-Identifier: Apache-2.0
#include "src/entities/instance.hpp"

#include "src/base/limits.hpp"
#include "src/entities/common.hpp"

namespace outboard::entities {
namespace {

/// The part that both forms have. Videos are described although none are taken yet: Ice Cubes lets
/// nobody sign in without the whole of it.
json configuration(const Instance& instance) {
    return {
        {"accounts",
         {{"max_featured_tags", 0},
          {"max_pinned_statuses", kMaxPinned},
          {"max_profile_fields", limits::kProfileFields},
          {"profile_field_name_limit", limits::kProfileFieldText},
          {"profile_field_value_limit", limits::kProfileFieldText},
          {"max_display_name_length", limits::kDisplayName},
          {"max_note_length", limits::kBio}}},
        {"statuses",
         {{"max_characters", instance.status_characters},
          {"max_media_attachments", limits::kMediaPerStatus},
          {"characters_reserved_per_url", 23},
          {"supported_mime_types", json::array({"text/plain", "text/markdown"})}}},
        {"media_attachments",
         {{"supported_mime_types",
           json::array({"image/jpeg", "image/png", "image/webp", "image/gif"})},
          {"description_limit", limits::kMediaDescription},
          {"image_size_limit", limits::kMediaFile},
          {"image_matrix_limit", limits::kMediaPixels},
          {"video_size_limit", 99 * limits::kMiB},
          {"video_frame_rate_limit", 60},
          {"video_matrix_limit", 40'000'000}}},
        {"polls",
         {{"max_options", 4},
          {"max_characters_per_option", 50},
          {"min_expiration", 300},
          {"max_expiration", 2'629'746}}}
    };
}

}  // namespace

void to_json(json& out, const Instance& instance) {
    json settings = configuration(instance);
    settings["urls"] = {{"streaming", instance.streaming}};
    settings["translation"] = {{"enabled", false}};
    settings["limited_federation"] = false;
    settings["timelines_access"] = {
        {"live_feeds", {{"local", "public"}, {"remote", "public"}}},
        {"hashtag_feeds", {{"local", "public"}, {"remote", "public"}}},
        {"trending_link_feeds", nullptr}  // there are none; "disabled" is no word for local ones
    };
    json icons = json::array();
    icons.push_back({{"src", instance.icon}, {"size", "192x192"}});
    out = {
        {"domain", instance.domain},
        {"title", instance.title},
        {"version", instance.version},
        {"source_url", instance.source_url},
        {"description", instance.description},
        {"usage", {{"users", {{"active_month", instance.active_month}}}}},
        {"thumbnail", {{"url", instance.thumbnail}}},
        {"icon", std::move(icons)},
        {"languages", json::array({"en"})},
        {"configuration", std::move(settings)},
        {"registrations",
         {{"enabled", false},
          {"approval_required", false},
          {"reason_required", false},
          {"message", nullptr},
          {"min_age", nullptr},
          {"url", nullptr}}},
        {"api_versions", {{"mastodon", kApiVersion}}},
        {"contact",
         {{"email", instance.contact_email}, {"account", or_null(instance.contact_account)}}},
        {"rules", json::array()}
    };
}

json to_v1(const Instance& instance) {
    return {
        {"uri", instance.domain},
        {"title", instance.title},
        {"short_description", instance.description},
        {"description", instance.description},
        {"email", instance.contact_email},
        {"version", instance.version},
        {"urls", {{"streaming_api", instance.streaming}}},
        {"stats",
         {{"user_count", instance.users},
          {"status_count", instance.statuses},
          {"domain_count", instance.domains}}},
        {"thumbnail", instance.thumbnail},
        {"languages", json::array({"en"})},
        {"registrations", false},
        {"approval_required", false},
        {"invites_enabled", false},
        {"configuration", configuration(instance)},
        {"contact_account", or_null(instance.contact_account)},
        {"rules", json::array()}
    };
}

}  // namespace outboard::entities
