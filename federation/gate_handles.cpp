// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/discovery/webfinger.hpp"
#include "federation/gate_parts.hpp"
#include "federation/read.hpp"

namespace outboard::federation {
namespace {

using gate::unfinished;

constexpr std::size_t kMostAnswer = 64 * 1024;  // bytes of a WebFinger or host-meta answer

bool same_handle(const Handle& a, const Handle& b) {
    return lower_ascii(a.user) == lower_ascii(b.user) && a.domain == b.domain;
}

Result<Jrd> open_jrd(const Fetched& answer) {
    // RFC 7033 says application/jrd+json; Pleroma and static sites say application/json.
    const auto type = lower_ascii(answer.content_type);
    if (type.find("json") == std::string::npos)
        return fail(Code::Invalid, "WebFinger was not answered in JSON");
    OB_TRY(auto tree, read_json(gate::without_byte_order_mark(answer.body)));
    return read_jrd(tree);
}

Error not_answered(const Fetched& answer, const Handle& handle) {
    if (answer.status == 0) return gate::without_answer(answer, handle.domain);
    if (answer.status >= 500 || answer.status == 429)
        return {
            Code::Unavailable, "Its host answered " + std::to_string(answer.status), handle.domain
        };
    return {Code::NotFound, "There is no such account", handle.domain};
}

/// Where host-meta sends the question when the usual place knows nothing (D8).
Step<Iri> find_other_place(
    const Handle& handle, const Iri& usual, const Documents& fetched, std::string_view scheme
) {
    Error unknown{Code::NotFound, "There is no such account", handle.domain};
    const auto place =
        Iri::parse(std::string(scheme) + "://" + handle.domain + "/.well-known/host-meta");
    if (!place) return unknown;
    const auto at = fetched.find(place->str());
    if (at == fetched.end()) return Needs{*place, Needs::As::Xrd, kMostAnswer};
    if (at->second.status < 200 || at->second.status > 299) return unknown;
    auto text = host_meta_template(at->second.body, at->second.final_url.authority());
    if (!text) return unknown;
    text->replace(text->find("{uri}"), 5, percent_encode("acct:" + handle.str()));
    auto other = Iri::parse(*text);
    if (!other || *other == usual || other->scheme() != scheme) return unknown;
    return *std::move(other);
}

/// What the handle's domain says about it.
Step<Jrd> look_up(const Handle& handle, const Documents& fetched, std::string_view scheme) {
    const auto usual = Iri::parse(
        std::string(scheme) + "://" + handle.domain +
        "/.well-known/webfinger?resource=" + percent_encode("acct:" + handle.str())
    );
    if (!usual) return Error{Code::Invalid, "This is not a handle"};
    auto at = fetched.find(usual->str());
    if (at == fetched.end()) return Needs{*usual, Needs::As::Jrd, kMostAnswer};
    if (at->second.status == 404) {
        auto other = find_other_place(handle, *usual, fetched, scheme);
        if (auto stop = unfinished<Jrd>(other)) return *std::move(stop);
        at = fetched.find(std::get<Iri>(other).str());
        if (at == fetched.end()) return Needs{std::get<Iri>(other), Needs::As::Jrd, kMostAnswer};
    }
    if (at->second.status < 200 || at->second.status > 299) return not_answered(at->second, handle);
    if (at->second.final_url.scheme() != scheme)
        return Error{Code::Invalid, "WebFinger was answered over another scheme"};
    return gate::as_step(open_jrd(at->second));
}

}  // namespace

Step<std::string> Gate::canonical_handle(
    const Actor& actor, const Documents& fetched, std::string_view scheme
) const {
    const auto host_form = parse_handle(actor.username + "@" + actor.id.authority());
    if (!host_form) return Error{Code::Invalid, "The actor has no name a handle can be made of"};
    const auto& ours = policy_.signatures.own_authorities;
    const auto may_ask = [&](const Handle& handle) {
        const auto host = handle.domain.substr(0, handle.domain.rfind(':'));
        return std::find(ours.begin(), ours.end(), handle.domain) == ours.end() &&
               !policy_.is_blocked(host);
    };
    // A handle on another domain counts when that domain leads to this very actor (D6).
    const auto confirm = [&](const Handle& handle) -> Step<bool> {
        if (!may_ask(handle)) return false;
        auto answer = look_up(handle, fetched, scheme);
        if (auto* needs = std::get_if<Needs>(&answer)) return *needs;
        const auto* jrd = std::get_if<Jrd>(&answer);
        return jrd != nullptr && jrd->self == actor.id;
    };
    if (const auto named = parse_handle(actor.webfinger);
        named && !same_handle(*named, *host_form)) {
        auto confirmed = confirm(*named);
        if (auto stop = unfinished<std::string>(confirmed)) return *std::move(stop);
        if (std::get<bool>(confirmed)) return named->str();
    }
    auto answer = look_up(*host_form, fetched, scheme);
    if (auto* needs = std::get_if<Needs>(&answer)) return *needs;
    const auto* jrd = std::get_if<Jrd>(&answer);
    if (jrd == nullptr)
        return host_form->str();  // its host does not speak WebFinger for it: the host form stands
    if (jrd->self != actor.id)
        return Error{Code::Invalid, "The actor's handle leads to another actor"};
    const auto subject = parse_handle(jrd->subject);
    if (!subject || subject->domain == host_form->domain) return host_form->str();
    auto confirmed = confirm(*subject);
    if (auto stop = unfinished<std::string>(confirmed)) return *std::move(stop);
    return std::get<bool>(confirmed) ? subject->str() : host_form->str();
}

Step<Verified<Actor>> Gate::find_handle(
    std::string_view user,
    std::string_view domain,
    const Documents& fetched,
    std::string_view scheme
) const {
    const auto asked = parse_handle(std::string(user) + "@" + std::string(domain));
    if (!asked) return Error{Code::Invalid, "This is not a handle"};
    if (policy_.is_blocked(asked->domain.substr(0, asked->domain.rfind(':')))) {
        return Error{Code::Forbidden, "Nothing is taken from this host"};
    }
    auto answer = look_up(*asked, fetched, scheme);
    if (auto stop = unfinished<Verified<Actor>>(answer)) return *std::move(stop);
    const auto& jrd = std::get<Jrd>(answer);
    if (!jrd.self) return Error{Code::NotFound, "This account does not speak ActivityPub"};
    auto taken = take_actor(*jrd.self, fetched);
    if (auto stop = unfinished<Verified<Actor>>(taken)) return *std::move(stop);
    Actor actor = *std::get<Verified<Actor>>(taken);
    auto handle = canonical_handle(actor, fetched, scheme);
    if (auto stop = unfinished<Verified<Actor>>(handle)) return *std::move(stop);
    actor.webfinger = std::get<std::string>(handle);
    return Verified<Actor>(std::move(actor));
}

}  // namespace outboard::federation
