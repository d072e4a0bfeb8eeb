// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/iri.hpp"
#include "src/fetch/guard.hpp"
#include "src/fetch/hosts.hpp"

struct x509_st;

namespace outboard::fetch {

/// Certificates trusted beside the system's. Read once, then shared by all transfers.
class ExtraAuthorities {
public:
    /// Errors: Invalid when the file cannot be read or holds no certificate.
    static Result<ExtraAuthorities> read(const std::string& pem_file);
    /// Adds them to an SSL_CTX.
    bool add_to(void* ssl_ctx) const;

private:
    std::vector<std::shared_ptr<x509_st>> certificates_;
};

/// One request on the wire: one hop, no redirects. Used on the fetch loop only.
class Transfer {
public:
    struct Plan {
        federation::Iri url;
        std::vector<Address> addresses;  // checked: the only ones connected to
        std::string method;
        std::vector<std::pair<std::string, std::string>> headers;  // signed, Host included
        std::string_view body;                                     // outlives the transfer
        std::size_t limit = 0;                                     // decompressed bytes
        std::chrono::milliseconds time_left{};
        std::chrono::milliseconds connect_deadline{};
        bool is_alone = false;  // shares no connection with others (Operator)
        const ExtraAuthorities* authorities = nullptr;
        const std::function<bool(const Address&)>* on_connect = nullptr;  // may be null
        std::uint64_t tag = 0;                                            // the owner's name for it
    };

    explicit Transfer(Plan plan);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* handle() const { return easy_.get(); }
    std::uint64_t tag() const { return plan_.tag; }

    struct Ended {
        std::optional<Error> error;  // nothing: an answer came in whole
        HostBook::Outcome outcome = HostBook::Outcome::Answered;
    };
    Ended ended(CURLcode code) const;

    int status() const;
    /// Headers of the final answer, names lower case. Call once.
    std::vector<std::pair<std::string, std::string>> take_headers() {
        return std::move(answer_headers_);
    }
    const std::vector<std::pair<std::string, std::string>>& headers() const {
        return answer_headers_;
    }
    std::string take_body() { return std::move(body_); }

private:
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
    static CURLcode on_ssl_ctx(CURL* easy, void* ssl_ctx, void* self);

    void set_request();
    void set_limits();
    bool take_header(std::string_view line);
    bool take_body_part(std::string_view part);
    bool refuse(Code code, std::string why);  // false, for the callbacks to return

    struct EasyDeleter {
        void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    };
    struct ListDeleter {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };

    Plan plan_;
    std::unique_ptr<curl_slist, ListDeleter> headers_, resolve_;
    std::vector<std::pair<std::string, std::string>> answer_headers_;
    std::size_t header_bytes_ = 0;  // of all header blocks and trailers
    bool has_body_begun_ = false;
    std::string body_;
    std::optional<Error> problem_;  // why a callback gave up
    bool was_socket_refused_ = false;
    char fault_[CURL_ERROR_SIZE] = {};
    std::unique_ptr<CURL, EasyDeleter> easy_;  // last: goes first, and uses the others
};

}  // namespace outboard::fetch
