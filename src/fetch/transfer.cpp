// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/transfer.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"

namespace outboard::fetch {
namespace {

// What curl has read but not yet counted when it hands on decompressed bytes: its receive buffer.
constexpr std::size_t kUncounted = CURL_MAX_WRITE_SIZE;
constexpr long kDnsCacheSeconds =
    60;  // of the addresses we give to curl; longer than one transfer needs to connect

std::string bracketed(const Address& address) {
    return address.is_v4() ? address.str() : "[" + address.str() + "]";
}

std::optional<Address> address_of(const sockaddr& from, int family) {
    Address address;
    if (family == AF_INET) {
        address.bytes[10] = address.bytes[11] = 0xff;
        std::memcpy(
            address.bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, 4
        );
        return address;
    }
    if (family == AF_INET6) {
        std::memcpy(
            address.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, 16
        );
        return address;
    }
    return std::nullopt;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
    // An option this curl does not know would leave a protection off: better no request at all.
    if (curl_easy_setopt(easy, option, value) != CURLE_OK) throw std::bad_alloc();
}

bool append(std::unique_ptr<curl_slist, void (*)(curl_slist*)>& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    list.release();  // NOLINT(bugprone-unused-return-value): `longer` begins with it
    list.reset(longer);
    return true;
}

curl_slist* make_list(const std::vector<std::string>& lines) {
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> list(nullptr, curl_slist_free_all);
    for (const std::string& line : lines)
        if (!append(list, line)) throw std::bad_alloc();
    return list.release();
}

}  // namespace

Result<ExtraAuthorities> ExtraAuthorities::read(const std::string& pem_file) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(
        BIO_new_file(pem_file.c_str(), "r"), BIO_free
    );
    if (!file) return fail(Code::Invalid, "cannot read the certificates in " + pem_file);
    ExtraAuthorities authorities;
    while (X509* certificate = PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr))
        authorities.certificates_.emplace_back(certificate, X509_free);
    if (authorities.certificates_.empty())
        return fail(Code::Invalid, "no certificate in PEM form in " + pem_file);
    return authorities;
}

bool ExtraAuthorities::add_to(void* ssl_ctx) const {
    X509_STORE* store = SSL_CTX_get_cert_store(static_cast<SSL_CTX*>(ssl_ctx));
    return std::ranges::all_of(certificates_, [&](const auto& certificate) {
        return X509_STORE_add_cert(store, certificate.get()) ==
               1;  // one that is there already is fine
    });
}

Transfer::Transfer(Plan plan) : plan_(std::move(plan)), easy_(curl_easy_init()) {
    if (!easy_) throw std::bad_alloc();
    CURL* easy = easy_.get();
    set(easy, CURLOPT_PRIVATE, this);
    set(easy, CURLOPT_ERRORBUFFER, fault_);
    set_request();
    set_limits();
    set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(easy, CURLOPT_HEADERDATA, this);
    set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(easy, CURLOPT_WRITEDATA, this);
    set(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    set(easy, CURLOPT_OPENSOCKETDATA, this);
}

Transfer::~Transfer() = default;

void Transfer::set_request() {
    CURL* easy = easy_.get();
    set(easy, CURLOPT_URL, plan_.url.without_fragment().str().c_str());
    set(easy, CURLOPT_PATH_AS_IS, 1L);  // what was signed is what is sent
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    if (plan_.method == "HEAD") {
        set(easy, CURLOPT_NOBODY, 1L);
    } else if (plan_.method == "POST" || !plan_.body.empty()) {
        set(easy, CURLOPT_POST, 1L);
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(plan_.body.size()));
        set(easy, CURLOPT_POSTFIELDS, plan_.body.empty() ? "" : plan_.body.data());
        if (plan_.method != "POST") set(easy, CURLOPT_CUSTOMREQUEST, plan_.method.c_str());
    } else if (plan_.method == "GET") {
        set(easy, CURLOPT_HTTPGET, 1L);
    } else {
        set(easy, CURLOPT_CUSTOMREQUEST, plan_.method.c_str());
    }
    std::vector<std::string> lines;
    lines.reserve(plan_.headers.size() + 1);
    for (const auto& [name, value] : plan_.headers) {
        // curl reads "Name:" as "leave out Name", and "Name;" as an empty one.
        lines.push_back(value.empty() ? name + ";" : name + ": " + value);
    }
    lines.emplace_back("Expect:");  // one round trip less
    headers_.reset(make_list(lines));
    set(easy, CURLOPT_HTTPHEADER, headers_.get());
    set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (!literal_address(plan_.url)) {
        std::string entry =
            "+" + std::string(plan_.url.host()) + ":" + std::to_string(plan_.url.port()) + ":";
        for (std::size_t i = 0; i < plan_.addresses.size(); ++i)
            entry += (i == 0 ? "" : ",") + bracketed(plan_.addresses[i]);
        resolve_.reset(make_list({entry}));
        set(easy, CURLOPT_RESOLVE, resolve_.get());
    }
}

