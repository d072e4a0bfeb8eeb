// SPDX-License-Identifier: Apache-2.0
#include "tests/support/schema.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "tests/support/shared_data.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

const json& load(const std::string& name) {
    static std::map<std::string, json> loaded;
    const auto it = loaded.find(name);
    if (it != loaded.end()) return it->second;
    const auto path =
        std::filesystem::path(OUTBOARD_SOURCE_DIR) / "schemas/entities" / (name + ".json");
    return loaded.emplace(name, json::parse(read_file(path))).first->second;
}

bool is_type(const json& value, const std::string& type) {
    if (type == "null") return value.is_null();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "array") return value.is_array();
    return type == "object" && value.is_object();
}

class Check {
public:
    std::vector<std::string> faults;

    void value(const json& value, const json& schema, const std::string& path) {
        for (const auto& [word, rule] : schema.items()) apply(word, rule, schema, value, path);
    }

private:
    void fault(const std::string& path, const std::string& what) {
        faults.push_back(path + ": " + what);
    }

    void apply(
        const std::string& word,
        const json& rule,
        const json& schema,
        const json& value,
        const std::string& path
    ) {
        static const std::set<std::string> kNotes = {
            "$schema", "$id", "title", "description", "$comment"
        };
        if (kNotes.contains(word)) return;
        if (word == "$ref") return reference(rule.get<std::string>(), value, path);
        if (word == "type") return type(rule, value, path);
        if (word == "enum") {
            if (std::find(rule.begin(), rule.end(), value) == rule.end()) {
                fault(path, value.dump() + " is none of " + rule.dump());
            }
            return;
        }
        if (word == "oneOf") return one_of(rule, value, path);
        if (word == "required") return required(rule, value, path);
        if (word == "properties") return properties(rule, value, path);
        if (word == "additionalProperties") return closed(rule, schema, value, path);
        if (word == "items") {
            if (!value.is_array()) return;
            for (std::size_t i = 0; i < value.size(); ++i) {
                this->value(value[i], rule, path + "/" + std::to_string(i));
            }
            return;
        }
        if (word == "minLength") {
            if (value.is_string() && value.get<std::string>().size() < rule.get<std::size_t>()) {
                fault(path, "is too short");
            }
            return;
        }
        if (word == "pattern") {
            // Patterns come from our own files, never from outside.
            if (value.is_string() &&
                !std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()))) {
                fault(path, value.dump() + " does not match " + rule.dump());
            }
            return;
        }
        fault(path, "the schema's word " + word + " is not known here");
    }

    void reference(const std::string& target, const json& value, const std::string& path) {
        this->value(value, load(target.substr(0, target.find(".json"))), path);
    }

    void type(const json& rule, const json& value, const std::string& path) {
        bool fits = false;
        if (rule.is_string()) fits = is_type(value, rule.get<std::string>());
        for (const auto& one : rule) {
            if (rule.is_array()) fits = fits || is_type(value, one.get<std::string>());
        }
        if (!fits) fault(path, value.dump().substr(0, 60) + " is no " + rule.dump());
    }

    void one_of(const json& rule, const json& value, const std::string& path) {
        std::string reasons;
        for (const auto& option : rule) {
            Check attempt;
            attempt.value(value, option, path);
            if (attempt.faults.empty()) return;
            reasons += attempt.faults.front() + "; ";
        }
        fault(path, "fits none of the options: " + reasons);
    }

    void required(const json& rule, const json& value, const std::string& path) {
        if (!value.is_object()) return;
        for (const auto& name : rule) {
            if (!value.contains(name.get<std::string>())) fault(path, "lacks " + name.dump());
        }
    }

    void properties(const json& rule, const json& value, const std::string& path) {
        if (!value.is_object()) return;
        for (const auto& [name, schema] : rule.items()) {
            const auto it = value.find(name);
            if (it != value.end()) this->value(*it, schema, path + "/" + name);
        }
    }

    void closed(const json& rule, const json& schema, const json& value, const std::string& path) {
        if (rule != false || !value.is_object()) return;
        for (const auto& [name, ignored] : value.items()) {
            if (!schema.at("properties").contains(name)) {
                fault(path, "has " + name + ", which the schema does not know");
            }
        }
    }
};

}  // namespace

std::vector<std::string> schema_faults(const nlohmann::json& value, const std::string& name) {
    Check check;
    check.value(value, load(name), name);
    return check.faults;
}

}  // namespace outboard::tests
