// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "federation/base/time.hpp"
#include "federation/signatures.hpp"
#include "src/store/queues.hpp"

namespace outboard::delivery {

/// What became of one request.
struct Answered {
    store::deliveries::Item item;
    AccountId account;             // whose outbox it is
    int status = 0;                // HTTP status; 0 when there was no answer
    std::string problem;           // why not
    bool host_is_at_fault = true;  // false when we never got as far as the host
    bool refused_here = false;     // final, and says nothing about the host: it was never asked
    std::optional<std::chrono::seconds> retry_after;
    std::optional<federation::SignatureScheme>
        learnt;  // the scheme that a host which checks before it answers took (S14)
};

struct Underway {
    int requests = 0;
    std::vector<Answered> answers;  // at most as many as requests were leased
};

/// What a status means for the delivery (I13).
enum class Verdict {
    Done,    // 2xx
    Retry,   // no answer, 5xx, 408, 429, 401
    Gone,    // 410: nobody is there any more
    Refused  // any other: final
};
Verdict judge(int status);

/// How long to wait after `tries` tries: from one minute doubled up to 12 hours, up to a fifth more
/// by `random` (0 to 255); what the host asked for counts when it is longer, up to a day.
std::chrono::milliseconds backoff(
    int tries, unsigned char random, std::optional<std::chrono::seconds> asked
);

/// A Retry-After header: seconds or a date.
std::optional<std::chrono::seconds> read_retry_after(std::string_view value, Instant now);

/// The host after one more answer or failure: paused with probes when it fails for a week, as new
/// after a success.
store::hosts::Host host_after(store::hosts::Host host, bool answered, Instant now);

}  // namespace outboard::delivery
