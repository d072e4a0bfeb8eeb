// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "federation/gate.hpp"
#include "federation/proofs.hpp"
#include "federation/write.hpp"
#include "tests/federation/signing.hpp"

/// A node (node.example), an honest peer with pat, pam and an organization, a hostile one with eve,
/// and the documents they serve. `drive` plays the host: it fetches what a step needs and calls
/// again.
namespace outboard::tests {

inline const std::string kNode = "https://node.example";
inline const std::string kPeer = "https://peer.example";
inline const std::string kEvil = "https://evil.example";
inline const std::string kPat = kPeer + "/users/pat", kPam = kPeer + "/users/pam",
                         kOrg = kPeer + "/actors/org";
inline const std::string kEve = kEvil + "/users/eve";

inline const federation::PrivateKey& peer_key() {
    static const auto key = federation::PrivateKey::generate(federation::KeyKind::Rsa);
    return key;
}
inline const federation::PrivateKey& pam_key() {
    static const auto key = federation::PrivateKey::generate(federation::KeyKind::Rsa);
    return key;
}
inline const federation::PrivateKey& evil_key() {
    static const auto key = federation::PrivateKey::generate(federation::KeyKind::Rsa);
    return key;
}
inline const federation::PrivateKey& pat_proof_key() {
    static const auto key = federation::PrivateKey::generate(federation::KeyKind::Ed25519);
    return key;
}

inline federation::Iri iri(const std::string& text) { return *federation::Iri::parse(text); }

inline json actor_document(
    const std::string& id, const federation::PrivateKey& key, const std::string& type = "Person"
) {
    federation::Actor actor{.id = iri(id), .type = type};
    actor.username = id.substr(id.rfind('/') + 1);
    actor.inbox = iri(id + "/inbox");
    actor.followers = iri(id + "/followers");
    federation::PublishedKeys keys{id + "#main-key", key.public_key().to_pem(), "", ""};
    if (id == kPat) {
        keys.ed25519_id = id + "#ed25519-key";
        keys.ed25519_multibase = pat_proof_key().public_key().to_multibase();
    }
    return federation::write_actor(actor, keys, {}, "");
}

inline federation::Fetched served(
    const std::string& url, const json& document, std::string type = "application/activity+json"
) {
    return {
        .status = 200,
        .final_url = iri(url),
        .content_type = std::move(type),
        .body = document.dump(),
        .problem = ""
    };
}
inline federation::Fetched answered(const std::string& url, int status) {
    return {
        .status = status,
        .final_url = iri(url),
        .content_type = "text/html",
        .body = "",
        .problem = ""
    };
}

struct World {
    std::map<std::string, federation::Fetched> network;
    std::map<std::string, federation::KnownKey> cache;
    std::vector<std::string> fetches;  // of the last drive
    federation::GatePolicy policy;

    World() {
        policy.signatures.own_authorities = {"node.example"};
        policy.own_origin = kNode;
        policy.is_known_actor = [](const federation::Iri& actor) { return actor.str() != kEve; };
        for (const auto& [id, key] :
             {std::pair{kPat, &peer_key()},
              std::pair{kPam, &pam_key()},
              std::pair{kOrg, &peer_key()},
              std::pair{kEve, &evil_key()}}) {
            serve(id, actor_document(id, *key));
        }
    }
    void serve(
        const std::string& url,
        const json& document,
        const std::string& type = "application/activity+json"
    ) {
        network.insert_or_assign(url, served(url, document, type));
    }
    void remember(
        const std::string& key_id, const std::string& owner, const federation::PrivateKey& key
    ) {
        cache.insert_or_assign(key_id, federation::KnownKey{key_id, iri(owner), key.public_key()});
    }
    federation::FindKey find_key() const {
        return [this](std::string_view id) -> std::optional<federation::KnownKey> {
            const auto at = cache.find(std::string(id));
            if (at == cache.end()) return std::nullopt;
            return at->second;
        };
    }
    federation::Gate gate() const { return federation::Gate(policy); }

    /// Calls `step` with what was fetched so far until it is done, at most 20 times.
    template <class F>
    auto drive(F step) {
        federation::Documents documents;
        fetches.clear();
        for (;;) {
            auto result = step(documents);
            const auto* needs = std::get_if<federation::Needs>(&result);
            if (needs == nullptr || fetches.size() >= 20) return result;
            const auto url = needs->iri.str();
            fetches.push_back(url);
            const auto at = network.find(url);
            documents.insert_or_assign(url, at == network.end() ? answered(url, 404) : at->second);
        }
    }
};

inline federation::Request delivery(
    const std::string& body,
    const std::string& key_id,
    const federation::PrivateKey& key,
    federation::SignatureScheme scheme = federation::SignatureScheme::DraftCavage
) {
    federation::Request request{
        .method = "POST",
        .target = "/inbox",
        .headers = {{"Host", "node.example"}, {"Content-Type", "application/activity+json"}},
        .body = body
    };
    federation::sign(request, {key_id, key}, scheme, "https", "node.example", kNow);
    return request;
}

/// "verified", "proved", "absent", "hint", "nothing", or the code of the refusal and its text.
inline std::string outcome(const federation::Step<federation::Judgement>& step) {
    using namespace federation;
    if (std::holds_alternative<Needs>(step)) return "needs " + std::get<Needs>(step).iri.str();
    if (const auto* error = std::get_if<Error>(&step)) {
        switch (error->code) {
            case Code::Invalid:
                return "400 " + error->shown;
            case Code::Unauthorized:
                return "401 " + error->shown;
            case Code::Forbidden:
                return "403 " + error->shown;
            case Code::TooLarge:
                return "413 " + error->shown;
            case Code::NotFound:
            case Code::Conflict:
            case Code::Gone:
            case Code::RateLimited:
            case Code::Unavailable:
            case Code::Internal:
                return "other " + error->shown;
        }
    }
    const auto& judgement = std::get<Judgement>(step);
    if (std::holds_alternative<Hint>(judgement)) return "hint";
    if (std::holds_alternative<Nothing>(judgement)) return "nothing";
    switch (std::get<Verified<Delivery>>(judgement)->how) {
        case Proven::BySignature:
            return "verified";
        case Proven::ByProof:
            return "proved";
        case Proven::ByAbsence:
            return "absent";
    }
    return "?";
}

inline std::string judge(World& world, const federation::Request& request) {
    const auto gate = world.gate();
    return outcome(world.drive([&](const federation::Documents& documents) {
        return gate.check(request, world.find_key(), documents, kNow);
    }));
}

inline json note_of(const std::string& actor, const std::string& id) {
    return {
        {"id", id},
        {"type", "Note"},
        {"attributedTo", actor},
        {"content", "<p>x</p>"},
        {"to", {std::string(federation::kPublic)}},
        {"cc", {actor + "/followers"}}
    };
}
inline json activity_of(const std::string& type, const std::string& actor, const json& object) {
    return {
        {"@context", "https://www.w3.org/ns/activitystreams"},
        {"id", actor + "/act/1"},
        {"type", type},
        {"actor", actor},
        {"object", object}
    };
}

}  // namespace outboard::tests
