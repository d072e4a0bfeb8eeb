// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace outboard {

/// HTML that went through html/'s allow-list, or came back from the store, where only such HTML is
/// put. The only kind of markup a template or an entity accepts.
class SafeHtml {
public:
    SafeHtml() = default;
    const std::string& str() const { return text_; }
    bool empty() const { return text_.empty(); }
    /// For html/ (which made it) and store/ (which kept it) alone.
    static SafeHtml from_trusted(std::string text) {
        SafeHtml html;
        html.text_ = std::move(text);
        return html;
    }

private:
    std::string text_;
};

}  // namespace outboard
