// SPDX-License-Identifier: Apache-2.0
#include "tests/fetch/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <stdexcept>

#include "federation/base/text.hpp"

namespace outboard::tests {

std::string Seen::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (lower_ascii(key) == name) return value;
    return {};
}

std::string Seen::target() const {
    const auto first = line.find(' ');
    return line.substr(first + 1, line.rfind(' ') - first - 1);
}

bool Connection::read_more() {
    while (!is_stopping_) {
        if (ssl_ == nullptr || SSL_pending(ssl_) == 0) {
            pollfd wait{fd_, POLLIN, 0};
            if (poll(&wait, 1, 50) == 0) continue;
        }
        char part[4096];
        const auto count = ssl_ != nullptr ? SSL_read(ssl_, part, sizeof part)
                                           : static_cast<int>(recv(fd_, part, sizeof part, 0));
        if (count <= 0) return false;
        buffer_.append(part, static_cast<std::size_t>(count));
        return true;
    }
    return false;
}

std::optional<Seen> Connection::read_request() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!read_more()) return std::nullopt;
    Seen seen;
    const std::string head = buffer_.substr(0, end);
    buffer_.erase(0, end + 4);
    for (std::string_view line : split(head, '\n')) {
        line = trim(line);
        const auto colon = line.find(':');
        if (seen.line.empty())
            seen.line = line;
        else if (colon != line.npos)
            seen.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    std::size_t length = 0;
    const std::string text = seen.header("content-length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    while (buffer_.size() < length)
        if (!read_more()) return std::nullopt;
    seen.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return seen;
}

bool Connection::write(std::string_view bytes) {
    while (!bytes.empty() && !is_stopping_) {
        pollfd wait{fd_, POLLOUT, 0};
        if (poll(&wait, 1, 50) == 0) continue;
        const auto part = bytes.substr(0, 16384);
        const auto count =
            ssl_ != nullptr ? SSL_write(ssl_, part.data(), static_cast<int>(part.size()))
                            : static_cast<int>(send(fd_, part.data(), part.size(), MSG_NOSIGNAL));
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return !is_stopping_;
}

bool Connection::wait(std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (!is_stopping_ && std::chrono::steady_clock::now() < until) {
        pollfd wait{fd_, POLLRDHUP, 0};
        if (poll(&wait, 1, 10) > 0) return false;
    }
    return !is_stopping_;
}

void Connection::reset() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

Identity Identity::make(const std::string& name, int valid_from_days, int valid_to_days) {
    constexpr long kDay = 24L * 3600;
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_EC_gen("P-256"), EVP_PKEY_free
    );
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    X509* x = certificate.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), valid_from_days * kDay);
    X509_gmtime_adj(X509_getm_notAfter(x), valid_to_days * kDay);
    X509_set_pubkey(x, key.get());
    X509_NAME* subject = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0
    );
    X509_set_issuer_name(x, subject);
    const std::string names = "DNS:" + name;
    X509_EXTENSION* extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(x, key.get(), EVP_sha256());

    const auto text_of = [](auto&& fill) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        fill(out.get());
        char* data = nullptr;
        const long size = BIO_get_mem_data(out.get(), &data);
        return std::string(data, static_cast<std::size_t>(size));
    };
    return {text_of([&](BIO* out) { PEM_write_bio_X509(out, x); }), text_of([&](BIO* out) {
                PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

namespace {

ssl_ctx_st* make_tls(const Identity& identity) {
    SSL_CTX* tls = SSL_CTX_new(TLS_server_method());
    const auto read = [](const std::string& pem) {
        return std::unique_ptr<BIO, decltype(&BIO_free)>(
            BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free
        );
    };
    const auto certificate_in = read(identity.certificate_pem), key_in = read(identity.key_pem);
    X509* certificate = PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(tls, certificate);
    SSL_CTX_use_PrivateKey(tls, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return tls;
}

}  // namespace

Peer::Peer(const std::string& address, const Identity* identity) {
    std::signal(SIGPIPE, SIG_IGN);  // SSL_write knows no MSG_NOSIGNAL
    if (identity != nullptr) tls_ = make_tls(*identity);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    socklen_t size = sizeof where;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&where), size) != 0 ||
        listen(listener_, 64) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
        throw std::runtime_error("the test server cannot listen on " + address);
    port_ = ntohs(where.sin_port);
}

std::unique_ptr<Peer> Peer::scripted(
    Script script, const std::string& address, const Identity* identity
) {
    auto peer = std::make_unique<Peer>(address, identity);
    peer->script_ = std::move(script);
    peer->acceptor_ = std::thread([raw = peer.get()] { raw->accept_all(); });
    return peer;
}

std::unique_ptr<Peer> Peer::answering(
    Answers answers, const std::string& address, const Identity* identity
) {
    auto peer = std::make_unique<Peer>(address, identity);
    peer->script_ = [raw = peer.get(), answers = std::move(answers)](Connection& connection) {
        while (auto seen = connection.read_request()) {
            {
                std::lock_guard lock(raw->mutex_);
                raw->requests_.push_back(*seen);
            }
            if (!connection.write(answers(*seen))) return;
        }
    };
    peer->acceptor_ = std::thread([raw = peer.get()] { raw->accept_all(); });
    return peer;
}

Peer::~Peer() {
    is_stopping_ = true;
    if (acceptor_.joinable()) acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    close(listener_);
    if (tls_ != nullptr) SSL_CTX_free(tls_);
}

std::vector<Seen> Peer::requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
}

void Peer::accept_all() {
    while (!is_stopping_) {
        pollfd wait{listener_, POLLIN, 0};
        if (poll(&wait, 1, 20) <= 0) continue;
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        ++connections_;
        threads_.emplace_back([this, fd] { serve(fd); });
    }
}

void Peer::serve(int fd) {
    const timeval patience{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    SSL* ssl = nullptr;
    bool is_open = true;
    if (tls_ != nullptr) {
        ssl = SSL_new(tls_);
        SSL_set_fd(ssl, fd);
        is_open = SSL_accept(ssl) == 1;
    }
    Connection connection(fd, ssl, is_stopping_);
    if (is_open) script_(connection);
    if (ssl != nullptr) SSL_free(ssl);
    close(fd);
}

std::string answer(int status, const std::string& body, const std::vector<std::string>& headers) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Whatever\r\n";
    for (const std::string& header : headers) text += header + "\r\n";
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string redirect(const std::string& location, int status) {
    return answer(status, "", {"Location: " + location});
}

}  // namespace outboard::tests