void Transfer::set_limits() {
    CURL* easy = easy_.get();
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_PROXY, "");  // not what http_proxy and its like name
    set(easy, CURLOPT_NOPROXY, "*");
    set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (plan_.authorities != nullptr) {
        set(easy, CURLOPT_SSL_CTX_FUNCTION, &Transfer::on_ssl_ctx);
        set(easy, CURLOPT_SSL_CTX_DATA, this);
    }
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(plan_.connect_deadline.count()));
    set(easy,
        CURLOPT_TIMEOUT_MS,
        static_cast<long>(std::max<std::int64_t>(plan_.time_left.count(), 1)));
    set(easy, CURLOPT_DNS_CACHE_TIMEOUT, kDnsCacheSeconds);
    set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(plan_.limit));
    set(easy, CURLOPT_MAXAGE_CONN, 30L);
    if (plan_.is_alone) {
        set(easy, CURLOPT_FRESH_CONNECT, 1L);
        set(easy, CURLOPT_FORBID_REUSE, 1L);
    }
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype purpose, curl_sockaddr* to) {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto address = address_of(to->addr, to->family);
    const auto& checked = transfer.plan_.addresses;
    if (purpose != CURLSOCKTYPE_IPCXN || !address ||
        std::ranges::find(checked, *address) == checked.end()) {
        transfer.was_socket_refused_ = true;
        return CURL_SOCKET_BAD;
    }
    const auto* on_connect = transfer.plan_.on_connect;
    if (on_connect != nullptr && *on_connect && !(*on_connect)(*address)) return CURL_SOCKET_BAD;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

CURLcode Transfer::on_ssl_ctx(CURL* /*easy*/, void* ssl_ctx, void* self) {
    const auto& transfer = *static_cast<Transfer*>(self);
    return transfer.plan_.authorities->add_to(ssl_ctx) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

bool Transfer::refuse(Code code, std::string why) {
    problem_ = Error{code, std::move(why), plan_.url.authority()};
    return false;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    const std::string_view line(data, size * count);
    return static_cast<Transfer*>(self)->take_header(line) ? line.size() : 0;
}

bool Transfer::take_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > limits::kHeaderBytes)
        return refuse(Code::Invalid, "the answer's headers are too large");
    if (has_body_begun_) return true;  // trailers count, and mean nothing
    if (line.starts_with("HTTP/")) {   // a final answer follows an interim one
        answer_headers_.clear();
        return true;
    }
    const std::string_view trimmed = trim(line);
    if (trimmed.empty()) return true;
    if (line.front() == ' ' || line.front() == '\t')
        return refuse(Code::Invalid, "the answer has a folded header");
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0)
        return refuse(Code::Invalid, "the answer has a malformed header");
    if (answer_headers_.size() >= limits::kHeaderCount)
        return refuse(Code::Invalid, "the answer has too many headers");
    answer_headers_.emplace_back(
        lower_ascii(trim(line.substr(0, colon))), trim(line.substr(colon + 1))
    );
    return true;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    const std::string_view part(data, size * count);
    // 0 for an empty part is right in both cases; a refused one is never empty.
    return static_cast<Transfer*>(self)->take_body_part(part) ? part.size() : 0;
}

bool Transfer::take_body_part(std::string_view part) {
    has_body_begun_ = true;
    if (part.size() > plan_.limit - std::min(plan_.limit, body_.size()))
        return refuse(
            Code::TooLarge, "the answer is larger than " + std::to_string(plan_.limit) + " bytes"
        );
    curl_off_t received = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T, &received);
    const std::size_t most =
        limits::kCompressionRatio * (static_cast<std::size_t>(received) + kUncounted);
    if (body_.size() + part.size() > most)
        return refuse(Code::TooLarge, "the answer is compressed too strongly");
    body_.append(part);
    return true;
}

int Transfer::status() const {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

Transfer::Ended Transfer::ended(CURLcode code) const {
    using Outcome = HostBook::Outcome;
    if (problem_) return {problem_, Outcome::Answered};
    if (code == CURLE_OK) return {std::nullopt, Outcome::Answered};
    const std::string detail =
        plan_.url.authority() + ": " + (fault_[0] != 0 ? fault_ : curl_easy_strerror(code));
    const auto make = [&](Code kind, std::string_view shown, Outcome outcome) {
        return Ended{Error{kind, std::string(shown), detail}, outcome};
    };
    switch (static_cast<int>(code)) {
        case CURLE_FILESIZE_EXCEEDED:
            return make(
                Code::TooLarge,
                "the answer is larger than " + std::to_string(plan_.limit) + " bytes",
                Outcome::Answered
            );
        case CURLE_COULDNT_CONNECT:
            if (was_socket_refused_)
                return make(
                    Code::Forbidden,
                    "address.unchecked: the connection would have left the checked addresses",
                    Outcome::Neutral
                );
            return make(Code::Unavailable, "the host refused the connection", Outcome::Failed);
        case CURLE_OPERATION_TIMEDOUT:
            return make(Code::Unavailable, "the host did not answer in time", Outcome::Failed);
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
            return make(
                Code::Unavailable,
                "no secure connection: the host's certificate or TLS is not acceptable",
                Outcome::Failed
            );
        case CURLE_UNSUPPORTED_PROTOCOL:  // no status line (HTTP/0.9)
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_BAD_CONTENT_ENCODING:
        case CURLE_OUT_OF_MEMORY:  // curl 7.88's word for a header line over 100 KiB
        case CURLE_WRITE_ERROR:    // its decoder's word for broken compression
        case CURLE_HTTP2:
            return make(Code::Invalid, "the host's answer is not valid HTTP", Outcome::Answered);
        default:
            return make(Code::Unavailable, "the connection broke off", Outcome::Failed);
    }
}

}  // namespace outboard::fetch
