// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "federation/base/result.hpp"

namespace outboard::http {

struct FreeTlsContext {
    void operator()(SSL_CTX* context) const;
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTlsContext>;

/// A server's context: TLS 1.2 and later, `http/1.1` by ALPN, certificate chain and key from PEM
/// files. Errors: Unavailable, naming the file and what is wrong with it.
Result<TlsContext> load_tls(const std::string& certificate_file, const std::string& key_file);

}  // namespace outboard::http
