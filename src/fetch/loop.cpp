// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/loop.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <stdexcept>

#include "src/base/log.hpp"
#include "src/fetch/request.hpp"

namespace outboard::fetch {
namespace {

using federation::Iri;
using Outcome = HostBook::Outcome;

constexpr std::size_t kOperatorInFlight = 32;
constexpr long kIdleConnections = 128;
constexpr int kLongestPollMs = 1000;

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void initialize_curl() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            throw std::runtime_error("libcurl does not start");
    });
}

HostLimits operator_limits(HostLimits limits) {
    limits.in_flight_per_host = kOperatorInFlight;
    return limits;
}

}  // namespace

CurlClient::Loop::Loop(ClientSettings settings, const Clock& clock)
    : settings_([&] {
          if (!settings.resolver) settings.resolver = std::make_shared<SystemResolver>();
          return std::move(settings);
      }()),
      guard_(std::make_shared<const Guard>(settings_.guard)),
      clock_(clock),
      mail_(std::make_shared<Mail>()),
      hosts_(settings_.hosts),
      operators_(operator_limits(settings_.hosts)) {
    if (!settings_.ca_file.empty()) {
        auto authorities = ExtraAuthorities::read(settings_.ca_file);
        if (!authorities) throw std::runtime_error(authorities.error().shown);
        authorities_ = *std::move(authorities);
    }
    initialize_curl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::runtime_error("libcurl does not start");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
    mail_->multi = multi_;
    threads_.emplace(settings_.resolver_threads);
    thread_ = std::thread([this] { run(); });
}

CurlClient::Loop::~Loop() {
    {
        std::lock_guard lock(mail_->mutex);
        mail_->is_stopping = true;
        mail_->wake_locked();
    }
    thread_.join();
    threads_.reset();
    {
        std::lock_guard lock(mail_->mutex);
        mail_->multi = nullptr;
    }
    curl_multi_cleanup(multi_);
}

void CurlClient::Loop::send(std::string url, Exchange exchange, bool is_operator, Done done) {
    std::lock_guard lock(mail_->mutex);
    if (mail_->jobs >= settings_.queue) {
        mail_->turned_away.push_back(std::move(done));
    } else {
        ++mail_->jobs;
        mail_->arrived.push_back(
            {std::move(url), std::move(exchange), is_operator, std::move(done), Steady::now()}
        );
    }
    mail_->wake_locked();
}

void CurlClient::Loop::run() {
    sigset_t
        signals;  // a peer that closes while we write is an error of that write, not of the process
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    for (;;) {
        take_mail();
        {
            std::lock_guard lock(mail_->mutex);
            if (mail_->is_stopping) break;
        }
        expire();
        start_ready();
        int running = 0;
        curl_multi_perform(multi_, &running);
        const bool has_ended = read_ended();
        curl_multi_poll(multi_, nullptr, 0, has_ended ? 0 : poll_ms(), nullptr);
    }
    cancel_all();
}

int CurlClient::Loop::poll_ms() const {
    if (deadlines_.empty()) return kLongestPollMs;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadlines_.begin()->first - Steady::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kLongestPollMs));
}

void CurlClient::Loop::take_mail() {
    std::vector<Arrived> arrived;
    std::vector<Prepared> prepared;
    std::vector<Done> turned_away;
    {
        std::lock_guard lock(mail_->mutex);
        arrived.swap(mail_->arrived);
        prepared.swap(mail_->prepared);
        turned_away.swap(mail_->turned_away);
    }
    for (const Done& done : turned_away)
        done(fail(Code::RateLimited, "too many requests wait to be sent"));  // no fault of the host
    for (Arrived& one : arrived) begin(std::move(one));
    for (Prepared& one : prepared) {
        const auto found = jobs_.find(one.job);
        if (found == jobs_.end() || found->second->stage != Stage::Preparing)
            continue;  // its deadline came first
        Job& job = *found->second;
        if (one.ready) {
            start_transfer(job, *std::move(one.ready));
            continue;
        }
        leave_host(
            job, one.ready.error().code == Code::Unavailable ? Outcome::Failed : Outcome::Neutral
        );
        finish(job, std::move(one.ready).error());
    }
}

