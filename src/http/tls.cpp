// SPDX-License-Identifier: Apache-2.0
#include "src/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>

namespace outboard::http {

namespace {

/// The first entry says what went wrong; later ones say through whom.
std::string openssl_says() {
    const auto code = ERR_peek_error();
    char text[256] = {};
    ERR_error_string_n(code, text, sizeof text);
    const char* reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return reason != nullptr ? reason : text;
}

tl::unexpected<Error> tls_problem(const std::string& what) {
    return fail(Code::Unavailable, what + ": " + openssl_says());
}

constexpr unsigned char kSpoken[] = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered, unsigned int length, void*) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_length, kSpoken, sizeof kSpoken - 1, offered, length) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/// A key with a passphrase is an error here: asking on the terminal would hang the start.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

void FreeTlsContext::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

Result<TlsContext> load_tls(const std::string& certificate_file, const std::string& key_file) {
    ERR_clear_error();
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    if (!context) return tls_problem("TLS cannot be set up");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(
        context.get(),
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
    );
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(
        context.get(), SSL_SESS_CACHE_OFF
    );  // tickets keep the state at the client
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
        return tls_problem("Certificate " + certificate_file + " cannot be read");
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return tls_problem("Key " + key_file + " cannot be read");
    }
    if (SSL_CTX_check_private_key(context.get()) != 1) {
        return tls_problem(
            "Key " + key_file + " does not belong to certificate " + certificate_file
        );
    }
    return context;
}

}  // namespace outboard::http
