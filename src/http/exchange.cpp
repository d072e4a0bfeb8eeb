// SPDX-License-Identifier: Apache-2.0
#include "src/http/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <exception>
#include <tuple>
#include <utility>

#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/http/words.hpp"

namespace outboard::http {

namespace {

constexpr int kRetryAfterSeconds = 5;
constexpr std::string_view kBusy = "The server is busy, try again";
/// Bodies up to this size are sent from one buffer with their head.
constexpr std::size_t kJoinedBody = 8 * limits::kKiB;

constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/// IMF-fixdate (RFC 9110 5.6.7), made once a second per thread.
std::string_view date_now() {
    thread_local std::time_t made_at = -1;
    thread_local std::string text;
    const auto now = std::time(nullptr);
    if (now == made_at) return text;
    std::tm utc{};
    std::ignore = gmtime_r(&now, &utc);  // fails from the year 2^31 on
    text = fmt::format(
        "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
        kDays[utc.tm_wday],
        utc.tm_mday,
        kMonths[utc.tm_mon],
        utc.tm_year + 1900,
        utc.tm_hour,
        utc.tm_min,
        utc.tm_sec
    );
    made_at = now;
    return text;
}

bool is_ours(std::string_view name) {
    for (const auto* ours :
         {"date", "content-length", "connection", "keep-alive", "transfer-encoding"}) {
        if (same_word(name, ours)) return true;
    }
    return false;
}

/// What `make` answers, or 500 when it throws, which it must not.
template <class Make>
Response made_by(const Front& front, std::string_view path, Make&& make) {
    try {
        return make();
    } catch (const std::exception& problem) {
        log::error("http.handler.threw", {{"what", problem.what()}});
    } catch (...) {
        log::error("http.handler.threw", {{"what", "not a std::exception"}});
    }
    return front.refuse(500, "Something went wrong on this server.", path);
}

bool keeps_framing(const Response& response) {
    if (response.status < 200 || response.status > 599) return false;
    return std::all_of(response.fields.begin(), response.fields.end(), [](const Field& field) {
        return is_token(field.name) && is_value(field.value);
    });
}

}  // namespace

std::optional<PendingSlots::Slot> PendingSlots::take(const std::string& host) {
    return counts_.with([&](Counts& counts) -> std::optional<Slot> {
        if (counts.all >= limits::kPending) return std::nullopt;
        auto& used = counts.by_host[host];
        if (used >= limits::kPendingPerHost) return std::nullopt;
        ++used;
        ++counts.all;
        return std::make_optional<Slot>(*this, host);
    });
}

void PendingSlots::give_back(const std::string& host) {
    counts_.with([&](Counts& counts) {
        const auto found = counts.by_host.find(host);
        --counts.all;
        if (--found->second == 0) counts.by_host.erase(found);
    });
}

Answer serialise(Response response, AnswerForm form) {
    if (!keeps_framing(response)) {
        log::error("http.response.malformed", {{"status", response.status}});
        response = plain_answer(500, "The answer could not be sent");
    }
    const bool bodyless = response.status == 204 || response.status == 304;
    Answer answer;
    if (response.streaming && !form.head_only) {
        answer.streaming = response.streaming;
        if (response.streaming->kind == Streaming::Kind::WebSocket) {
            answer.fields = std::move(response.fields);
            return answer;
        }
    }
    // The end of an event stream is that of its connection.
    answer.close = !form.keep_alive || response.streaming;
    auto& out = answer.head;
    std::size_t room = 160;
    for (const auto& field : response.fields) room += field.name.size() + field.value.size() + 4;
    out.reserve(room + (response.body.size() <= kJoinedBody ? response.body.size() : 0));
    fmt::format_to(
        std::back_inserter(out),
        "HTTP/1.1 {} {}\r\nDate: {}\r\n",
        response.status,
        reason(response.status),
        date_now()
    );
    for (const auto& field : response.fields) {
        if (is_ours(field.name)) continue;
        out.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    if (!bodyless && !response.streaming)
        fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
    if (answer.close) {
        out += "Connection: close\r\n";
    } else if (form.http10) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
    if (bodyless || form.head_only || response.streaming) return answer;
    if (response.body.size() <= kJoinedBody) {
        out += response.body;
    } else {
        answer.body = std::move(response.body);
    }
    return answer;
}

Response plain_answer(int status, std::string_view why) {
    return Response::make(
        status, "application/json; charset=utf-8", fmt::format("{{\"error\":\"{}\"}}", why)
    );
}

Response Front::refuse(int status, std::string_view why, std::string_view path) const {
    if (!form) return plain_answer(status, why);
    try {
        return form(status, why, path);
    } catch (const std::exception& problem) {
        log::error("http.refusal.threw", {{"what", problem.what()}});
        return plain_answer(status, why);
    }
}

Response Front::overloaded(std::string_view why, std::string_view path) const {
    return refuse(503, why, path).set("Retry-After", std::to_string(kRetryAfterSeconds));
}

/// What a Pending's `begin` gets: the first call counts, a late or second one is nothing.
struct Exchange::Resume {
    std::shared_ptr<Exchange> exchange;
    std::atomic<bool> called = false;

    void operator()(std::function<Response()> make) {
        if (called.exchange(true)) return;
        exchange->slot_.with([](auto& slot) { slot.reset(); });
        if (exchange->answered_ || exchange->front_->ended) return;
        auto work = [exchange = exchange, make = std::move(make)] {
            exchange->settle(made_by(*exchange->front_, exchange->path(), make));
        };
        if (!exchange->front_->workers.post(std::move(work))) {
            exchange->answer(exchange->front_->overloaded(kBusy, exchange->path()));
        }
    }
};

Exchange::Exchange(std::shared_ptr<Front> front, Request request, AnswerForm form, Deliver deliver)
    : front_(std::move(front)),
      request_(std::move(request)),
      form_(form),
      deliver_(std::move(deliver)) {}

void Exchange::start() {
    if (!front_->workers.post([self = shared_from_this()] { self->run(); })) {
        answer(front_->overloaded(kBusy, path()));
    }
}

bool Exchange::expire(Clock::time_point now) {
    const auto deadline = deadline_.load();
    if (deadline == 0 || now.time_since_epoch().count() < deadline) return false;
    if (answered_.exchange(true)) return false;
    slot_.with([](auto& slot) { slot.reset(); });
    return true;
}

void Exchange::run() {
    settle(made_by(*front_, path(), [this] { return front_->handler(request_); }));
}

void Exchange::settle(Response response) {
    if (response.pending) {
        wait(response.pending);
    } else {
        answer(std::move(response));
    }
}

void Exchange::wait(const std::shared_ptr<const Pending>& pending) {
    if (answered_) return;
    auto slot = front_->pending.take(pending->host);
    if (!slot) {
        return answer(
            front_->overloaded("Too many requests wait for that server, try again", path())
        );
    }
    slot_.with([&](auto& held) { held.emplace(std::move(*slot)); });
    if (deadline_ == 0) {
        deadline_ = (Clock::now() + front_->pending_deadline).time_since_epoch().count();
    } else if (answered_) {  // it expired meanwhile: nobody else would give the place back
        return slot_.with([](auto& held) { held.reset(); });
    }
    auto resume = std::make_shared<Resume>();
    resume->exchange = shared_from_this();
    try {
        pending->begin([resume](std::function<Response()> make) { (*resume)(std::move(make)); });
    } catch (...) {
        log::error("http.pending.threw", {{"host", pending->host}});
        (*resume)([front = front_, path = std::string(path())] {
            return front->refuse(500, "Something went wrong on this server.", path);
        });
    }
}

void Exchange::answer(Response response) {
    if (answered_.exchange(true)) return;
    auto form = form_;
    form.keep_alive = form.keep_alive && !front_->stopping;
    deliver_(shared_from_this(), serialise(std::move(response), form));
}

}  // namespace outboard::http