void CurlClient::Loop::begin(Arrived arrived) {
    auto url = arrived.is_operator ? Iri::parse(arrived.url) : guard_->check_url(arrived.url);
    if (arrived.is_operator && url && !url->is_http())
        url = fail(Code::Invalid, "only http and https are spoken", arrived.url);
    if (auto checked = check_request(arrived.exchange); url && !checked)
        url = std::move(checked).error();
    if (!url) return call_done(arrived.done, std::move(url).error());

    const JobId id = ++last_id_;
    Redirects redirects(*guard_, *url);
    auto job = std::make_unique<Job>(Job{
        .id = id,
        .exchange = std::move(arrived.exchange),
        .is_operator = arrived.is_operator,
        .done = std::move(arrived.done),
        .url = *std::move(url),
        .redirects = std::move(redirects),
    });
    job->deadline = deadlines_.emplace(arrived.since + job->exchange.deadline, id);
    Job& queued = *job;
    jobs_.emplace(id, std::move(job));
    queue(queued);
}

/// All ports of a name are one host. Test peers share names and addresses, so there the port counts
/// (THREATS, figures).
std::string CurlClient::Loop::host_key(const Job& job) const {
    const bool is_test = !guard_->settings().allow_addresses.empty();
    return is_test || job.is_operator ? job.url.authority() : std::string(job.url.host());
}

void CurlClient::Loop::queue(Job& job) {
    job.stage = Stage::Waiting;
    job.host = host_key(job);
    HostBook& book = job.is_operator ? operators_ : hosts_;
    if (auto admitted = book.admit(job.host, job.id, job.is_fetch(), clock_.now()); !admitted)
        finish(job, std::move(admitted).error());
}

void CurlClient::Loop::start_ready() {
    for (HostBook* book : {&hosts_, &operators_})
        while (const auto id = book->next(clock_.now())) prepare(*jobs_.at(*id));
}

void CurlClient::Loop::prepare(Job& job) {
    job.stage = Stage::Preparing;
    job.has_begun = std::make_shared<std::atomic<bool>>(false);
    threads_->post([mail = mail_,
                    guard = guard_,
                    resolver = settings_.resolver,
                    id = job.id,
                    url = job.url,
                    is_operator = job.is_operator,
                    exchange = job.exchange,
                    user_agent = settings_.user_agent,
                    now = clock_.now(),
                    has_begun = job.has_begun] {
        has_begun->store(true);
        const auto make = [&]() -> Result<Ready> {
            std::vector<Address> addresses;
            if (const auto literal = literal_address(url)) {
                addresses.push_back(*literal);
            } else {
                OB_TRY(addresses, resolver->resolve(std::string(url.host())));
            }
            if (!is_operator) {
                OB_TRY(addresses, guard->check_resolved(url, addresses));
            }
            if (addresses.empty())
                return fail(
                    Code::Unavailable, "the host name has no address", std::string(url.host())
                );
            return Ready{std::move(addresses), make_headers(exchange, user_agent, url, now)};
        };
        auto ready = make();
        std::lock_guard lock(mail->mutex);
        if (mail->is_stopping) return;
        mail->prepared.push_back({id, std::move(ready)});
        mail->wake_locked();
    });
}

void CurlClient::Loop::start_transfer(Job& job, Ready ready) {
    job.stage = Stage::Moving;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(job.deadline->first - Steady::now());
    job.transfer = std::make_unique<Transfer>(Transfer::Plan{
        .url = job.url,
        .addresses = std::move(ready.addresses),
        .method = job.exchange.method,
        .headers = std::move(ready.headers),
        .body = job.exchange.body,
        .limit = job.exchange.limit,
        .time_left = left,
        .connect_deadline = settings_.connect_deadline,
        .is_alone = job.is_operator,
        .authorities = authorities_ ? &*authorities_ : nullptr,
        .on_connect = &settings_.on_connect,
        .tag = job.id,
    });
    if (curl_multi_add_handle(multi_, job.transfer->handle()) == CURLM_OK) return;
    job.transfer.reset();
    leave_host(job, Outcome::Neutral);
    finish(job, Error{Code::Unavailable, "the request could not be started", job.url.authority()});
}

