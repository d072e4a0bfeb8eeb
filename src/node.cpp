// SPDX-License-Identifier: Apache-2.0
#include "src/node.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/api/activitypub/routes.hpp"
#include "src/api/kept_answers.hpp"
#include "src/api/media.hpp"
#include "src/api/router.hpp"
#include "src/api/routes.hpp"
#include "src/api/wellknown/routes.hpp"
#include "src/base/log.hpp"
#include "src/base/version.hpp"
#include "src/base/worker_pool.hpp"
#include "src/config/fields.hpp"
#include "src/config/load.hpp"
#include "src/control/socket.hpp"
#include "src/control/tools.hpp"
#include "src/delivery/deliverer.hpp"
#include "src/fetch/curl_client.hpp"
#include "src/http/server.hpp"
#include "src/inbox/processor.hpp"
#include "src/jobs/handlers.hpp"
#include "src/jobs/runner.hpp"
#include "src/media/client.hpp"
#include "src/media/files.hpp"
#include "src/node/identity.hpp"
#include "src/node/loop.hpp"
#include "src/pages/routes.hpp"
#include "src/present/fragments.hpp"
#include "src/services/arrivals.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/login_limits.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "src/store/sqlite.hpp"
#include "src/store/walk.hpp"
#include "src/streaming/hub.hpp"
#include "src/streaming/routes.hpp"

namespace outboard {
namespace {

using namespace std::chrono_literals;

constexpr int kWalkHour = 3;  // UTC

class SystemClock final : public Clock {
public:
    Instant now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

class SystemRandom final : public Random {
public:
    std::string bytes(std::size_t count) override {
        std::string bytes(count, '\0');
        if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) !=
            1) {
            throw std::runtime_error("the system gives no randomness");
        }
        return bytes;
    }
};

struct ListenAddress {
    std::string address;
    std::uint16_t port = 0;
};

Result<ListenAddress> parse_listen(const std::string& text) {
    const auto colon = text.rfind(':');
    std::int64_t port = -1;
    if (colon == std::string::npos ||
        !parse_decimal(std::string_view(text).substr(colon + 1), port) || port < 0 ||
        port > 65535) {
        return fail(Code::Invalid, "listen must be ADDRESS:PORT, not \"" + text + "\".");
    }
    std::string address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    if (address == "localhost") address = "127.0.0.1";
    return ListenAddress{address, static_cast<std::uint16_t>(port)};
}

}  // namespace

struct Node::Impl {
    config::DataFolder folder{""};
    config::Live config;
    Identity identity;
    SystemClock clock;
    SystemRandom random;
    WakeFlag streams_wake;  // rows in stream_events; the database notifies it
    std::atomic<std::uint64_t> commits{0};
    std::unique_ptr<store::Database> db;
    std::unique_ptr<KeyRing> key_ring;
    std::unique_ptr<KeyCache> key_cache;
    std::unique_ptr<DomainRules> domain_rules;
    Arrivals arrivals;
    LoginLimits login_limits;
    present::Fragments fragments;
    WakeFlag inbox_wake, delivery_wake, jobs_wake;
    std::unique_ptr<fetch::CurlClient> fetcher;
    std::unique_ptr<media::Files> media_files;
    std::unique_ptr<WorkerPool> picture_threads;  // wait for outboard-media
    std::unique_ptr<media::Workshop> workshop;
    std::unique_ptr<WorkerPool> heavy, workers;
    std::unique_ptr<App> app;
    std::unique_ptr<streaming::Hub> hub;
    api::Router router;
    api::KeptAnswers kept_answers{commits};
    std::unique_ptr<jobs::Runner> runner;
    std::unique_ptr<inbox::Processor> processor;
    std::unique_ptr<delivery::Deliverer> deliverer;
    std::unique_ptr<http::Server> server;
    std::unique_ptr<control::SocketServer> control;
    std::vector<std::unique_ptr<Loop>> loops;
    std::atomic<bool> ready{false};
    bool stopped = false;
    std::optional<std::filesystem::file_time_type> seen_certificate;
    std::chrono::sys_days walked_on{};

