// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/resource.h>

#include "tests/fetch/peer.hpp"

namespace outboard::tests {
namespace {

using namespace std::chrono_literals;
using fetch::Untrusted;

constexpr auto kDeadline = 500ms;
constexpr std::size_t kLimit = 64 * 1024;

struct Outcome {
    std::string summary;
    std::chrono::milliseconds took{};
};

Outcome meet(Peer::Script script, std::size_t limit = kLimit) {
    const auto peer = Peer::scripted(std::move(script));
    World world;
    const auto begun = std::chrono::steady_clock::now();
    const auto result = world.fetch(Untrusted{
        .url = peer->url("127.0.0.7", "/x"), .exchange = {.limit = limit, .deadline = kDeadline}
    });
    return {
        summary(result),
        std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begun
        )
    };
}

long peak_memory_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

std::string chunk(const std::string& text) {
    char size[16];
    const int length = std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    return std::string(size, static_cast<std::size_t>(length)) + text + "\r\n";
}

constexpr const char* kGzipHead =
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a server that wastes time is left at the deadline") {
    Peer::Script script;
    SUBCASE("one that says nothing") {
        script = [](Connection& connection) { connection.wait(10s); };
    }
    SUBCASE("one that sends its headers a byte at a time") {
        script = [](Connection& connection) {
            connection.read_request();
            for (char c : "HTTP/1.1 200 OK\r\nX-Long: " + std::string(1000, 'x'))
                if (!connection.write(std::string(1, c)) || !connection.wait(50ms)) return;
        };
    }
    SUBCASE("one that drips its body") {
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while (connection.write("x") && connection.wait(50ms)) {
            }
        };
    }
    SUBCASE("one that sends interim answers for ever") {
        script = [](Connection& connection) {
            connection.read_request();
            while (connection.write("HTTP/1.1 100 Continue\r\n\r\n") && connection.wait(20ms)) {
            }
        };
    }
    SUBCASE("one that stops in the middle of a chunk") {
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf");
            connection.wait(10s);
        };
    }
    SUBCASE("one that redirects slowly, again and again") {
        script = [hop = std::make_shared<std::atomic<int>>(0)](Connection& connection) {
            while (connection.read_request() && connection.wait(200ms))
                connection.write(redirect("/hop" + std::to_string(++*hop)));
        };
    }
    const auto outcome = meet(script);
    CHECK(outcome.summary == "Unavailable");
    CHECK(outcome.took >= kDeadline - 50ms);
    CHECK(outcome.took < kDeadline + 1500ms);
}

TEST_CASE("an answer that is too large is left as soon as that is known") {
    auto sent = std::make_shared<std::atomic<std::size_t>>(0);
    Peer::Script script;
    const auto before = peak_memory_kib();
    SUBCASE("by its declared length") {
        script = [sent](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n");
            connection.wait(10s);
        };
    }
    SUBCASE("in chunks without end") {
        script = [sent](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            const std::string part = chunk(std::string(16384, 'x'));
            while (connection.write(part)) *sent += part.size();
        };
    }
    SUBCASE("without any length") {
        script = [sent](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.0 200 OK\r\n\r\n");
            const std::string part(16384, 'x');
            while (connection.write(part)) *sent += part.size();
        };
    }
    SUBCASE("as a quarter of a gigabyte of zeros in gzip") {
        script = [sent](Connection& connection) {
            connection.read_request();
            connection.write(kGzipHead);
            static const std::string bomb = gzip_bomb(std::size_t{256} << 20);
            for (std::size_t at = 0; at < bomb.size(); at += 16384) {
                if (!connection.write(chunk(bomb.substr(at, 16384)))) return;
                *sent += 16384;
            }
            connection.write("0\r\n\r\n");
        };
    }
    const auto outcome = meet(script);
    CHECK(outcome.summary == "TooLarge");
    CHECK(outcome.took < kDeadline + 1500ms);
    CHECK(*sent < 8U << 20);  // what the sockets hold, not what the server wanted to send
    CHECK(peak_memory_kib() - before < 64 * 1024);
}

