// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "federation/signatures.hpp"
#include "federation/vocabulary.hpp"

namespace outboard::federation {

/// Holding one is proof that the sender was checked.
template <class T>
class Verified {
public:
    const T& operator*() const { return value_; }
    const T* operator->() const { return &value_; }

private:
    friend class Gate;  // the only place that checks, so the only maker
    explicit Verified(T value) : value_(std::move(value)) {}
    T value_;
};

/// A document the host is asked to fetch before calling again.
struct Needs {
    Iri iri;
    enum class As { ActivityJson, Jrd, Xrd } as = As::ActivityJson;
    std::size_t limit = 1024 * 1024;  // bytes
};

/// What a fetch gave. `final_url` is where it came from after redirects.
struct Fetched {
    int status = 0;  // HTTP status; 0 when there was no answer
    Iri final_url;
    std::string content_type;
    std::string body;
    std::string problem;  // why there was no answer
    /// Whether another try may end otherwise: Forbidden where the address is never asked, Invalid
    /// or TooLarge where what came is of no use; anything else may.
    Code reason = Code::Unavailable;
};

/// Documents fetched for one piece of work, by the address that was asked for (without fragment).
using Documents = std::map<std::string, Fetched, std::less<>>;

/// One step of work that may need the network: done, refused, or in need of one more document.
/// The host fetches, adds to `Documents` and calls again from the start; it gives up when its
/// budget is spent.
template <class T>
using Step = std::variant<T, Needs, Error>;

/// A key whose owner was confirmed by the owner's own document (S7).
struct KnownKey {
    std::string id;
    Iri owner;
    PublicKey key;
};

/// The host's memory of keys. Null when unknown.
using FindKey = std::function<std::optional<KnownKey>(std::string_view key_id)>;

/// What the Gate accepted, and how. ByAbsence: the Delete of an actor whose own host answers 410
/// for its key (S9).
enum class Proven { BySignature, ByProof, ByAbsence };
struct Delivery {
    Activity activity;
    Proven how = Proven::BySignature;
    std::string key_id;
    SignatureScheme scheme = SignatureScheme::DraftCavage;
    std::optional<Actor> fetched_actor;  // when the key was fetched for this request: worth storing
    std::optional<std::string> nonce;    // of the request's signature: the host takes each once
};
/// Signed by somebody who is not the actor and without a proof we can check, but made for
/// forwarding (an embedded Linked Data signature, or a proof of another suite): only a hint (I15).
/// Without any of these it is Unauthorized (S6).
struct Hint {
    std::optional<Iri> activity_id, object_id;
    std::string type;
};
/// Taken politely, without effect: unknown types, Delete of an actor never known (S9, I3).
struct Nothing {
    std::string why;
};

using Judgement = std::variant<Verified<Delivery>, Hint, Nothing>;

struct GatePolicy {
    SignaturePolicy signatures;
    bool allow_http =
        false;  // keys of http peers too (a test switch); an http node takes them always
    std::string own_origin;  // nobody signs for local actors over the wire
    /// True for hosts nothing is taken from or fetched from (domain rules; subdomains included).
    std::function<bool(std::string_view host)> is_blocked = [](std::string_view) { return false; };
    /// True when this actor's document was seen before: a Delete of an unknown actor is Nothing.
    std::function<bool(const Iri& actor)> is_known_actor = [](const Iri&) { return false; };
};

/// Signature, digest, date and origin checks: the only maker of Verified. Does no I/O
/// (DESIGN.md 3.9).
class Gate {
public:
    explicit Gate(GatePolicy policy) : policy_(std::move(policy)) {}

    /// Judges a POST to an inbox. Cheap checks first: shape, type, date, digest, coverage, block
    /// list, then key (THREATS 24). A cached key that fails is fetched again once per call (S8);
    /// the host bounds how often. A key on another origin than the actor's is refused unfetched,
    /// unless `find_key` knows it as the actor's or the activity carries a proof. An accepted
    /// object names the actor as its first author.
    ///
    /// Errors: Invalid for unreadable bodies, Unauthorized for signatures, Forbidden for blocked
    /// hosts and for activities over things of another owner that can be seen without the store
    /// (O5, O6). Spec: REQUIREMENTS S1-S14, O3-O6, I1-I15. Threads: reentrant.
    Step<Judgement> check(
        const Request& request, const FindKey& find_key, const Documents& fetched, Instant now
    ) const;

    /// Who signed a GET, when anybody did: for authorized fetch. Nothing for an unsigned one.
    Step<std::optional<KnownKey>> check_reader(
        const Request& request, const FindKey& find_key, const Documents& fetched, Instant now
    ) const;

    /// A document fetched from `fetched.final_url`, as evidence of what its owner says: right
    /// content type (O3), id of the final origin or refetched once by id (O4), owner of the same
    /// origin (O5), or a valid proof.
    Step<Verified<Object>> take_object(
        const Iri& asked, const Documents& fetched, const FindKey& find_key
    ) const;
    Step<Verified<Actor>> take_actor(const Iri& asked, const Documents& fetched) const;
    Step<Verified<Activity>> take_activity(
        const Iri& asked, const Documents& fetched, const FindKey& find_key
    ) const;

    /// A delivery that `check` accepted earlier and the host kept durably since then: the host's
    /// own record vouches for it. `activity` may be read anew from the bytes that were accepted.
    static Verified<Delivery> accepted_before(Delivery delivery);

    /// An object embedded in a verified activity counts when it is of the same owner and origin
    /// (O6).
    static std::optional<Verified<Object>> embedded(const Verified<Delivery>& delivery);

    /// WebFinger of `user@domain` both ways (D3-D8): the actor, with its canonical handle in
    /// `webfinger`.
    Step<Verified<Actor>> find_handle(
        std::string_view user,
        std::string_view domain,
        const Documents& fetched,
        std::string_view scheme = "https"
    ) const;

    /// The canonical handle of an actor that was found by its id (D6, D7): `user@domain`, the host
    /// form when a split domain does not confirm itself.
    Step<std::string> canonical_handle(
        const Actor& actor, const Documents& fetched, std::string_view scheme = "https"
    ) const;

private:
    struct Incoming;  // gate.cpp
    Step<Judgement> judge(
        const Incoming& in, const FindKey& find_key, const Documents& fetched, Instant now
    ) const;
    Step<Judgement> judge_without_effect(
        const Nothing& nothing,
        const SignatureClaim& claim,
        const FindKey& find_key,
        const Documents& fetched
    ) const;
    Step<Judgement> judge_forwarded(
        const Incoming& in, const FindKey& find_key, const Documents& fetched, Instant now
    ) const;

    GatePolicy policy_;
};

}  // namespace outboard::federation
