// SPDX-License-Identifier: Apache-2.0
#include "federation/shape.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"

namespace outboard::federation::shape {
namespace {

constexpr std::size_t kMostTypes = 16;      // names in one `type`
constexpr std::size_t kMostTypeName = 128;  // bytes
constexpr std::size_t kMostNotes =
    200;  // a hostile document must not grow its own report without end

}  // namespace

void Notes::add(std::string_view field, std::string why) const {
    if (list_ == nullptr || list_->size() >= kMostNotes) return;
    Ignored note{std::string(field), std::move(why)};
    if (std::find(list_->begin(), list_->end(), note) == list_->end()) {
        list_->push_back(std::move(note));
    }
}

const json* find(const json& object, std::string_view property) {
    if (!object.is_object()) return nullptr;
    const auto at = object.find(property);
    if (at == object.end() || at->is_null()) return nullptr;
    return &*at;
}

std::vector<const json*> items(const json& object, std::string_view property) {
    std::vector<const json*> out;
    const json* value = find(object, property);
    if (value == nullptr) return out;
    if (!value->is_array()) return {value};
    out.reserve(value->size());
    for (const json& item : *value) {
        if (!item.is_null()) out.push_back(&item);
    }
    return out;
}

std::optional<std::string> text(const json& object, std::string_view property) {
    const json* value = find(object, property);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return value->get<std::string>();
}

std::string bounded(
    const json& object, std::string_view property, std::size_t limit, const Notes& notes
) {
    const json* value = find(object, property);
    if (value == nullptr) return {};
    if (!value->is_string()) {
        notes.add(property, "is not text");
        return {};
    }
    const auto& whole = value->get_ref<const std::string&>();
    if (whole.size() <= limit) return whole;
    notes.add(property, "cut to " + std::to_string(limit) + " bytes");
    return std::string(cut_bytes(whole, limit));
}

std::string text_or_map(
    const json& object, std::string_view property, std::size_t limit, const Notes& notes
) {
    if (find(object, property) != nullptr) return bounded(object, property, limit, notes);
    const json* map = find(object, std::string(property) + "Map");
    if (map == nullptr || !map->is_object()) return {};
    for (const auto& [language, value] : map->items()) {
        if (value.is_string()) return bounded(*map, language, limit, notes);
    }
    return {};
}

bool flag(const json& object, std::string_view property) {
    const json* value = find(object, property);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::int64_t count(const json& value) {
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        return static_cast<std::int64_t>(std::min<std::uint64_t>(number, kMaxCount));
    }
    if (value.is_number_integer()) {
        return std::clamp<std::int64_t>(value.get<std::int64_t>(), 0, kMaxCount);
    }
    if (value.is_number_float()) {
        const double number = value.get<double>();
        if (!(number > 0)) return 0;  // NaN too
        if (number >= static_cast<double>(kMaxCount)) return kMaxCount;
        return static_cast<std::int64_t>(number);
    }
    return 0;
}

std::optional<Instant> time(const json& object, std::string_view property, const Notes& notes) {
    const json* value = find(object, property);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) {
        const auto& written = value->get_ref<const std::string&>();
        if (auto at = parse_rfc3339(written)) return at;
        // Pleroma leaves the zone out and means UTC.
        if (auto at = parse_rfc3339(written + "Z")) return at;
    }
    notes.add(property, "is not an RFC 3339 time");
    return std::nullopt;
}

std::optional<std::string> id_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (auto id = text(value, "id")) return id;
    // Links stand for what they point to (WordPress, PeerTube).
    if (has_type(value, "Link")) return text(value, "href");
    return std::nullopt;
}

std::optional<Iri> first_id(const json& object, std::string_view property, const Notes& notes) {
    const auto all = items(object, property);
    std::optional<Iri> first;
    for (const json* item : all) {
        auto id = id_of(*item);
        if (!id) {
            notes.add(property, "is not an absolute identifier");
        } else if (!first) {
            first = std::move(id);
        } else {
            notes.add(property, "more than one: only the first counts");
            break;
        }
    }
    return first;
}

std::optional<Iri> web(std::string_view address) {
    auto iri = Iri::parse(address);
    if (!iri || !iri->is_http()) return std::nullopt;
    return *std::move(iri);
}

std::string link(const json& value, std::string_view media_type) {
    const auto address_of = [](const json& item) -> std::string {
        if (item.is_string()) return item.get<std::string>();
        if (auto href = text(item, "href")) return *href;
        if (auto url = text(item, "url")) return *url;
        return {};
    };
    if (!value.is_array()) {
        auto address = address_of(value);
        return web(address) ? address : std::string{};
    }
    std::string other;
    for (const json& item : value) {
        auto address = address_of(item);
        if (!web(address)) continue;
        if (media_type.empty() || text(item, "mediaType") == media_type) return address;
        if (other.empty()) other = std::move(address);
    }
    return other;
}

std::string image(const json& object, std::string_view property) {
    for (const json* item : items(object, property)) {
        const json* url = item->is_object() ? find(*item, "url") : item;
        if (url == nullptr) url = find(*item, "href");
        if (url == nullptr) continue;
        if (auto address = link(*url); !address.empty()) return address;
    }
    return {};
}

std::vector<std::string> types(const json& object) {
    std::vector<std::string> out;
    for (const json* item : items(object, "type")) {
        if (!item->is_string()) continue;
        const auto& type = item->get_ref<const std::string&>();
        if (type.size() <= kMostTypeName && out.size() < kMostTypes) out.push_back(type);
    }
    return out;
}

bool has_type(const json& object, std::string_view type) {
    const auto all = types(object);
    return std::find(all.begin(), all.end(), type) != all.end();
}

bool is_public(std::string_view address) {
    return address == kPublic || address == "as:Public" || address == "Public";
}

}  // namespace outboard::federation::shape
