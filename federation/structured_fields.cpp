// SPDX-License-Identifier: Apache-2.0
#include "federation/structured_fields.hpp"

#include <algorithm>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"

namespace outboard::federation::sf {
namespace {

constexpr std::size_t kMost = 64;           // members, items of a list, parameters
constexpr std::size_t kIntegerDigits = 15;  // RFC 8941 section 3.3.1
constexpr std::size_t kDecimalDigits = 12, kFractionDigits = 3;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_token_char(char c) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~:/";
    return is_alpha(c) || is_digit(c) || kOthers.find(c) != std::string_view::npos;
}

/// RFC 8941 section 4.2. Each function eats what it reads; after the first failure the rest means
/// nothing.
class Parser {
public:
    explicit Parser(std::string_view text) : rest_(text) {}

    std::optional<std::vector<Member>> dictionary() {
        std::vector<Member> members;
        skip(" ");
        while (!rest_.empty()) {
            auto next = member();
            if (!next || members.size() == kMost) return std::nullopt;
            const auto same = [&](const Member& other) { return other.key == next->key; };
            if (std::any_of(members.begin(), members.end(), same)) return std::nullopt;
            members.push_back(std::move(*next));
            skip(" \t");
            if (rest_.empty()) return members;
            if (!eat(',')) return std::nullopt;
            skip(" \t");
            if (rest_.empty()) return std::nullopt;  // a comma at the end
        }
        return members;
    }

private:
    bool at(char c) const { return !rest_.empty() && rest_[0] == c; }
    bool eat(char c) {
        if (!at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void skip(std::string_view characters) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
    }
    template <class Accept>
    std::string_view eat_while(Accept accept) {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), accept);
        const auto eaten = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(eaten.size());
        return eaten;
    }

    std::optional<std::string> key() {
        if (rest_.empty() || (!is_lower(rest_[0]) && rest_[0] != '*')) return std::nullopt;
        return std::string(eat_while([](char c) {
            return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
        }));
    }

    std::optional<Member> member() {
        Member out;
        auto name = key();
        if (!name) return std::nullopt;
        out.key = std::move(*name);
        if (eat('=')) {
            if (at('(')) {
                out.is_list = true;
                auto items = inner_list();
                if (!items) return std::nullopt;
                out.items = std::move(*items);
            } else {
                auto value = bare_item();
                if (!value) return std::nullopt;
                out.items.push_back({std::move(*value)});
            }
        } else {
            out.items.push_back({{.kind = Value::Kind::Boolean, .number = 1}});
        }
        auto parameters = this->parameters();
        if (!parameters) return std::nullopt;
        out.parameters = std::move(*parameters);
        return out;
    }

    std::optional<std::vector<Item>> inner_list() {
        std::vector<Item> items;
        eat('(');
        while (!rest_.empty()) {
            skip(" ");
            if (eat(')')) return items;
            auto value = bare_item();
            auto parameters = value ? this->parameters() : std::nullopt;
            if (!parameters || items.size() == kMost) return std::nullopt;
            items.push_back({std::move(*value), std::move(*parameters)});
            if (!at(' ') && !at(')')) return std::nullopt;
        }
        return std::nullopt;
    }

    std::optional<Parameters> parameters() {
        Parameters out;
        while (eat(';')) {
            skip(" ");
            auto name = key();
            if (!name || out.size() == kMost || find(out, *name) != nullptr) return std::nullopt;
            Value value{.kind = Value::Kind::Boolean, .number = 1};
            if (eat('=')) {
                auto read = bare_item();
                if (!read) return std::nullopt;
                value = std::move(*read);
            }
            out.push_back({std::move(*name), std::move(value)});
        }
        return out;
    }

    std::optional<Value> bare_item() {
        if (rest_.empty()) return std::nullopt;
        const char c = rest_[0];
        if (c == '-' || is_digit(c)) return number();
        if (c == '"') return string();
        if (c == ':') return bytes();
        if (c == '?') return boolean();
        if (c == '*' || is_alpha(c)) {
            return Value{.kind = Value::Kind::Token, .text = std::string(eat_while(is_token_char))};
        }
        return std::nullopt;
    }

    std::optional<Value> number() {
        const bool negative = eat('-');
        const auto whole = eat_while(is_digit);
        std::int64_t value = 0;
        if (whole.size() > kIntegerDigits || !parse_decimal(whole, value)) return std::nullopt;
        if (!eat('.'))
            return Value{.kind = Value::Kind::Integer, .number = negative ? -value : value};
        const auto fraction = eat_while(is_digit);
        if (whole.size() > kDecimalDigits || fraction.empty() ||
            fraction.size() > kFractionDigits) {
            return std::nullopt;
        }
        std::string text = negative ? "-" : "";
        text.append(whole).append(".").append(fraction);
        return Value{.kind = Value::Kind::Decimal, .text = std::move(text)};
    }

    std::optional<Value> string() {
        std::string out;
        eat('"');
        while (!rest_.empty()) {
            if (eat('"')) return Value{.kind = Value::Kind::String, .text = std::move(out)};
            if (eat('\\') && !at('"') && !at('\\')) return std::nullopt;
            if (rest_.empty() || rest_[0] < 0x20 || rest_[0] == 0x7F) return std::nullopt;
            out += rest_[0];
            rest_.remove_prefix(1);
        }
        return std::nullopt;
    }

    std::optional<Value> bytes() {
        eat(':');
        const auto end = rest_.find(':');
        if (end == std::string_view::npos) return std::nullopt;
        auto decoded = from_base64(rest_.substr(0, end));
        if (!decoded) return std::nullopt;
        rest_.remove_prefix(end + 1);
        return Value{.kind = Value::Kind::Bytes, .text = std::move(*decoded)};
    }

    std::optional<Value> boolean() {
        eat('?');
        const bool truth = at('1');
        if (!eat('1') && !eat('0')) return std::nullopt;
        return Value{.kind = Value::Kind::Boolean, .number = truth ? 1 : 0};
    }

    std::string_view rest_;
};

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace

std::optional<std::vector<Member>> parse_dictionary(std::string_view text) {
    return Parser(text).dictionary();
}

const Value* find(const Parameters& parameters, std::string_view key) {
    for (const auto& parameter : parameters) {
        if (parameter.key == key) return &parameter.value;
    }
    return nullptr;
}

std::string serialize(const Value& value) {
    switch (value.kind) {
        case Value::Kind::Integer:
            return std::to_string(value.number);
        case Value::Kind::Decimal:
        case Value::Kind::Token:
            return value.text;
        case Value::Kind::String:
            return quote(value.text);
        case Value::Kind::Bytes:
            return ":" + to_base64(value.text) + ":";
        case Value::Kind::Boolean:
            return value.number != 0 ? "?1" : "?0";
    }
    return {};
}

std::string serialize(const Parameters& parameters) {
    std::string out;
    for (const auto& [key, value] : parameters) {
        out += ";" + key;
        const bool is_true = value.kind == Value::Kind::Boolean && value.number != 0;
        if (!is_true) out += "=" + serialize(value);
    }
    return out;
}

std::string serialize(const Item& item) {
    return serialize(item.value) + serialize(item.parameters);
}

std::string serialize(const Member& member) {
    if (!member.is_list) return serialize(member.items.front()) + serialize(member.parameters);
    std::string out = "(";
    for (const auto& item : member.items) {
        if (out.size() > 1) out += ' ';
        out += serialize(item);
    }
    return out + ")" + serialize(member.parameters);
}

}  // namespace outboard::federation::sf