    Result<void> open_store() {
        const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        OB_TRY(
            db,
            store::open_sqlite(
                {.file = folder.database_file(),
                 .readers = cores + 2,
                 .commits = &commits,
                 .streams = &streams_wake},
                clock
            )
        );
        return {};
    }

    Result<void> build() {
        const auto& settings = *config;
        OB_TRY(
            auto node_key,
            config::read_node_key(
                settings.keys_file.empty() ? folder.keys_file()
                                           : std::filesystem::path(settings.keys_file)
            )
        );
        key_ring = std::make_unique<KeyRing>(*db, KeySeal(std::move(node_key)));
        key_cache = std::make_unique<KeyCache>(*db);
        domain_rules = std::make_unique<DomainRules>(*db);
        OB_TRY(auto guard, control::guard_settings(settings, identity.domain, is_trial(identity)));
        fetcher = std::make_unique<fetch::CurlClient>(
            fetch::ClientSettings{
                .guard = std::move(guard),
                .user_agent = fmt::format("Outboard/{} (+{}/)", kVersion, identity.origin()),
                .ca_file = settings.federation_ca_file
            },
            clock
        );
        identity.link_secret = key_ring->seal().derive("media links");
        media_files = std::make_unique<media::Files>(folder.media_folder());
        picture_threads = std::make_unique<WorkerPool>(
            WorkerSettings{.least = 1, .most = limits::kMediaAtOnce, .queue = limits::kMediaQueue}
        );
        workshop = std::make_unique<media::Workshop>(media::helper_beside_this(), *picture_threads);
        heavy = std::make_unique<WorkerPool>(WorkerSettings{.least = 1, .most = 2});
        workers = std::make_unique<WorkerPool>();
        app = std::unique_ptr<App>(new App{
            config,
            identity,
            *db,
            *fetcher,
            clock,
            random,
            workers->background(),
            *heavy,
            *key_ring,
            *key_cache,
            arrivals,
            *domain_rules,
            login_limits,
            *media_files,
            *workshop,
            inbox_wake,
            delivery_wake,
            jobs_wake,
            fragments
        });
        return {};
    }

    std::string metrics() {
        struct Counts {
            std::int64_t inbox = 0;
            store::deliveries::Counts deliveries;
        };
        const auto counts = db->read([this](store::Reader& reader) {
            return Counts{
                store::inbox::count_waiting(reader), store::deliveries::count(reader, clock.now())
            };
        });
        const auto held = server ? server->held() : http::Server::Held{};
        return fmt::format(
            "# TYPE outboard_inbox_waiting gauge\noutboard_inbox_waiting {}\n# TYPE "
            "outboard_deliveries_waiting gauge\noutboard_deliveries_waiting {}\n"
            "# TYPE outboard_deliveries_dead gauge\noutboard_deliveries_dead {}\n# TYPE "
            "outboard_workers gauge\noutboard_workers {}\n"
            "# TYPE outboard_workers_waiting gauge\noutboard_workers_waiting {}\n"
            "# TYPE outboard_body_bytes gauge\noutboard_body_bytes {}\n"
            "# TYPE outboard_answer_bytes gauge\noutboard_answer_bytes {}\n",
            counts.inbox,
            counts.deliveries.waiting,
            counts.deliveries.dead,
            workers->threads(),
            workers->waiting(),
            held.bodies,
            held.answers
        );
    }

    void name_switches() const {
        const config::Config defaults;
        for (const auto& field : config::fields()) {
            if (field.is_test_switch &&
                config::show(field, *config) != config::show(field, defaults)) {
                log::warn(
                    "test_switch.on", {{"key", field.key}, {"value", config::show(field, *config)}}
                );
            }
        }
    }

