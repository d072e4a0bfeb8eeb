// SPDX-License-Identifier: Apache-2.0
#include "src/pages/template.hpp"

#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "src/pages/embedded.hpp"

namespace outboard::pages {

namespace mustache = kainjow::mustache;

namespace {

/// Without the characters that XML forbids and HTML calls errors; the text is UTF-8 already.
std::string printable(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto byte = static_cast<unsigned char>(value[i]);
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) continue;
        const auto three = value.substr(i, 3);
        if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
            i += 2;
            continue;
        }
        out += value[i];
    }
    return out;
}

}  // namespace

struct Fill::Data {
    mustache::data object{mustache::data::type::object};
};

Fill::Fill() : data_(std::make_unique<Data>()) {}
Fill::~Fill() = default;
Fill::Fill(Fill&&) noexcept = default;
Fill& Fill::operator=(Fill&&) noexcept = default;

Fill& Fill::text(std::string_view name, std::string_view value) {
    // Empty text reads as absent, so that a section of that name is left out.
    if (value.empty())
        data_->object.set(std::string(name), false);
    else
        data_->object.set(std::string(name), printable(value));
    return *this;
}

Fill& Fill::html(std::string_view name, const SafeHtml& value) {
    data_->object.set(std::string(name), value.str());
    return *this;
}

Fill& Fill::flag(std::string_view name, bool value) {
    data_->object.set(std::string(name), value);
    return *this;
}

Fill& Fill::list(std::string_view name, std::vector<Fill> items) {
    mustache::data rows{mustache::data::type::list};
    for (auto& item : items) rows.push_back(item.data_->object);
    data_->object.set(std::string(name), rows);
    return *this;
}

const EmbeddedFile* find_embedded(std::string_view name) {
    for (std::size_t i = 0; i < kEmbeddedFileCount; ++i) {
        if (kEmbeddedFiles[i].name == name) return &kEmbeddedFiles[i];
    }
    return nullptr;
}

SafeHtml render(std::string_view name, Fill fill) {
    const auto* file = find_embedded(name);
    if (!file) throw std::logic_error("no template " + std::string(name));
    // Parsed anew for each page: a mustache holds its rendering state, and workers render at the
    // same time.
    mustache::mustache compiled{std::string(file->content)};
    if (!compiled.is_valid())
        throw std::logic_error(std::string(name) + ": " + compiled.error_message());
    return SafeHtml::from_trusted(compiled.render(fill.data_->object));
}

}  // namespace outboard::pages
