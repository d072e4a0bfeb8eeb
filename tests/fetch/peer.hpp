// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "federation/ports.hpp"
#include "src/fetch/curl_client.hpp"

struct ssl_ctx_st;
struct ssl_st;

/// Real servers on loopback that behave well or badly, and what a client needs to meet them.
namespace outboard::tests {

/// A request as it came over the wire.
struct Seen {
    std::string line;  // "GET /x HTTP/1.1"
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    /// Empty when absent.
    std::string header(std::string_view name) const;
    std::string target() const;
};

/// One accepted connection, used by the peer's script.
class Connection {
public:
    Connection(int fd, ssl_st* ssl, const std::atomic<bool>& is_stopping)
        : fd_(fd), ssl_(ssl), is_stopping_(is_stopping) {}
    /// Nothing when the other side closed or the peer ends.
    std::optional<Seen> read_request();
    /// False when the other side is gone or the peer ends.
    bool write(std::string_view bytes);
    /// Waits; false when the peer ends or the other side has closed.
    bool wait(std::chrono::milliseconds time);
    /// Closes with RST.
    void reset();
    bool is_stopping() const { return is_stopping_; }

private:
    bool read_more();
    int fd_;
    ssl_st* ssl_;
    const std::atomic<bool>& is_stopping_;
    std::string buffer_;
};

/// A key and its self-signed certificate.
struct Identity {
    std::string certificate_pem, key_pem;
    static Identity make(const std::string& name, int valid_from_days = -1, int valid_to_days = 30);
};

class Peer {
public:
    using Script = std::function<void(Connection&)>;
    /// Answers of a peer that keeps connections open.
    using Answers = std::function<std::string(const Seen&)>;

    static std::unique_ptr<Peer> scripted(
        Script script, const std::string& address = "127.0.0.7", const Identity* identity = nullptr
    );
    static std::unique_ptr<Peer> answering(
        Answers answers,
        const std::string& address = "127.0.0.7",
        const Identity* identity = nullptr
    );
    Peer(const std::string& address, const Identity* identity);
    ~Peer();

    std::uint16_t port() const { return port_; }
    /// `http://NAME:PORT` + path
    std::string url(
        const std::string& name, const std::string& path, const std::string& scheme = "http"
    ) const {
        return scheme + "://" + name + ":" + std::to_string(port_) + path;
    }
    int connections() const { return connections_; }
    std::vector<Seen> requests() const;

private:
    void accept_all();
    void serve(int fd);
    Script script_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    ssl_ctx_st* tls_ = nullptr;
    std::atomic<bool> is_stopping_{false};
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::vector<Seen> requests_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

/// `HTTP/1.1 200 OK` with a length and what else is asked for.
std::string answer(
    int status, const std::string& body, const std::vector<std::string>& headers = {}
);
std::string redirect(const std::string& location, int status = 302);

class FakeResolver final : public fetch::Resolver {
public:
    /// One answer set per lookup; the last one stays.
    void set(const std::string& host, std::vector<std::vector<std::string>> answer_sets);
    Result<std::vector<fetch::Address>> resolve(const std::string& host) override;
    int lookups() const { return lookups_; }

private:
    std::mutex mutex_;
    std::map<std::string, std::vector<std::vector<std::string>>> answers_;
    std::atomic<int> lookups_{0};
};

class ManualClock final : public Clock {
public:
    Instant now() const override { return from_ms(ms_); }
    void advance(std::chrono::milliseconds by) { ms_ += by.count(); }

private:
    std::atomic<std::int64_t> ms_{1'795'000'000'000};
};

/// A file that is gone at the end of the test.
class TempFile {
public:
    explicit TempFile(const std::string& text);
    ~TempFile();
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;
    const std::string& name() const { return name_; }

private:
    std::string name_ = "/tmp/outboard-fetch-XXXXXX";
};

/// A client with its resolver and clock; it may reach `allowed` only, and notes every address that
/// it connects to.
struct World {
    explicit World(
        std::vector<std::string> allowed = {"127.0.0.7"},
        std::function<void(fetch::ClientSettings&)> change = {}
    );
    /// Fails the test when nothing comes back in `most`.
    Result<fetch::Answer> fetch(
        fetch::Untrusted request, std::chrono::milliseconds most = std::chrono::seconds(5)
    );
    Result<fetch::Answer> fetch(
        const std::string& url, std::chrono::milliseconds deadline = std::chrono::seconds(2)
    );
    Result<fetch::Answer> fetch_operator(fetch::Operator request);
    std::vector<std::string> connected() const;

    ManualClock clock;
    std::shared_ptr<FakeResolver> resolver = std::make_shared<FakeResolver>();
    mutable std::mutex mutex;
    std::vector<std::string> tried;
    std::unique_ptr<fetch::CurlClient> client;
};

/// "Forbidden address.loopback", "Unavailable", or "200": one word or two to compare with.
std::string summary(const Result<fetch::Answer>& result);

std::string gzip_stored(const std::string& text);
/// About `bytes` zero bytes, compressed 158 to 1.
std::string gzip_bomb(std::size_t bytes);

}  // namespace outboard::tests