    Result<std::string> start() {
        OB_TRY(auto listen, parse_listen(config->listen));
        api::client_routes(router);
        api::media_routes(router);
        api::activitypub::routes(router);
        api::wellknown::routes(router);
        pages::routes(router);
        streaming::routes(router);
        hub = std::make_unique<streaming::Hub>(*app);
        app->streams = hub.get();
        runner = std::make_unique<jobs::Runner>(*app);
        jobs::register_handlers(*runner);
        processor = std::make_unique<inbox::Processor>(*app);
        deliverer = std::make_unique<delivery::Deliverer>(*app);
        http::ServerSettings settings;
        settings.address = listen.address;
        settings.port = listen.port;
        settings.certificate_file = config->tls_cert;
        settings.key_file = config->tls_key;
        settings.trusted_proxies = config->trusted_proxies;
        settings.connections = static_cast<std::size_t>(config->limits_connections);
        settings.connections_per_address =
            static_cast<std::size_t>(config->limits_connections_per_address);
        settings.refusal = api::refusal_form(router);
        settings.quick = [this](const http::Request& request) {
            auto answer = kept_answers.find(request);
            if (answer) answer->set("X-Request-Id", to_hex(random.bytes(8)));
            return answer;
        };
        const auto handler = [this](const http::Request& request) {
            return api::dispatch(*app, router, request);
        };
        server = std::make_unique<http::Server>(
            settings,
            [this, handler](const http::Request& request) {
                return kept_answers.answer(request, handler);
            },
            api::body_limits(router),
            *workers
        );
        OB_CHECK(server->start());
        control = std::make_unique<control::SocketServer>(
            *app,
            control::Operator{
                .is_ready = [this] { return ready.load(); }, .metrics = [this] { return metrics(); }
            }
        );
        OB_CHECK(control->start(folder.control_socket()));
        loops.push_back(std::make_unique<Loop>("inbox", inbox_wake, [this] {
            return processor->step();
        }));
        loops.push_back(std::make_unique<Loop>("delivery", delivery_wake, [this] {
            return deliverer->step();
        }));
        loops.push_back(std::make_unique<Loop>("streams", streams_wake, [this] {
            return hub->step();
        }));
        loops.push_back(std::make_unique<Loop>("jobs", jobs_wake, [this] { return runner->step(); })
        );
        seen_certificate = certificate_time();
        ready = true;
        name_switches();
        const bool is_v6 = listen.address.find(':') != std::string::npos;
        auto address = fmt::format(
            "{}://{}:{}",
            config->tls_cert.empty() ? "http" : "https",
            is_v6 ? "[" + listen.address + "]" : listen.address,
            server->port()
        );
        log::info(
            "node.started",
            {{"version", kVersion}, {"origin", identity.origin()}, {"listen", address}}
        );
        return address;
    }

    /// Newest change of the certificate files; nothing when TLS ends elsewhere.
    std::optional<std::filesystem::file_time_type> certificate_time() const {
        std::optional<std::filesystem::file_time_type> newest;
        for (const auto& file : {config->tls_cert, config->tls_key}) {
            std::error_code gone;
            const auto time = std::filesystem::last_write_time(file, gone);
            if (!gone && (!newest || time > *newest)) newest = time;
        }
        return newest;
    }

    void tick() {
        if (const auto time = certificate_time(); time && time != seen_certificate) {
            seen_certificate = time;
            if (const auto taken = server->reload(config->trusted_proxies)) {
                log::info("tls.reloaded");
            } else {
                log::error("tls.reload_failed", {{"problem", taken.error().shown}});
            }
        }
        // A seventh of the documents each night, in the hours when few people write.
        const auto day = std::chrono::floor<std::chrono::days>(clock.now());
        const auto hour = std::chrono::floor<std::chrono::hours>(clock.now() - day).count();
        if (hour != kWalkHour || walked_on == day) return;
        walked_on = day;
        const int slice = static_cast<int>(day.time_since_epoch().count() % store::kWalkSlices);
        const bool begun = heavy->post([this, slice] {
            const auto report = store::walk_slice(*db, slice);
            for (const auto& problem : report.problems)
                log::error("walk.damage", {{"problem", problem}});
            log::info(
                "walk.done", {{"documents", report.documents}, {"problems", report.problems.size()}}
            );
        });
        if (!begun) log::warn("walk.postponed");
    }

