// SPDX-License-Identifier: Apache-2.0
#include "federation/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "federation/base/text.hpp"

namespace outboard {
namespace {

/// Takes the parser's events, refuses at the first limit that is passed, and builds the tree when
/// there is a root.
class Reader final : public nlohmann::json_sax<json> {
public:
    Reader(const JsonLimits& limits, json* root) : limits_(limits), root_(root) {}

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t& /*text*/) override {
        if (!std::isfinite(value)) return refuse(Code::Invalid, "a number is out of range");
        return add(value);
    }
    bool string(string_t& value) override {
        if (value.size() > limits_.string_bytes)
            return refuse(Code::TooLarge, "a string is too long");
        return add(std::move(value));
    }
    bool binary(binary_t& /*value*/) override { return refuse(Code::Invalid, "binary value"); }

    bool start_object(std::size_t /*size*/) override { return open(json::object()); }
    bool start_array(std::size_t /*size*/) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (++keys_ > limits_.keys) return refuse(Code::TooLarge, "too many keys");
        if (name.size() > limits_.string_bytes) return refuse(Code::TooLarge, "a key is too long");
        Frame& frame = frames_.back();
        const bool is_new =
            frame.node != nullptr ? !frame.node->contains(name) : frame.names.insert(name).second;
        if (!is_new) return refuse(Code::Invalid, "a key stands twice in one object");
        if (frame.node != nullptr) frame.member = &(*frame.node)[name];
        return true;
    }

    bool parse_error(
        std::size_t position, const std::string& /*token*/, const nlohmann::detail::exception& why
    ) override {
        const std::string_view text = why.what();
        std::string reason = "syntax error at byte " + std::to_string(position);
        if (text.find("surrogate") != std::string_view::npos) {
            reason = "unpaired surrogate at byte " + std::to_string(position);
        } else if (why.id == 406) {
            reason = "a number is out of range";
        }
        return refuse(Code::Invalid, std::move(reason));
    }

    const std::optional<Error>& error() const { return error_; }

private:
    struct Frame {
        json* node =
            nullptr;  // null when no tree is built; parents do not grow while a child is open
        json* member = nullptr;                      // where the value of the last key goes
        std::unordered_set<std::string> names = {};  // only when no tree is built
    };

    bool refuse(Code code, std::string reason) {
        if (!error_) error_ = Error{code, "JSON: " + std::move(reason)};
        return false;
    }

    /// Where the next value goes; null when no tree is built.
    json* place() {
        if (frames_.empty()) return root_;
        Frame& frame = frames_.back();
        if (frame.node == nullptr) return nullptr;
        if (frame.node->is_object()) return frame.member;
        frame.node->push_back(nullptr);
        return &frame.node->back();
    }

    template <class Value>
    bool add(Value&& value) {
        if (++values_ > limits_.values) return refuse(Code::TooLarge, "too many values");
        if (json* node = place()) *node = std::forward<Value>(value);
        return true;
    }

    bool open(json container) {
        if (frames_.size() >= limits_.depth) return refuse(Code::TooLarge, "nested too deeply");
        if (++values_ > limits_.values) return refuse(Code::TooLarge, "too many values");
        json* node = place();
        if (node != nullptr) *node = std::move(container);
        frames_.push_back({.node = node});
        return true;
    }

    bool close() {
        frames_.pop_back();
        return true;
    }

    const JsonLimits& limits_;
    json* root_;
    std::vector<Frame> frames_ = {};
    std::size_t keys_ = 0, values_ = 0;
    std::optional<Error> error_ = {};
};

Result<void> read(std::string_view bytes, const JsonLimits& limits, json* root) {
    if (bytes.size() > limits.bytes) return fail(Code::TooLarge, "JSON: the document is too large");
    if (bytes.starts_with("\xEF\xBB\xBF")) return fail(Code::Invalid, "JSON: byte order mark");
    if (!is_utf8(bytes)) return fail(Code::Invalid, "JSON: not UTF-8");
    Reader reader(limits, root);
    const bool complete = json::sax_parse(bytes.begin(), bytes.end(), &reader);
    if (reader.error()) return fail(reader.error()->code, reader.error()->shown);
    if (!complete) return fail(Code::Invalid, "JSON: incomplete");
    return {};
}

}  // namespace

Result<json> read_json(std::string_view bytes, const JsonLimits& limits) {
    json root;
    OB_CHECK(read(bytes, limits, &root));
    return root;
}

Result<void> check_json(std::string_view bytes, const JsonLimits& limits) {
    return read(bytes, limits, nullptr);
}

std::string write_json(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace outboard
