// SPDX-License-Identifier: Apache-2.0
#include "src/services/resolve.hpp"

#include "federation/base/text.hpp"
#include "src/base/log.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/remote.hpp"
#include "src/services/removal.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {

namespace {

using federation::Actor;
using federation::Documents;
using federation::Iri;
using federation::Object;
using federation::Step;
using federation::Verified;

constexpr auto kFresh = std::chrono::hours(24);

Error local_missing() {
    return Error{
        Code::NotFound, "There is nothing at that address.", "a local id that is not stored"
    };
}

struct Known {
    std::optional<Account> account;
    bool fresh = false;
};

Known find_known_account(App& app, const std::string& uri) {
    Known known;
    known.account =
        app.db.read([&](store::Reader& db) { return store::accounts::find_by_uri(db, uri); });
    known.fresh = known.account && (known.account->is_local() || known.account->deleted_at ||
                                    known.account->fetched_at + kFresh > app.clock.now());
    return known;
}

void store_fetched(
    App& app, const PreparedAccount& prepared, const std::function<void(Result<AccountId>)>& done
) {
    done(app.db.write([&](store::Writer& tx) { return store_account(tx, app, prepared); }));
}

void fetch_actor(
    App& app, Iri iri, FetchBudget budget, std::function<void(Result<AccountId>)> done
) {
    drive<Verified<Actor>>(
        app,
        [gate = make_gate(app), iri = std::move(iri)](const Documents& fetched) {
            return gate.take_actor(iri, fetched);
        },
        std::move(budget),
        [&app, done = std::move(done)](Result<Verified<Actor>> actor) {
            if (!actor) return done(tl::unexpected<Error>(std::move(actor).error()));
            store_fetched(app, prepare_account(app, *actor), done);
        }
    );
}

/// Why nobody is asked for it: it is ours, or its host or address is refused.
std::optional<Error> not_askable(App& app, const Iri& iri) {
    if (app.identity.owns(iri.str())) return local_missing();
    return detail::refused(app, iri);
}

Step<Verified<Object>> take_object(
    App& app, const federation::Gate& gate, const Iri& iri, const Documents& fetched
) {
    return gate.take_object(iri, fetched, [&app](std::string_view id) {
        return app.key_cache.find(id);
    });
}

void fetch_object(
    App& app, Iri iri, FetchBudget budget, std::function<void(Result<Verified<Object>>)> done
) {
    drive<Verified<Object>>(
        app,
        [gate = make_gate(app), iri = std::move(iri), &app](const Documents& fetched) {
            return take_object(app, gate, iri, fetched);
        },
        std::move(budget),
        std::move(done)
    );
}

/// Stores a fetched object whose author is stored first. `refresh`: an object that is here is
/// edited.
void take_status(
    App& app,
    const Verified<Object>& object,
    FetchBudget budget,
    bool fetch_ancestors,
    bool refresh,
    std::function<void(Result<StatusId>)> done
) {
    if (!object->attributed_to) return done(Error{Code::Invalid, "The object names no author."});
    const auto author_uri = object->attributed_to->str();
    resolve_account(
        app,
        author_uri,
        std::move(budget),
        [&app, object, fetch_ancestors, refresh, done = std::move(done)](Result<AccountId> author_id
        ) {
            if (!author_id) return done(tl::unexpected<Error>(std::move(author_id).error()));
            const auto author = app.db.read([&](store::Reader& db) {
                return store::accounts::find(db, *author_id);
            });
            if (!author) return done(Error{Code::NotFound, "The author is not known."});
            auto prepared = prepare_status(app, object, *author, {});
            if (!prepared) return done(tl::unexpected<Error>(std::move(prepared).error()));
            prepared->fetch_ancestors = fetch_ancestors;
            done(app.db.write([&](store::Writer& tx) {
                return refresh ? update_status(tx, app, *prepared)
                               : store_status(tx, app, *prepared);
            }));
        }
    );
}

std::optional<Status> find_status(App& app, const std::string& uri) {
    return app.db.read([&](store::Reader& db) { return store::statuses::find_by_any_uri(db, uri); }
    );
}

/// Its own server says that it is gone: so is our copy (O14). "Not found" may only mean that this
/// node may not see it, so it counts for what everybody could see.
void forget_gone(App& app, const std::string& uri, bool certain) {
    const auto written = app.db.write([&](store::Writer& tx) {
        const auto here = store::statuses::find_by_uri(tx, uri);
        if (!here || here->local || here->state == StatusState::Deleted) return;
        const bool open =
            here->visibility == Visibility::Public || here->visibility == Visibility::Unlisted;
        if (!certain && !open) return;
        const auto author = store::accounts::find(tx, here->account);
        store::tombstones::add(tx, {uri, author ? author->uri : "", here->kind, tx.now(), false});
        sweep_status(tx, app, here->id);
    });
    if (!written)
        log::warn("resolve.gone_not_written", {{"uri", uri}, {"why", written.error().shown}});
}

}  // namespace