    void stop() {
        if (std::exchange(stopped, true)) return;
        ready = false;
        if (server) server->stop();
        loops.clear();
        if (control) control->stop();
        fetcher.reset();  // ends what waits for the network; its continuations land on the workers
        if (workshop) workshop->stop();
        picture_threads.reset();  // running jobs end first; what they bring lands on the workers
        workers.reset();
        heavy.reset();
        log::info("node.stopped");
    }
};

Node::Node() : impl_(std::make_unique<Impl>()) {}
Node::~Node() { impl_->stop(); }

namespace {

Result<void> check_domain(const config::Config& config, const Identity& identity) {
    if (config.domain.empty()) return {};
    OB_TRY(auto configured, make_identity(config, identity.kind));
    if (configured.domain == identity.domain) return {};
    return fail(
        Code::Conflict,
        "This node is " + identity.domain +
            " for ever: ids cannot change. The configured domain \"" + config.domain +
            "\" is refused; to move, make a new node and move the accounts."
    );
}

/// With another key whatever is sealed from now on would be lost when the right one comes back.
Result<void> check_node_key(KeyRing& keys) {
    const auto signer = keys.node_signer();
    if (signer || signer.error().code != Code::Internal) return {};
    return fail(
        Code::Unavailable,
        "The node key is not the one that sealed this node's private keys: restore the right one "
        "from "
        "a backup (the file keys, or what keys_file names).",
        signer.error().detail
    );
}

}  // namespace

Result<std::unique_ptr<Node>> Node::open(const config::DataFolder& folder, config::Config config) {
    if (!std::filesystem::exists(folder.database_file())) {
        return fail(
            Code::NotFound,
            "The database " + folder.database_file().string() +
                " is missing: put it back from a backup. Without it there is no node."
        );
    }
    std::unique_ptr<Node> node(new Node);
    node->impl_->folder = folder;
    OB_CHECK(node->impl_->open_store());
    OB_TRY(node->impl_->identity, read_identity(*node->impl_->db));
    auto& identity = node->impl_->identity;
    OB_CHECK(check_domain(config, identity));
    config.domain = identity.domain;
    node->impl_->config.replace(std::move(config));
    OB_CHECK(node->impl_->build());
    OB_CHECK(check_node_key(*node->impl_->key_ring));
    return node;
}

Result<std::unique_ptr<Node>> Node::create(
    const config::DataFolder& folder, config::Config config, Identity identity
) {
    std::unique_ptr<Node> node(new Node);
    node->impl_->folder = folder;
    OB_CHECK(node->impl_->open_store());
    OB_CHECK(write_identity(*node->impl_->db, identity));
    node->impl_->identity = std::move(identity);
    node->impl_->config.replace(std::move(config));
    OB_CHECK(node->impl_->build());
    return node;
}

void Node::tick() { impl_->tick(); }
App& Node::app() { return *impl_->app; }
Result<std::string> Node::start() { return impl_->start(); }
void Node::stop() { impl_->stop(); }

Result<std::vector<std::string>> Node::reload(const config::Config& fresh) {
    OB_CHECK(check_domain(fresh, impl_->identity));
    config::Config next = *impl_->config;
    auto need_restart = config::reload(next, fresh);
    if (impl_->server) OB_CHECK(impl_->server->reload(next.trusted_proxies));
    log::Level level = log::Level::Info;
    if (log::parse_level(next.log_level, level)) log::configure(level, next.log_json);
    impl_->config.replace(std::move(next));
    impl_->commits.fetch_add(1);  // what was answered with the old settings is old
    return need_restart;
}

}  // namespace outboard
