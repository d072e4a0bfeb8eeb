// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>

#include "tests/fetch/peer.hpp"

namespace outboard::tests {

void FakeResolver::set(const std::string& host, std::vector<std::vector<std::string>> answer_sets) {
    std::lock_guard lock(mutex_);
    answers_[host] = std::move(answer_sets);
}

Result<std::vector<fetch::Address>> FakeResolver::resolve(const std::string& host) {
    ++lookups_;
    std::lock_guard lock(mutex_);
    const auto found = answers_.find(host);
    if (found == answers_.end() || found->second.empty())
        return fail(Code::Unavailable, "the host name could not be resolved", host);
    auto& sets = found->second;
    std::vector<fetch::Address> addresses;
    for (const std::string& text : sets.front()) addresses.push_back(*fetch::parse_address(text));
    if (sets.size() > 1) sets.erase(sets.begin());
    return addresses;
}

World::World(std::vector<std::string> allowed, std::function<void(fetch::ClientSettings&)> change) {
    fetch::ClientSettings settings;
    settings.user_agent = "Outboard/0.1 (+https://own.example/)";
    settings.resolver = resolver;
    settings.guard.allow_http = !allowed.empty();
    for (const std::string& text : allowed)
        settings.guard.allow_addresses.push_back(*fetch::parse_network(text));
    settings.guard.own_hosts = {"own.example"};
    // Only loopback is ever connected to: the others are noted, then refused.
    settings.on_connect = [this](const fetch::Address& address) {
        std::lock_guard lock(mutex);
        tried.push_back(address.str());
        return address.str().starts_with("127.");
    };
    if (change) change(settings);
    client = std::make_unique<fetch::CurlClient>(std::move(settings), clock);
}

TempFile::TempFile(const std::string& text) {
    close(mkstemp(name_.data()));
    std::ofstream(name_) << text;
}

TempFile::~TempFile() { unlink(name_.c_str()); }

namespace {

template <class Request>
Result<fetch::Answer> wait_for(
    fetch::Client& client, Request request, std::chrono::milliseconds most
) {
    // Shared with the callback, which may come after the test gave up.
    auto promise = std::make_shared<std::promise<Result<fetch::Answer>>>();
    auto future = promise->get_future();
    client.send(std::move(request), [promise](Result<fetch::Answer> result) {
        promise->set_value(std::move(result));
    });
    REQUIRE_MESSAGE(
        future.wait_for(most) == std::future_status::ready, "the client did not call back in time"
    );
    return future.get();
}

}  // namespace

Result<fetch::Answer> World::fetch(fetch::Untrusted request, std::chrono::milliseconds most) {
    return wait_for(*client, std::move(request), most);
}

Result<fetch::Answer> World::fetch(const std::string& url, std::chrono::milliseconds deadline) {
    return fetch(fetch::Untrusted{.url = url, .exchange = {.deadline = deadline}});
}

Result<fetch::Answer> World::fetch_operator(fetch::Operator request) {
    return wait_for(*client, std::move(request), std::chrono::seconds(5));
}

std::vector<std::string> World::connected() const {
    std::lock_guard lock(mutex);
    return tried;
}

std::string summary(const Result<fetch::Answer>& result) {
    if (result) return std::to_string(result->status);
    switch (result.error().code) {
        case Code::Forbidden:
            return "Forbidden " + std::string(fetch::refusal_code(result.error()));
        case Code::RateLimited:
            return "RateLimited";
        case Code::Unavailable:
            return "Unavailable";
        case Code::TooLarge:
            return "TooLarge";
        case Code::Invalid:
            return "Invalid";
        case Code::Unauthorized:
        case Code::NotFound:
        case Code::Conflict:
        case Code::Gone:
        case Code::Internal:
            break;
    }
    return "unexpected: " + result.error().shown;
}

namespace {

const std::string kGzipHeader("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);

void put_le(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

std::uint32_t crc32(const std::string& text) {
    std::uint32_t crc = 0xffffffff;
    for (unsigned char c : text) {
        crc ^= c;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

}  // namespace

std::string gzip_stored(const std::string& text) {
    REQUIRE(text.size() < 65536);
    std::string out = kGzipHeader;
    out += '\x01';  // last block, stored
    put_le(out, static_cast<std::uint32_t>(text.size()), 2);
    put_le(out, ~static_cast<std::uint32_t>(text.size()), 2);
    out += text;
    put_le(out, crc32(text), 4);
    put_le(out, static_cast<std::uint32_t>(text.size()), 4);
    return out;
}

std::string gzip_bomb(std::size_t bytes) {
    std::string out = kGzipHeader;
    std::uint32_t pending = 0;
    int held = 0;
    const auto put_bit = [&](std::uint32_t bit) {
        pending |= bit << held;
        if (++held < 8) return;
        out += static_cast<char>(pending);
        pending = 0;
        held = 0;
    };
    const auto put_code = [&](std::uint32_t code,
                              int length) {  // Huffman codes go out highest bit first
        for (int i = length - 1; i >= 0; --i) put_bit(code >> i & 1);
    };
    put_bit(1);  // last block
    put_bit(1);  // fixed codes: 01, lowest bit first
    put_bit(0);
    put_code(0x30, 8);  // one zero byte
    for (std::size_t made = 1; made < bytes; made += 258) {
        put_code(0xc5, 8);  // again, 258 bytes,
        put_code(0, 5);     // from one byte back
    }
    put_code(0, 7);  // end of block
    while (held != 0) put_bit(0);
    return out + std::string(8, '\0');  // checksums that no reader should come to
}

}  // namespace outboard::tests