TEST_CASE("an answer within its limit is refused when it is compressed too strongly") {
    const auto serve = [](std::size_t bytes) {
        return [bomb = gzip_bomb(bytes)](Connection& connection) {
            connection.read_request();
            connection.write(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                std::to_string(bomb.size()) + "\r\n\r\n"
            );
            connection.write(bomb);
            connection.wait(5s);
        };
    };
    CHECK(meet(serve(12U << 20), 16U << 20).summary == "TooLarge");
}

TEST_CASE("a compressed answer comes back decompressed") {
    const std::string text = R"({"type":"Note","content":")" + std::string(30'000, 'x') + "\"}";
    const auto peer = Peer::answering([&](const Seen& seen) {
        return seen.header("accept-encoding") == "gzip"
                   ? answer(200, gzip_stored(text), {"Content-Encoding: gzip"})
                   : answer(406, "");
    });
    World world;
    const auto result = world.fetch(peer->url("127.0.0.7", "/"));
    REQUIRE(summary(result) == "200");
    CHECK(result->body == text);
}

TEST_CASE("an answer that is no HTTP is an invalid one") {
    Peer::Script script;
    const auto reply = [](std::string text) {
        return [text = std::move(text)](Connection& connection) {
            connection.read_request();
            connection.write(text);
            connection.wait(200ms);
        };
    };
    SUBCASE("garbage") { script = reply(std::string(2000, '\xff') + "\r\n\r\n"); }
    SUBCASE("another protocol") { script = reply("SSH-2.0-OpenSSH_9.2p1\r\n"); }
    SUBCASE("too many headers") {
        std::string text = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < 100; ++i) text += "X-" + std::to_string(i) + ": y\r\n";
        script = reply(text + "Content-Length: 0\r\n\r\n");
    }
    SUBCASE("headers of 20 KiB") {
        script = reply(
            "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\nContent-Length: 0\r\n\r\n"
        );
    }
    SUBCASE("a header line without end") {
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nX: ");
            while (connection.write(std::string(4096, 'x'))) {
            }
        };
    }
    SUBCASE("trailers without end") {
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
            );
            while (connection.write("X-Trailer: " + std::string(100, 'x') + "\r\n")) {
            }
        };
    }
    SUBCASE("a folded header") {
        script = reply("HTTP/1.1 200 OK\r\nLocation: a\r\n b\r\nContent-Length: 0\r\n\r\n");
    }
    SUBCASE("compression that is none") {
        script = reply(answer(
            200, "this is not gzip at all, however long it is made", {"Content-Encoding: gzip"}
        ));
    }
    SUBCASE("a coding nobody knows") {
        script = reply(answer(200, "xyz", {"Content-Encoding: x-mystery"}));
    }
    const auto outcome = meet(script);
    CHECK(outcome.summary == "Invalid");
    CHECK(outcome.took < kDeadline + 1500ms);
}

TEST_CASE("a connection that breaks is no answer") {
    Peer::Script script;
    SUBCASE("at once") {
        script = [](Connection&) {};
    }
    SUBCASE("by a reset in the body") {
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it");
            connection.wait(50ms);
            connection.reset();
        };
    }
    SUBCASE("before the declared end") {
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it");
        };
    }
    SUBCASE("before the last chunk") {
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        };
    }
    SUBCASE("at a chunk size that is none") {  // curl tells both alike
        script = [](Connection& connection) {
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n");
            connection.wait(5s);
        };
    }
    CHECK(meet(script).summary == "Unavailable");
}

