// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/safe_html.hpp"

namespace outboard::pages {

/// What a template is filled with. Text is escaped by the template; only SafeHtml goes in as it is.
class Fill {
public:
    Fill();
    ~Fill();
    Fill(Fill&&) noexcept;
    Fill& operator=(Fill&&) noexcept;

    Fill& text(std::string_view name, std::string_view value);
    Fill& html(std::string_view name, const SafeHtml& value);
    Fill& flag(std::string_view name, bool value);
    Fill& list(std::string_view name, std::vector<Fill> items);

private:
    friend SafeHtml render(std::string_view name, Fill fill);
    struct Data;
    std::unique_ptr<Data> data_;
};

/// Renders an embedded template. The templates are ours and what goes in is escaped or safe, so the
/// outcome is safe.
SafeHtml render(std::string_view name, Fill fill);

}  // namespace outboard::pages
