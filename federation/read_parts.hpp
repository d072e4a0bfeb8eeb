// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "federation/shape.hpp"

// Parts that several readers share. Inside federation/ only.
namespace outboard::federation {

/// `to` and `cc`; `bto` and `bcc` are never kept (A052).
Addressing read_addressing(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
);

/// The `Emoji` entries of `tag`.
std::vector<EmojiTag> read_emoji(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
);

/// The `id` of a document: absent is nothing; present but no identifier is Invalid when it holds
/// what no address may (A066), else noted and left out.
Result<std::optional<Iri>> read_id(const json& document, const shape::Notes& notes);

/// An object, as deep as an activity may embed it.
Result<Object> read_object_part(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
);
Result<Actor> read_actor_part(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
);

/// Attachments, tags, and the page address (read_media.cpp, read_tags.cpp).
void read_attachments(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
);
void read_urls(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
);
void read_tags(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
);
void read_quotes(const json& document, Object& object, const shape::Notes& notes);

}  // namespace outboard::federation