bool CurlClient::Loop::read_ended() {
    bool has_ended = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        has_ended = true;
        void* transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        end_transfer(*jobs_.at(static_cast<Transfer*>(transfer)->tag()), message->data.result);
    }
    return has_ended;
}

void CurlClient::Loop::end_transfer(Job& job, CURLcode code) {
    const std::unique_ptr<Transfer> transfer = std::move(job.transfer);
    const auto ended = transfer->ended(code);
    curl_multi_remove_handle(multi_, transfer->handle());
    leave_host(job, ended.outcome);
    if (ended.error) return finish(job, *ended.error);

    const int status = transfer->status();
    if (is_redirect(status) && job.is_fetch() && job.exchange.follow_redirects) {
        std::vector<std::string> targets;
        for (const auto& [name, value] : transfer->headers())
            if (name == "location") targets.push_back(value);
        if (targets.size() == 1) return follow(job, targets.front());
        if (targets.size() > 1)
            return finish(
                job, Error{Code::Invalid, "the redirect names several targets", job.url.authority()}
            );
    }
    Answer answer;
    answer.status = status;
    answer.final_url = job.url.without_fragment().str();
    answer.headers = transfer->take_headers();
    answer.body = transfer->take_body();
    finish(job, std::move(answer));
}

void CurlClient::Loop::follow(Job& job, const std::string& location) {
    auto next = job.redirects.follow(location);
    if (!next) return finish(job, std::move(next).error());
    if (!same_origin(*next, job.url)) drop_secrets(job.exchange.headers);
    job.url = *std::move(next);
    queue(job);
}

void CurlClient::Loop::expire() {
    const auto now = Steady::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        Job& job = *jobs_.at(deadlines_.begin()->second);
        const bool was_at_work =
            job.stage == Stage::Moving || (job.stage == Stage::Preparing && job.has_begun->load());
        leave_host(job, was_at_work ? Outcome::Failed : Outcome::Neutral);
        finish(
            job, Error{Code::Unavailable, "the host did not answer in time", job.url.authority()}
        );
    }
}

/// Gives back the job's place in the queue or its slot, and takes it off the wire.
void CurlClient::Loop::leave_host(Job& job, Outcome outcome) {
    if (job.transfer) {
        curl_multi_remove_handle(multi_, job.transfer->handle());
        job.transfer.reset();
    }
    HostBook& book = job.is_operator ? operators_ : hosts_;
    if (job.stage == Stage::Waiting)
        book.withdraw(job.host, job.id, clock_.now());
    else
        book.release(job.host, job.id, job.is_fetch(), outcome, clock_.now());
}

void CurlClient::Loop::finish(Job& job, Result<Answer> result) {
    const Done done = std::move(job.done);
    if (!result)
        log::debug(
            "fetch.failed",
            {{"host", job.url.authority()},
             {"why", result.error().shown},
             {"detail", result.error().detail}}
        );
    deadlines_.erase(job.deadline);
    const JobId id = job.id;
    jobs_.erase(id);
    call_done(done, std::move(result));
}

void CurlClient::Loop::call_done(const Done& done, Result<Answer> result) {
    {
        std::lock_guard lock(mail_->mutex);
        --mail_->jobs;
    }
    done(std::move(result));
}

void CurlClient::Loop::cancel_all() {
    const Error stopping{Code::Unavailable, "the node is stopping"};
    while (!jobs_.empty()) {
        Job& job = *jobs_.begin()->second;
        leave_host(job, Outcome::Neutral);
        finish(job, stopping);
    }
    // A `done` may have sent another one: it is turned away here like those that never began.
    for (;;) {
        std::vector<Arrived> arrived;
        std::vector<Done> turned_away;
        {
            std::lock_guard lock(mail_->mutex);
            arrived.swap(mail_->arrived);
            turned_away.swap(mail_->turned_away);
        }
        if (arrived.empty() && turned_away.empty()) return;
        for (const Arrived& one : arrived) call_done(one.done, stopping);
        for (const Done& done : turned_away) done(stopping);
    }
}

}  // namespace outboard::fetch