federation::Gate make_gate(App& app) { return federation::Gate(gate_policy(app)); }

federation::GatePolicy gate_policy(App& app) {
    federation::GatePolicy policy;
    policy.signatures.own_scheme = app.identity.scheme;
    policy.signatures.own_authorities = {lower_ascii(app.identity.domain)};
    if (!app.identity.handle_domain.empty() && app.identity.handle_domain != app.identity.domain) {
        policy.signatures.own_authorities.push_back(lower_ascii(app.identity.handle_domain));
    }
    policy.own_origin = app.identity.origin();
    policy.allow_http = app.config->federation_allow_http;
    policy.is_blocked = [&rules = app.domain_rules](std::string_view host) {
        return rules.is_blocked(host);
    };
    policy.is_known_actor = [&app](const Iri& actor) {
        return app.db.read([&](store::Reader& db) {
            return store::accounts::find_by_uri(db, actor.str()).has_value();
        });
    };
    return policy;
}

void resolve_account(
    App& app,
    const std::string& uri,
    FetchBudget budget,
    std::function<void(Result<AccountId>)> done
) {
    const auto iri = Iri::parse(uri);
    if (!iri) return done(tl::unexpected<Error>(iri.error()));
    const auto known = find_known_account(app, iri->str());
    if (known.account && known.account->deleted_at)
        return done(Error{Code::NotFound, "That account was deleted."});
    if (known.fresh) return done(known.account->id);
    if (auto why = not_askable(app, *iri)) return done(*std::move(why));
    fetch_actor(
        app,
        *iri,
        std::move(budget),
        [&app, stale = known.account, done = std::move(done)](Result<AccountId> id) {
            // An old copy is better than none when its server does not answer.
            if (!id && stale && id.error().code == Code::Unavailable) {
                log::debug("resolve.stale", {{"actor", stale->uri}, {"why", id.error().shown}});
                return done(stale->id);
            }
            done(std::move(id));
        }
    );
}

void refresh_account(
    App& app,
    const std::string& uri,
    FetchBudget budget,
    std::function<void(Result<AccountId>)> done
) {
    const auto iri = Iri::parse(uri);
    if (!iri) return done(tl::unexpected<Error>(iri.error()));
    if (auto why = not_askable(app, *iri)) return done(*std::move(why));
    fetch_actor(app, *iri, std::move(budget), std::move(done));
}

void resolve_handle(
    App& app,
    std::string user,
    std::string domain,
    FetchBudget budget,
    std::function<void(Result<AccountId>)> done
) {
    domain = lower_ascii(domain);
    const bool ours =
        domain.empty() || domain == app.identity.domain || domain == app.identity.handle_domain;
    const auto known = app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_handle(db, user, ours ? "" : domain);
    });
    if (ours)
        return done(known ? Result<AccountId>(known->id) : Result<AccountId>(local_missing()));
    if (known && known->is_active() && known->fetched_at + kFresh > app.clock.now())
        return done(known->id);
    if (app.domain_rules.is_blocked(domain))
        return done(Error{Code::Forbidden, "That server is blocked here."});
    // A trial node and its peers live on http (CONTRACT.md 1); nothing falls back to it elsewhere
    // (D4).
    const std::string scheme =
        app.config->federation_allow_http && app.identity.scheme == "http" ? "http" : "https";
    drive<Verified<Actor>>(
        app,
        [gate = make_gate(app), user, domain, scheme](const Documents& fetched) {
            return gate.find_handle(user, domain, fetched, scheme);
        },
        std::move(budget),
        [&app, done = std::move(done)](Result<Verified<Actor>> actor) {
            if (!actor) return done(tl::unexpected<Error>(std::move(actor).error()));
            store_fetched(app, prepare_account(app, *actor, /*handle_is_checked=*/true), done);
        }
    );
}

