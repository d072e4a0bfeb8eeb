// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/pages/markup.hpp"

namespace outboard::tests {

/// A form as a browser without script knows it.
struct Form {
    std::string action, method;
    std::vector<std::pair<std::string, std::string>> inputs;  // name and value
    std::map<std::string, std::string> types;                 // of inputs by name
    std::vector<std::string> order;                           // types of the visible inputs
    std::vector<std::pair<std::string, std::string>> buttons;

    void set(const std::string& name, std::string value);
    std::string value(const std::string& name) const;  // "" when it is absent
};
std::vector<Form> forms_of(std::string_view markup);

/// A browser at a node: keeps cookies, sends forms with the Origin of the page they are on.
class Browser {
public:
    explicit Browser(TestNode& node, std::string peer = "192.0.2.7")
        : node_(node), peer_(std::move(peer)) {}

    Reply get(const std::string& target);
    /// With the button of that value pressed, if it has a name.
    Reply submit(const Form& form, const std::string& button = {});
    Reply post(const std::string& target, const std::string& body, const std::string& origin);
    /// Opens the page, fills in name and password, sends it.
    Reply log_in(const std::string& page, const std::string& name, const std::string& password);

    std::map<std::string, std::string> cookies;

private:
    Reply send(http::Request request);
    TestNode& node_;
    std::string peer_;
};

}  // namespace outboard::tests
