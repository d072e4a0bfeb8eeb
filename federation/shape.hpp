// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/read.hpp"

/// The leniencies of reading (REQUIREMENTS O7): each is about shape, never about meaning, and says
/// whom it is for. Inside federation/ only. All take strict-read trees and never throw on their
/// content.
namespace outboard::federation::shape {

/// Collects what was left out, when somebody wants to know.
class Notes {
public:
    explicit Notes(std::vector<Ignored>* list) : list_(list) {}
    void add(std::string_view field, std::string why) const;
    std::vector<Ignored>* list() const { return list_; }

private:
    std::vector<Ignored>* list_;  // owned by the caller of read_*; may be null
};

/// A property, or null when it is absent or JSON null (Mastodon writes `"inReplyTo": null`).
const json* find(const json& object, std::string_view property);

/// The items of a property that may hold a list or one bare value: Kroeg and JSON-LD compaction
/// drop the brackets of lists of one. The pointers live as long as `object`.
std::vector<const json*> items(const json& object, std::string_view property);

/// A string, or nothing.
std::optional<std::string> text(const json& object, std::string_view property);
/// A string, cut to `limit` bytes with a note.
std::string bounded(
    const json& object, std::string_view property, std::size_t limit, const Notes& notes
);

/// `name`, or the first of `nameMap`: some write the map alone.
std::string text_or_map(
    const json& object, std::string_view property, std::size_t limit, const Notes& notes
);

/// True only for JSON true.
bool flag(const json& object, std::string_view property);

/// A count: 0 to 2^53. Negative, fractional and huge ones are clamped (THREATS 22).
std::int64_t count(const json& value);

std::optional<Instant> time(const json& object, std::string_view property, const Notes& notes);

/// The id text of a reference that may be an id or an embedded object: PieFed and Kroeg embed the
/// actor.
std::optional<std::string> id_text(const json& value);
/// The first id of a property; further ones are noted.
std::optional<Iri> first_id(const json& object, std::string_view property, const Notes& notes);

/// A web address out of a string, a Link, or a list of either: PeerTube and Pixelfed write lists of
/// Links, Lemmy strings, Friendica both. `media_type` names the one wanted first; any other serves
/// when there is none.
std::string link(const json& value, std::string_view media_type = {});
/// The address of an Image, a list of Images, or a bare address (Bridgy Fed, WordPress).
std::string image(const json& object, std::string_view property);
/// An http(s) address, or nothing.
std::optional<Iri> web(std::string_view address);

/// The members of `type`, in order: a string or a list of strings.
std::vector<std::string> types(const json& object);
bool has_type(const json& object, std::string_view type);

/// `as:Public`, `Public` and the full address are the same (O8).
bool is_public(std::string_view address);

}  // namespace outboard::federation::shape
