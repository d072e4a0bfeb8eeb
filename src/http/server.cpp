// SPDX-License-Identifier: Apache-2.0
#include "src/http/server.hpp"

#include <fcntl.h>

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

#include "src/base/log.hpp"
#include "src/http/session.hpp"
#include "src/http/tls.hpp"

namespace outboard::http {

namespace {

using namespace std::chrono_literals;

constexpr int kBacklog = 4096;
constexpr auto kAcceptPause = 100ms;  // when the kernel has no descriptor or memory

/// Deadlines are looked at this often.
std::chrono::milliseconds tick_for(const ServerSettings& settings) {
    const auto shortest = std::min(
        {settings.header_deadline,
         settings.body_deadline,
         settings.idle,
         settings.write_deadline,
         settings.pending_deadline}
    );
    return std::clamp<std::chrono::milliseconds>(shortest / 8, 10ms, 250ms);
}

Address address_of(const asio::ip::address& address) {
    return Address::parse(address.to_string()).value_or(Address{});
}

}  // namespace

// Loop

void Loop::start() {
    thread_ = std::thread([this] {
        for (;;) {
            try {
                context_.run();
                return;
            } catch (const std::exception& problem) {
                log::error("http.loop.threw", {{"what", problem.what()}});
            }
        }
    });
}

void Loop::finish() {
    post([this] {
        each_session([](Session& session) { session.close(); });
        timer_.cancel();
        guard_.reset();
    });
    {
        std::lock_guard lock(mutex_);
        finished_ = true;
    }
    if (thread_.joinable()) thread_.join();
}

void Loop::add(std::shared_ptr<Session> session) {
    session->place = sessions_.size();
    sessions_.push_back(std::move(session));
    schedule();
}

void Loop::remove(Session& session) {
    const auto place = session.place;
    std::swap(sessions_[place], sessions_.back());
    sessions_[place]->place = place;
    sessions_.pop_back();
}

void Loop::drain() {
    each_session([](Session& session) { session.drain(); });
}

void Loop::schedule() {
    if (ticking_ || sessions_.empty()) return;
    ticking_ = true;
    timer_.expires_after(tick_);
    timer_.async_wait([this](ErrorCode error) {
        ticking_ = false;
        if (!error) tick();
    });
}

void Loop::tick() {
    const auto now = Clock::now();
    each_session([now](Session& session) { session.tick(now); });
    schedule();
}

/// Backwards: a session that closes takes itself out, and the last one comes to its place.
template <class Use>
void Loop::each_session(Use&& use) {
    for (auto i = sessions_.size(); i-- > 0;) {
        const auto session = sessions_[i];  // kept while it is used
        use(*session);
    }
}

// Server

struct Server::Impl {
    Impl(ServerSettings wanted, Handler handler, BodyLimit body_limit, Executor& workers);
    Result<void> prepare();
    Result<void> listen();
    void accept();
    void admit(Loop& loop, Tcp::socket socket);
    Result<std::shared_ptr<asio::ssl::context>> load_tls_context() const;
    Loop& first() { return *shared->loops.front(); }

    std::shared_ptr<Shared> shared;  // with the sessions
    std::optional<Tcp::acceptor> acceptor;
    std::optional<asio::steady_timer> pause;
    Tcp::endpoint peer;
    std::size_t next_loop = 0;
    bool short_of_files = false;              // said in the log once
    std::shared_ptr<asio::ssl::context> tls;  // of new connections; the first loop's
    std::uint16_t port = 0;
    bool started = false;
};

Server::Impl::Impl(
    ServerSettings wanted, Handler handler, BodyLimit body_limit, Executor& workers
) {
    auto front = std::make_shared<Front>(
        std::move(handler),
        std::move(body_limit),
        workers,
        wanted.pending_deadline,
        std::move(wanted.refusal),
        std::move(wanted.quick)
    );
    front->bodies = std::make_shared<ByteBudget>(wanted.bodies_in_flight);
    front->answers = std::make_shared<ByteBudget>(wanted.answers_in_flight);
    const auto connections = connections_allowed(wanted.connections);
    shared = std::make_shared<Shared>(std::move(wanted), std::move(front), connections);
}

Result<std::shared_ptr<asio::ssl::context>> Server::Impl::load_tls_context() const {
    const auto& settings = shared->settings;
    if (settings.certificate_file.empty() && settings.key_file.empty())
        return std::shared_ptr<asio::ssl::context>();
    if (settings.certificate_file.empty() || settings.key_file.empty()) {
        return fail(Code::Invalid, "TLS needs both a certificate file and a key file");
    }
    OB_TRY(auto context, load_tls(settings.certificate_file, settings.key_file));
    return std::make_shared<asio::ssl::context>(context.release());
}

Result<void> Server::Impl::prepare() {
    const auto& settings = shared->settings;
    OB_TRY(auto proxies, ProxyList::parse(settings.trusted_proxies));
    OB_TRY(tls, load_tls_context());
    const auto list = std::make_shared<const ProxyList>(std::move(proxies));
    for (int i = 0; i < std::max(1, settings.io_threads); ++i) {
        shared->loops.push_back(std::make_unique<Loop>(tick_for(settings)));
        shared->loops.back()->proxies = list;
    }
    return {};
}

Result<void> Server::Impl::listen() {
    const auto& settings = shared->settings;
    const auto where = settings.address + ":" + std::to_string(settings.port);
    ErrorCode error;
    const auto address = asio::ip::make_address(settings.address, error);
    if (error)
        return fail(Code::Invalid, "Cannot listen: \"" + settings.address + "\" is not an address");
    const Tcp::endpoint endpoint(address, settings.port);
    acceptor.emplace(first().context());
    pause.emplace(first().context());
    error = acceptor->open(endpoint.protocol(), error);
    if (!error) error = acceptor->set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) fcntl(acceptor->native_handle(), F_SETFD, FD_CLOEXEC);
    if (!error) error = acceptor->bind(endpoint, error);
    if (!error) error = acceptor->listen(kBacklog, error);
    if (error) return fail(Code::Unavailable, "Cannot listen on " + where + ": " + error.message());
    port = acceptor->local_endpoint(error).port();
    return {};
}

