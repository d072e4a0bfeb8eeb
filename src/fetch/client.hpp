// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/signatures.hpp"
#include "src/base/limits.hpp"

/// The one outbound client (DESIGN.md 3.2). Nothing else in the program opens a connection.
namespace outboard::fetch {

/// Signs each hop anew for its own host. Shared: hops, retries and the cache of signers hold it.
using SharedSigner = std::shared_ptr<const federation::Signer>;

struct Exchange {
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> headers;  // Accept, Content-Type …
    std::string body;
    SharedSigner signer;  // may be empty: unsigned
    federation::SignatureScheme scheme = federation::SignatureScheme::DraftCavage;
    std::size_t limit = limits::kDocument;  // decompressed bytes of the answer
    std::chrono::milliseconds deadline = limits::kDocumentDeadline;  // total, redirects included
    bool follow_redirects = true;                                    // never for POST
};

/// An address from outside: guarded.
struct Untrusted {
    std::string url;
    Exchange exchange = {};
};
/// An exact endpoint from the configuration: any address, no redirects. No code path makes one from
/// an Untrusted.
struct Operator {
    std::string url;
    Exchange exchange = {};
};

struct Answer {
    int status = 0;
    std::string final_url;  // after redirects: the document's origin
    std::vector<std::pair<std::string, std::string>>
        headers;       // of the final answer, names lower case
    std::string body;  // decompressed

    std::optional<std::string> header(std::string_view lower_name) const;
};

/// Error codes: Forbidden (the guard refused; `shown` begins with its stable code, e.g.
/// "address.loopback"), Unavailable (no connection, deadline, host paused), TooLarge, Invalid (bad
/// answer, too many redirects).
using Done = std::function<void(Result<Answer>)>;

class Client {
public:
    virtual ~Client() = default;
    /// Calls `done` exactly once, later, on the fetch thread: it must hand work on to workers.
    /// Threads: any.
    virtual void send(Untrusted request, Done done) = 0;
    virtual void send(Operator request, Done done) = 0;
};

}  // namespace outboard::fetch
