// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/http/support.hpp"

namespace outboard::http::tests {

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
};

/// A self-signed certificate and its key in a folder of their own.
struct CertificateFiles {
    CertificateFiles() {
        char name[] = "/tmp/outboard-http-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        folder = name;
        certificate = folder / "cert.pem";
        key = folder / "key.pem";
        renew(1);
    }
    ~CertificateFiles() { std::filesystem::remove_all(folder); }
    CertificateFiles(const CertificateFiles&) = delete;
    CertificateFiles& operator=(const CertificateFiles&) = delete;

    void renew(long serial) const {
        const std::unique_ptr<EVP_PKEY, FreeSsl> pair(EVP_EC_gen("P-256"));
        const std::unique_ptr<X509, FreeSsl> cert(X509_new());
        X509_set_version(cert.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial);
        X509_gmtime_adj(X509_getm_notBefore(cert.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
        X509_set_pubkey(cert.get(), pair.get());
        auto* subject = X509_get_subject_name(cert.get());
        X509_NAME_add_entry_by_txt(
            subject,
            "CN",
            MBSTRING_ASC,
            reinterpret_cast<const unsigned char*>("node.example"),
            -1,
            -1,
            0
        );
        X509_set_issuer_name(cert.get(), subject);
        REQUIRE(X509_sign(cert.get(), pair.get(), EVP_sha256()) > 0);
        write(certificate, [&](FILE* out) { return PEM_write_X509(out, cert.get()); });
        write(key, [&](FILE* out) {
            return PEM_write_PrivateKey(out, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }

    std::filesystem::path folder, certificate, key;

private:
    template <class Put>
    static void write(const std::filesystem::path& to, Put&& put) {
        FILE* out = fopen(to.c_str(), "w");
        REQUIRE(out != nullptr);
        REQUIRE(put(out) == 1);
        fclose(out);
    }
};

/// A TLS client over the raw one; nothing when the handshake fails.
struct TlsClient {
    explicit TlsClient(std::uint16_t port, int most_version = TLS1_3_VERSION) : raw(port) {
        SSL_CTX_set_max_proto_version(context.get(), most_version);
        SSL_CTX_set_security_level(context.get(), 0);
        ssl.reset(SSL_new(context.get()));
        SSL_set_alpn_protos(
            ssl.get(), reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"), 12
        );
        SSL_set_fd(ssl.get(), raw.fd());
        timeval most{10, 0};
        setsockopt(raw.fd(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        shaken = SSL_connect(ssl.get()) == 1;
    }
    /// Everything until the other side closes.
    std::string ask(const std::string& bytes) {
        if (SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) return "";
        std::string all;
        char part[4096];
        for (int count = 0; (count = SSL_read(ssl.get(), part, sizeof part)) > 0;)
            all.append(part, static_cast<std::size_t>(count));
        clean_end = SSL_get_shutdown(ssl.get()) == SSL_RECEIVED_SHUTDOWN;
        return all;
    }
    long serial() const {
        const std::unique_ptr<X509, FreeSsl> peer(SSL_get1_peer_certificate(ssl.get()));
        return peer ? ASN1_INTEGER_get(X509_get0_serialNumber(peer.get())) : 0;
    }

    Client raw;
    std::unique_ptr<SSL_CTX, FreeSsl> context{SSL_CTX_new(TLS_client_method())};
    std::unique_ptr<SSL, FreeSsl> ssl;
    bool shaken = false, clean_end = false;
};

}  // namespace outboard::http::tests
