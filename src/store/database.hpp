// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/ports.hpp"
#include "src/base/id.hpp"
#include "src/base/safe_html.hpp"

namespace outboard::store {

/// A statement with a name for logs and metrics. One dialect: PostgreSQL's spelling that
/// SQLite 3.40 also takes, `$1` bound by name; where the two must differ the second text stands
/// beside the first (STYLE.md section 7).
struct Query {
    std::string_view name;
    std::string_view sql;
    std::string_view postgres = {};
};

/// Every Query is registered by its definition, so that one test can prepare them all: tests/store
/// walks `all_queries()`, which each store file feeds through OB_QUERY. Names are unique. Threads:
/// registered before main only.
void register_query(const Query& query);
const std::vector<Query>& all_queries();
struct Registered {
    explicit Registered(const Query& query) { register_query(query); }
};
/// `OB_QUERY(kFind, "account.find", "SELECT …")` or with a PostgreSQL text as fourth argument.
#define OB_QUERY(variable, ...)                               \
    constexpr ::outboard::store::Query variable{__VA_ARGS__}; \
    const ::outboard::store::Registered variable##_registered { variable }

struct Blob {
    std::string bytes;
};
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob>;

// What may stand as a parameter.
inline Value to_value(std::nullptr_t) { return nullptr; }
inline Value to_value(bool v) { return static_cast<std::int64_t>(v); }
inline Value to_value(std::integral auto v) { return static_cast<std::int64_t>(v); }
inline Value to_value(double v) { return v; }
inline Value to_value(std::string_view v) { return std::string(v); }
inline Value to_value(const std::string& v) { return v; }
inline Value to_value(const char* v) { return std::string(v); }
inline Value to_value(const Blob& v) { return v; }
inline Value to_value(Instant v) { return to_ms(v); }
inline Value to_value(const SafeHtml& v) { return v.str(); }
template <class E>
Value to_value(const Id<E>& v) {
    return v.value;
}
/// A list for `IN (SELECT value FROM json_each($1))` / `= ANY(…)`.
template <class E>
Value to_value(const std::vector<Id<E>>& ids) {
    std::string text = "[";
    for (const auto& id : ids) text += (text.size() > 1 ? "," : "") + id.str();
    return text + "]";
}
Value to_value(const std::vector<std::int64_t>& numbers);
Value to_value(const std::vector<std::string>& texts);
template <class T>
Value to_value(const std::optional<T>& v) {
    return v ? to_value(*v) : Value{nullptr};
}

/// One row; valid only inside the callback it is given to. Columns are read in order of the SELECT.
class Row {
public:
    virtual ~Row() = default;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual double real(int column) const = 0;
    virtual std::string text(int column) const = 0;  // empty for null
    virtual std::string bytes(int column) const = 0;

    bool boolean(int column) const { return integer(column) != 0; }
    Instant instant(int column) const { return from_ms(integer(column)); }
    std::optional<std::int64_t> maybe_integer(int column) const {
        return is_null(column) ? std::nullopt : std::optional(integer(column));
    }
    std::optional<std::string> maybe_text(int column) const {
        return is_null(column) ? std::nullopt : std::optional(text(column));
    }
    std::optional<Instant> maybe_instant(int column) const {
        return is_null(column) ? std::nullopt : std::optional(instant(column));
    }
    template <class E>
    Id<E> id(int column) const {
        return {integer(column)};
    }
    template <class E>
    std::optional<Id<E>> maybe_id(int column) const {
        return is_null(column) ? std::nullopt : std::optional(Id<E>{integer(column)});
    }
    SafeHtml html(int column) const { return SafeHtml::from_trusted(text(column)); }
};

/// Can only read, from one snapshot. Throws StoreError for a broken database (never for absent
/// rows).
class Reader {
public:
    virtual ~Reader() = default;

