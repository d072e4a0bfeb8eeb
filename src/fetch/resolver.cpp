// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/resolver.hpp"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>

namespace outboard::fetch {
namespace {

constexpr std::size_t kMostAddresses = 16;  // a name with more is answered by its first ones
constexpr auto kPatience = std::chrono::seconds(2);

/// `_res` belongs to the thread, so this is done once in each.
void prepare_this_thread() {
    thread_local bool is_ready = false;
    if (is_ready) return;
    is_ready = true;
    if (res_init() != 0) return;
    _res.retrans = 2;  // seconds per server
    _res.retry = 2;
    // `peer.example` is never `peer.example.our-office.lan`.
    _res.options &= ~(RES_DEFNAMES | RES_DNSRCH);
}

}  // namespace

Result<std::vector<Address>> SystemResolver::resolve(const std::string& host) {
    prepare_this_thread();
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int fault = getaddrinfo(host.c_str(), nullptr, &hints, &list); fault != 0)
        return fail(
            Code::Unavailable,
            "the host name could not be resolved",
            host + ": " + gai_strerror(fault)
        );
    std::vector<Address> addresses;
    for (const addrinfo* entry = list; entry != nullptr && addresses.size() < kMostAddresses;
         entry = entry->ai_next) {
        Address address;
        if (entry->ai_family == AF_INET) {
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
            address.bytes[10] = address.bytes[11] = 0xff;
            std::memcpy(address.bytes.data() + 12, &v4->sin_addr, 4);
        } else if (entry->ai_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(entry->ai_addr);
            std::memcpy(address.bytes.data(), &v6->sin6_addr, 16);
        } else {
            continue;
        }
        if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
    }
    freeaddrinfo(list);
    return addresses;
}

Threads::Threads(std::size_t count) : state_(std::make_shared<State>()) {
    state_->running = count;
    for (std::size_t i = 0; i < count; ++i)
        threads_.emplace_back([state = state_] { work(state); });
}

void Threads::work(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    for (;;) {
        state->wake.wait(lock, [&] { return state->is_stopping || !state->tasks.empty(); });
        if (state->is_stopping) break;
        auto task = std::move(state->tasks.front());
        state->tasks.pop_front();
        lock.unlock();
        task();
        task = nullptr;
        lock.lock();
    }
    --state->running;
    state->ended.notify_all();
}

void Threads::post(std::function<void()> task) {
    {
        std::lock_guard lock(state_->mutex);
        state_->tasks.push_back(std::move(task));
    }
    state_->wake.notify_one();
}

Threads::~Threads() {
    bool all_ended = false;
    std::deque<std::function<void()>> dropped;
    {
        std::unique_lock lock(state_->mutex);
        state_->is_stopping = true;
        dropped.swap(state_->tasks);
        state_->wake.notify_all();
        all_ended = state_->ended.wait_for(lock, kPatience, [&] { return state_->running == 0; });
    }
    for (std::thread& thread : threads_) {
        if (all_ended)
            thread.join();
        else
            thread.detach();  // blocked in DNS; it holds its own state and touches nothing of ours
    }
}

}  // namespace outboard::fetch