void Server::Impl::accept() {
    if (shared->front->stopping || shared->connections.full_so_wait()) return;
    auto& loop = *shared->loops[next_loop++ % shared->loops.size()];
    acceptor
        ->async_accept(loop.context(), peer, [this, &loop](ErrorCode error, Tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (error == asio::error::no_descriptors ||
                error == boost::system::errc::too_many_files_open_in_system ||
                error == asio::error::no_buffer_space || error == asio::error::no_memory) {
                if (!std::exchange(short_of_files, true)) {
                    log::warn("http.accept.paused", {{"why", error.message()}});
                }
                pause->expires_after(kAcceptPause);
                return pause->async_wait([this](ErrorCode cancelled) {
                    if (!cancelled) accept();
                });
            }
            short_of_files = false;
            if (!error) admit(loop, std::move(socket));
            accept();
        });
}

/// On the first loop's thread, with `peer` just filled.
void Server::Impl::admit(Loop& loop, Tcp::socket socket) {
    fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    const auto address = address_of(peer.address());
    auto lease = shared->connections.take(address, first().proxies->contains(address));
    if (!lease) return;  // the socket closes
    loop.post([shared = shared,
               &loop,
               socket = std::move(socket),
               lease = std::move(*lease),
               address,
               tls = tls]() mutable {
        if (shared->front->stopping) return;
        auto session = std::make_shared<Session>(
            shared, loop, std::move(socket), std::move(lease), address, tls.get()
        );
        loop.add(session);
        session->start();
    });
}

Server::Server(ServerSettings settings, Handler handler, BodyLimit body_limit, Executor& workers)
    : impl_(std::make_unique<Impl>(
          std::move(settings), std::move(handler), std::move(body_limit), workers
      )) {}

Server::~Server() { stop(); }

Result<void> Server::start() {
    auto& impl = *impl_;
    if (impl.started) return fail(Code::Conflict, "The server runs already");
    auto ready = impl.prepare();
    if (ready) ready = impl.listen();
    if (!ready) {
        impl.pause.reset();
        impl.acceptor.reset();
        impl.shared->loops.clear();
        return ready;
    }
    impl.shared->connections.on_room([&impl] { impl.first().post([&impl] { impl.accept(); }); });
    for (auto& loop : impl.shared->loops) loop->start();
    impl.first().post([&impl] { impl.accept(); });
    impl.started = true;
    return {};
}

std::uint16_t Server::port() const { return impl_->port; }

Server::Held Server::held() const {
    const auto& front = *impl_->shared->front;
    return {front.bodies->used(), front.answers->used()};
}

Result<void> Server::reload(const std::vector<std::string>& trusted_proxies) {
    OB_TRY(auto list, ProxyList::parse(trusted_proxies));
    OB_TRY(auto tls, impl_->load_tls_context());
    const auto proxies = std::make_shared<const ProxyList>(std::move(list));
    for (auto& loop : impl_->shared->loops) {
        loop->post([&loop = *loop, proxies] { loop.proxies = proxies; });
    }
    if (impl_->started) impl_->first().post([impl = impl_.get(), tls] { impl->tls = tls; });
    return {};
}

void Server::stop() {
    auto& impl = *impl_;
    if (!impl.started) return;
    impl.started = false;
    auto& shared = *impl.shared;
    shared.front->stopping = true;
    impl.first().post([&impl] {
        ErrorCode ignored;
        std::ignore = impl.acceptor->close(ignored);
        impl.pause->cancel();
    });
    for (auto& loop : shared.loops) loop->post([&loop = *loop] { loop.drain(); });
    if (!shared.connections.wait_for_none(Clock::now() + shared.settings.drain)) {
        log::warn("http.drain.cut", {{"after", shared.settings.drain}});
    }
    for (auto& loop : shared.loops) loop->finish();
    shared.front->ended = true;
    impl.pause.reset();
    impl.acceptor.reset();
}

}  // namespace outboard::http