    template <class F, class... A>
    void each(const Query& query, F&& use, const A&... parameters) {
        run(query, {to_value(parameters)...}, [&](const Row& row) {
            use(row);
            return true;
        });
    }
    template <class F, class... A>
    auto all(const Query& query, F&& map, const A&... parameters) {
        std::vector<std::invoke_result_t<F, const Row&>> rows;
        run(query, {to_value(parameters)...}, [&](const Row& row) {
            rows.push_back(map(row));
            return true;
        });
        return rows;
    }
    template <class F, class... A>
    auto one(const Query& query, F&& map, const A&... parameters) {
        std::optional<std::invoke_result_t<F, const Row&>> found;
        run(query, {to_value(parameters)...}, [&](const Row& row) {
            found.emplace(map(row));
            return false;
        });
        return found;
    }
    template <class... A>
    std::int64_t count(const Query& query, const A&... parameters) {
        return one(query, [](const Row& row) { return row.integer(0); }, parameters...).value_or(0);
    }
    template <class... A>
    bool exists(const Query& query, const A&... parameters) {
        return one(query, [](const Row&) { return true; }, parameters...).has_value();
    }
    /// One moment for the whole snapshot or transaction: what is expired and what is not.
    virtual Instant now() const = 0;
    /// Statements run since this reader was lent: tests hold requests to a number.
    virtual std::size_t statements() const = 0;

protected:
    virtual void run(
        const Query& query,
        const std::vector<Value>& parameters,
        const std::function<bool(const Row&)>& use
    ) = 0;
};

/// An open write transaction, with one `now()`. Reads through it see its own writes.
class Writer : public Reader {
public:
    /// Rows changed.
    template <class... A>
    std::int64_t execute(const Query& query, const A&... parameters) {
        return change(query, {to_value(parameters)...});
    }
    /// A fresh id for a local row (DESIGN.md 3.7).
    virtual std::int64_t next_id() = 0;
    /// The id for a remote row made at `at`, from its uri; the caller takes the next free one above
    /// when it is taken.
    static std::int64_t id_for(Instant at, std::string_view uri);
    /// Runs after the commit is durable and before `write` returns, on the writer's thread: for
    /// waking loops, so it must be short and never call the database. Not run when the transaction
    /// fails.
    virtual void after_commit(std::function<void()> work) = 0;
    /// A row in stream_events was written: what looks for them is woken after the commit.
    virtual void wake_streams() = 0;

protected:
    virtual std::int64_t change(const Query& query, const std::vector<Value>& parameters) = 0;
};

/// A broken disk or a broken invariant (also `read` or `write` called inside one another). Caught
/// by the dispatcher, the job loop and main.
struct StoreError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {
    using Value = T;
};

/// For doctor, metrics and the status page.
struct Stats {
    std::int64_t file_bytes = 0, wal_bytes = 0;
    std::size_t write_queue = 0;  // transactions waiting for the writer
    int readers_open = 0;
};

/// Readers from a pool of snapshots, one writer committing groups. Threads: any. A `read` inside a
/// `read` shares its snapshot; `write` inside either of them, and `read` inside `write`, throw
/// StoreError: they would wait while holding something.
class Database {
public:
    virtual ~Database() = default;

    /// Lends a snapshot reader to `fn` and returns what it returns. Do not wait for anything
    /// inside.
    template <class F>
    auto read(F&& fn) {
        using R = std::invoke_result_t<F, Reader&>;
        if constexpr (std::is_void_v<R>) {
            with_reader([&](Reader& reader) { fn(reader); });
        } else {
            std::optional<R> value;
            with_reader([&](Reader& reader) { value.emplace(fn(reader)); });
            return std::move(*value);
        }
    }

    /// Hands `fn` to the writer and returns after the commit is durable. `fn` runs SQL only, may
    /// run more than once, and an error it returns (or an exception) undoes what it did. Errors of
    /// its own: Unavailable when `limits::kWriteQueue` wait, or the disk is full.
    template <class F>
    auto write(F&& fn) {
        using R = std::invoke_result_t<F, Writer&>;
        if constexpr (std::is_void_v<R>) {
            return Result<void>(with_writer([&](Writer& writer) -> Result<void> {
                fn(writer);
                return {};
            }));
        } else if constexpr (IsResult<R>::value) {
            std::optional<R> value;
            auto outcome = with_writer([&](Writer& writer) -> Result<void> {
                value.emplace(fn(writer));
                if (!*value) return tl::unexpected<Error>(value->error());
                return {};
            });
            return outcome ? std::move(*value) : R(tl::unexpected<Error>(outcome.error()));
        } else {
            std::optional<R> value;
            auto outcome = with_writer([&](Writer& writer) -> Result<void> {
                value.emplace(fn(writer));
                return {};
            });
            return outcome ? Result<R>(std::move(*value))
                           : Result<R>(tl::unexpected<Error>(outcome.error()));
        }
    }

    /// An id for an object that must carry it before its transaction (it is rendered and signed
    /// outside: ADR 0004). Unused ones are gaps.
    virtual std::int64_t reserve_id() = 0;
    virtual Stats stats() const { return {}; }

protected:
    virtual void with_reader(const std::function<void(Reader&)>& use) = 0;
    virtual Result<void> with_writer(const std::function<Result<void>(Writer&)>& use) = 0;
};

}  // namespace outboard::store
