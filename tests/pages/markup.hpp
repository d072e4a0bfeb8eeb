// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/pages/routes.hpp"
#include "tests/support/test_node.hpp"

/// Reads what pages/ writes, strictly enough to notice text that became markup.
namespace outboard::tests {

struct Tag {
    std::string name;                                             // "/a" closes
    std::vector<std::pair<std::string, std::string>> attributes;  // values unescaped

    std::string attribute(std::string_view name) const;  // "" when it is absent
};

/// Every tag in order. Throws std::runtime_error when an attribute is unquoted or never ends.
std::vector<Tag> tags_of(std::string_view markup);

/// Values of `attribute` of all tags of that name.
std::vector<std::string> values_of(
    std::string_view markup, std::string_view tag, std::string_view attribute
);
/// Content of the meta element with that property; "" when it is absent.
std::string property_of(std::string_view markup, std::string_view property);
/// Address of the link element with that rel and type; "" when it is absent.
std::string link_of(std::string_view markup, std::string_view rel, std::string_view type);
/// Text of the first element of that name, unescaped.
std::string text_of(std::string_view markup, std::string_view element);

/// What keeps the text from being well-formed XML (tags, quotes, references, characters, UTF-8);
/// "" when nothing does.
std::string xml_fault(std::string_view text);

bool contains(std::string_view text, std::string_view part);

/// The headers that CONTRACT.md 23 asks of everything a browser may open.
void check_security(const Reply& reply);
/// An HTML page that says it went wrong, with the same headers.
void check_error_page(const Reply& reply, int status);

/// A node that serves the pages beside the client API.
inline TestNodeOptions with_pages() {
    TestNodeOptions options;
    options.routes = pages::routes;
    return options;
}

}  // namespace outboard::tests