void resolve_status(
    App& app,
    const std::string& uri,
    FetchBudget budget,
    std::function<void(Result<StatusId>)> done,
    bool fetch_ancestors
) {
    const auto iri = Iri::parse(uri);
    if (!iri) return done(tl::unexpected<Error>(iri.error()));
    if (const auto here = find_status(app, iri->str())) {
        if (here->state == StatusState::Deleted)
            return done(Error{Code::NotFound, "That post was deleted."});
        return done(here->id);
    }
    if (auto why = not_askable(app, *iri)) return done(*std::move(why));
    budget.shared();
    fetch_object(
        app,
        *iri,
        budget,
        [&app, budget, fetch_ancestors, done = std::move(done)](Result<Verified<Object>> object
        ) mutable {
            if (!object) return done(tl::unexpected<Error>(std::move(object).error()));
            take_status(
                app, *object, std::move(budget), fetch_ancestors, /*refresh=*/false, std::move(done)
            );
        }
    );
}

void refresh_status(
    App& app, const std::string& uri, FetchBudget budget, std::function<void(Result<StatusId>)> done
) {
    const auto iri = Iri::parse(uri);
    if (!iri) return done(tl::unexpected<Error>(iri.error()));
    if (auto why = not_askable(app, *iri)) return done(*std::move(why));
    budget.shared();
    fetch_object(
        app,
        *iri,
        budget,
        [&app, budget, iri = *iri, done = std::move(done)](Result<Verified<Object>> object
        ) mutable {
            if (!object) {
                const auto code = object.error().code;
                if (code == Code::Gone || code == Code::NotFound)
                    forget_gone(app, iri.str(), code == Code::Gone);
                return done(tl::unexpected<Error>(std::move(object).error()));
            }
            if ((*object)->type == "Tombstone") {
                forget_gone(app, iri.str(), /*certain=*/true);
                return done(Error{Code::NotFound, "That post was deleted."});
            }
            take_status(
                app,
                *object,
                std::move(budget),
                /*fetch_ancestors=*/true,
                /*refresh=*/true,
                std::move(done)
            );
        }
    );
}

void resolve_any(
    App& app, const std::string& uri, FetchBudget budget, std::function<void(Result<Resolved>)> done
) {
    const auto iri = Iri::parse(uri);
    if (!iri) return done(tl::unexpected<Error>(iri.error()));
    if (const auto known = find_known_account(app, iri->str());
        known.account && known.account->is_active() && known.fresh) {
        return done(Resolved(known.account->id));
    }
    if (const auto here = find_status(app, iri->str())) {
        if (here->state == StatusState::Deleted)
            return done(Error{Code::NotFound, "That post was deleted."});
        return done(Resolved(here->id));
    }
    if (auto why = not_askable(app, *iri)) return done(*std::move(why));
    using Either = std::variant<Verified<Actor>, Verified<Object>>;
    budget.shared();
    drive<Either>(
        app,
        [gate = make_gate(app), iri = *iri, &app](const Documents& fetched) -> Step<Either> {
            auto actor = gate.take_actor(
                iri, fetched
            );  // both read the same document; the first that fits decides
            if (auto* needs = std::get_if<federation::Needs>(&actor)) return std::move(*needs);
            if (auto* taken = std::get_if<Verified<Actor>>(&actor))
                return Either(std::move(*taken));
            auto object = take_object(app, gate, iri, fetched);
            if (auto* needs = std::get_if<federation::Needs>(&object)) return std::move(*needs);
            if (auto* taken = std::get_if<Verified<Object>>(&object))
                return Either(std::move(*taken));
            return std::get<Error>(std::move(object));
        },
        budget,
        [&app, budget, done = std::move(done)](Result<Either> either) mutable {
            if (!either) return done(tl::unexpected<Error>(std::move(either).error()));
            if (const auto* actor = std::get_if<Verified<Actor>>(&*either)) {
                return store_fetched(app, prepare_account(app, *actor), [&](Result<AccountId> id) {
                    done(
                        id ? Result<Resolved>(Resolved(*id))
                           : Result<Resolved>(tl::unexpected<Error>(id.error()))
                    );
                });
            }
            take_status(
                app,
                std::get<Verified<Object>>(*either),
                std::move(budget),
                /*fetch_ancestors=*/true,
                /*refresh=*/false,
                [done = std::move(done)](Result<StatusId> id) {
                    done(
                        id ? Result<Resolved>(Resolved(*id))
                           : Result<Resolved>(tl::unexpected<Error>(id.error()))
                    );
                }
            );
        }
    );
}

}  // namespace outboard::services
