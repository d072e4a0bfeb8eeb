// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "federation/base/time.hpp"
#include "src/base/counters.hpp"
#include "src/base/guarded.hpp"
#include "src/base/limits.hpp"

namespace outboard {

/// Makes guessing passwords hopeless (THREATS 74): after a few failures, for one account or from
/// one address, attempts must wait, and the wait doubles with each further failure. Names that
/// nobody has are counted like those of accounts, so that answers tell nothing. Threads: any.
class LoginLimits {
public:
    /// Counts an attempt as failed, before its password is looked at, so that many at once gain
    /// nothing. Returns 0 when it may be made, else how long to wait; then nothing is counted.
    std::chrono::seconds begin(const std::string& account, const std::string& address, Instant now);
    /// The attempt was right after all: the account's failures are forgotten, this attempt is taken
    /// off the address.
    void succeeded(const std::string& account, const std::string& address, Instant now);

private:
    struct Failures {
        int count = 0;
        Instant last{};
        Instant blocked_until{};
    };
    struct Tables {
        Counters<Failures> accounts{limits::kLoginEntries};
        Counters<Failures> addresses{limits::kLoginEntries};
    };
    static Failures& find(Counters<Failures>& table, const std::string& key, Instant now);
    static void count(Failures& failures, int free, Instant now);
    Guarded<Tables> tables_;
};

}  // namespace outboard