TEST_CASE("a name server that does not answer holds nobody but who asked for it") {
    class SlowResolver final : public fetch::Resolver {
    public:
        Result<std::vector<fetch::Address>> resolve(const std::string& host) override {
            if (host == "slow.example") std::this_thread::sleep_for(1s);
            return std::vector<fetch::Address>{*fetch::parse_address("127.0.0.7")};
        }
    };
    const auto peer = Peer::answering([](const Seen&) { return answer(200, ""); });
    World world({"127.0.0.7"}, [](fetch::ClientSettings& settings) {
        settings.resolver = std::make_shared<SlowResolver>();
    });
    std::atomic<int> slow{0};
    for (int i = 0; i < 10; ++i)
        world.client->send(
            Untrusted{.url = peer->url("slow.example", "/"), .exchange = {.deadline = 200ms}},
            [&](Result<fetch::Answer> result) {
                if (summary(result) == "Unavailable") ++slow;
            }
        );
    CHECK(summary(world.fetch(peer->url("peer.example", "/"), 500ms)) == "200");
    world.client.reset();
    CHECK(slow == 10);
    CHECK(peer->requests().size() == 1);
}

TEST_CASE("only a certificate that is trusted, valid and for this name is accepted") {
    const Identity good = Identity::make("peer.example"), other = Identity::make("other.example"),
                   old = Identity::make("peer.example", -30, -1);
    const auto serve = [](const Identity& identity) {
        return Peer::answering(
            [](const Seen&) { return answer(200, "{}"); }, "127.0.0.7", &identity
        );
    };
    const TempFile authorities(good.certificate_pem + other.certificate_pem + old.certificate_pem);
    World world({"127.0.0.7"}, [&](fetch::ClientSettings& settings) {
        settings.ca_file = authorities.name();
    });
    world.resolver->set("peer.example", {{"127.0.0.7"}});
    SUBCASE("the right one") {
        const auto peer = serve(good);
        for (int i = 0; i < 3; ++i)
            CHECK(summary(world.fetch(peer->url("peer.example", "/", "https"))) == "200");
        CHECK(peer->connections() == 1);
        CHECK(
            peer->requests().front().header("host") ==
            "peer.example:" + std::to_string(peer->port())
        );
    }
    SUBCASE("another name's") {
        const auto peer = serve(other);
        CHECK(summary(world.fetch(peer->url("peer.example", "/", "https"))) == "Unavailable");
        CHECK(peer->requests().empty());
    }
    SUBCASE("one out of date") {
        const auto peer = serve(old);
        CHECK(summary(world.fetch(peer->url("peer.example", "/", "https"))) == "Unavailable");
        CHECK(peer->requests().empty());
    }
    SUBCASE("one that nobody vouches for") {
        const Identity unknown = Identity::make("peer.example");
        const auto peer = serve(unknown);
        CHECK(summary(world.fetch(peer->url("peer.example", "/", "https"))) == "Unavailable");
        CHECK(peer->requests().empty());
    }
    SUBCASE("no TLS at all, and then no fallback to http") {
        const auto peer = Peer::answering([](const Seen&) { return answer(200, "{}"); });
        const auto result = world.fetch(peer->url("peer.example", "/", "https"), 500ms);
        CHECK(summary(result) == "Unavailable");
        CHECK(peer->requests().empty());
    }
    SUBCASE("a redirect from https to http is not followed") {
        const auto plain = Peer::answering([](const Seen&) { return answer(200, "{}"); });
        const auto peer = Peer::answering(
            [&](const Seen&) { return redirect(plain->url("peer.example", "/x")); },
            "127.0.0.7",
            &good
        );
        CHECK(
            summary(world.fetch(peer->url("peer.example", "/", "https"))) ==
            "Forbidden redirect.downgrade"
        );
        CHECK(plain->connections() == 0);
    }
}

TEST_CASE("a file of certificates that cannot be used stops the start") {
    CHECK_THROWS(World({}, [](fetch::ClientSettings& settings) {
        settings.ca_file = "/nowhere/ca.pem";
    }));
}

}  // namespace outboard::tests
