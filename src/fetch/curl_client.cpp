// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/curl_client.hpp"

#include <utility>

#include "src/fetch/loop.hpp"

namespace outboard::fetch {

CurlClient::CurlClient(ClientSettings settings, const Clock& clock)
    : loop_(std::make_unique<Loop>(std::move(settings), clock)) {}

CurlClient::~CurlClient() = default;

void CurlClient::send(Untrusted request, Done done) {
    loop_->send(
        std::move(request.url), std::move(request.exchange), /*is_operator=*/false, std::move(done)
    );
}

void CurlClient::send(Operator request, Done done) {
    loop_->send(
        std::move(request.url), std::move(request.exchange), /*is_operator=*/true, std::move(done)
    );
}

const Guard& CurlClient::guard() const { return loop_->guard(); }

}  // namespace outboard::fetch
