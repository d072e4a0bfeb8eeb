// SPDX-License-Identifier: Apache-2.0
#include "tests/pages/browser.hpp"

#include "federation/base/text.hpp"

namespace outboard::tests {

void Form::set(const std::string& name, std::string value) {
    for (auto& [key, old] : inputs) {
        if (key == name) old = value;
    }
}

std::string Form::value(const std::string& name) const {
    for (const auto& [key, value] : inputs) {
        if (key == name) return value;
    }
    return {};
}

std::vector<Form> forms_of(std::string_view markup) {
    std::vector<Form> forms;
    bool inside = false;
    for (const auto& tag : tags_of(markup)) {
        if (tag.name == "form") {
            forms.push_back(
                {.action = tag.attribute("action"),
                 .method = tag.attribute("method"),
                 .inputs = {},
                 .types = {},
                 .order = {},
                 .buttons = {}}
            );
            inside = true;
        } else if (tag.name == "/form") {
            inside = false;
        } else if (inside && tag.name == "input") {
            auto& form = forms.back();
            form.inputs.emplace_back(tag.attribute("name"), tag.attribute("value"));
            form.types[tag.attribute("name")] = tag.attribute("type");
            if (tag.attribute("type") != "hidden") form.order.push_back(tag.attribute("type"));
        } else if (inside && tag.name == "button") {
            forms.back().buttons.emplace_back(tag.attribute("name"), tag.attribute("value"));
        }
    }
    return forms;
}

Reply Browser::send(http::Request request) {
    request.peer = peer_;
    request.fields.push_back({"Host", "home.example"});
    request.fields.push_back({"Accept", "text/html"});
    std::string sent;
    for (const auto& [name, value] : cookies)
        sent += (sent.empty() ? "" : "; ") + name + "=" + value;
    if (!sent.empty()) request.fields.push_back({"Cookie", sent});
    auto reply = node_.send(request);
    for (const auto& field : reply.fields) {
        if (field.name != "Set-Cookie") continue;
        const auto equals = field.value.find('=');
        const auto name = field.value.substr(0, equals);
        const auto value = field.value.substr(equals + 1, field.value.find(';') - equals - 1);
        if (contains(field.value, "Max-Age=0;")) {
            cookies.erase(name);
        } else {
            cookies[name] = value;
        }
    }
    return reply;
}

Reply Browser::get(const std::string& target) {
    http::Request request;
    request.method = "GET";
    request.target = target;
    return send(std::move(request));
}

Reply Browser::post(const std::string& target, const std::string& body, const std::string& origin) {
    http::Request request;
    request.method = "POST";
    request.target = target;
    request.body = body;
    request.fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    if (!origin.empty()) request.fields.push_back({"Origin", origin});
    return send(std::move(request));
}

Reply Browser::submit(const Form& form, const std::string& button) {
    std::string body;
    const auto add = [&](const std::string& name, const std::string& value) {
        body += (body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    };
    for (const auto& [name, value] : form.inputs) add(name, value);
    for (const auto& [name, value] : form.buttons) {
        if (value == button && !name.empty()) add(name, value);
    }
    return post(form.action, body, "https://home.example");
}

Reply Browser::log_in(
    const std::string& page, const std::string& name, const std::string& password
) {
    auto form = forms_of(get(page).body).at(0);
    form.set("username", name);
    form.set("password", password);
    return submit(form);
}

}  // namespace outboard::tests
