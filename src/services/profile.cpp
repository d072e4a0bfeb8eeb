// SPDX-License-Identifier: Apache-2.0
#include "src/services/profile.hpp"

#include <nlohmann/json.hpp>

#include "federation/addressing.hpp"
#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/html/html.hpp"
#include "src/present/media.hpp"
#include "src/services/actor_document.hpp"
#include "src/services/compose.hpp"
#include "src/services/outgoing.hpp"
#include "src/store/accounts.hpp"
#include "src/store/media.hpp"

namespace outboard::services {
namespace {

Result<void> check_length(std::string_view what, std::string_view text, std::size_t most) {
    if (count_codepoints(text) <= most) return {};
    return fail(
        Code::Invalid,
        "Validation failed: " + std::string(what) + " is longer than " + std::to_string(most) +
            " characters"
    );
}

Result<void> check_profile(const ProfileChanges& changes) {
    OB_CHECK(check_length("Display name", changes.display_name.value_or(""), limits::kDisplayName));
    OB_CHECK(check_length("Note", changes.note.value_or(""), limits::kBio));
    if (!changes.fields) return {};
    if (changes.fields->size() > limits::kProfileFields) {
        return fail(
            Code::Invalid,
            "Validation failed: a profile has at most " + std::to_string(limits::kProfileFields) +
                " fields"
        );
    }
    for (const auto& [name, value] : *changes.fields) {
        OB_CHECK(check_length("Field name", name, limits::kProfileFieldText));
        OB_CHECK(check_length("Field value", value, limits::kProfileFieldText));
    }
    return {};
}

Result<void> check_settings(const ProfileChanges& changes) {
    if (changes.default_visibility && !federation::parse_visibility(*changes.default_visibility)) {
        return fail(Code::Invalid, "Validation failed: Visibility is not included in the list");
    }
    const auto language = changes.default_language.value_or("");
    if (!language.empty() && !is_language(language)) {
        return fail(Code::Invalid, "Validation failed: Language is not a language code");
    }
    const auto type = changes.default_content_type.value_or("text/plain");
    if (type != "text/plain" && type != "text/markdown") {
        return fail(
            Code::Invalid, "Validation failed: Content type must be text/plain or text/markdown"
        );
    }
    return {};
}

SafeHtml render_line(App& app, const std::string& text) {
    const auto found = html::find_entities(text);
    const auto named =
        app.db.read([&](store::Reader& db) { return find_named(db, app.identity, found.handles); });
    return render_text(app.identity, text, "text/plain", named);
}

/// True when something of the public profile changed.
bool apply_profile(App& app, Account& account, const ProfileChanges& changes) {
    bool changed = false;
    const auto set = [&](auto& member, const auto& value) {
        if (!value || member == *value) return;
        member = *value;
        changed = true;
    };
    if (changes.display_name) {
        set(account.display_name,
            std::optional(html::clean_name(*changes.display_name, limits::kDisplayName)));
    }
    if (changes.note && *changes.note != account.note_source) {
        account.note_source = *changes.note;
        account.note = render_line(app, *changes.note);
        changed = true;
    }
    set(account.locked, changes.locked);
    set(account.discoverable, changes.discoverable);
    set(account.indexable, changes.indexable);
    if (changes.bot && account.kind != "Organization") {
        set(account.kind, std::optional<std::string>(*changes.bot ? "Service" : "Person"));
    }
    if (changes.fields) {
        account.fields.clear();
        for (const auto& [name, value] : *changes.fields) {
            if (trim(name).empty()) continue;
            account.fields.push_back(
                {.name = html::clean_name(name, limits::kProfileFieldText),
                 .value = render_line(app, value)}
            );
        }
        changed = true;
    }
    for (const auto& [picture, url] :
         {std::pair{&changes.avatar, &account.avatar_url},
          std::pair{&changes.header, &account.header_url}}) {
        if (!*picture) continue;
        *url = present::media_url(
            app.identity, (*picture)->media, present::Variant::Original, std::nullopt
        );
        changed = true;
    }
    return changed;
}

/// The new picture's row instead of the old one's.
void put_picture(
    store::Writer& tx, const std::optional<StoredMedia>& picture, std::string_view purpose
) {
    if (!picture) return;
    auto media = picture->media;
    media.purpose = purpose;
    store::media::drop_of_purpose(tx, media.account, purpose);
    store::media::insert(tx, media, std::nullopt);
    store::media::add_to_quota(tx, media.account, media.file_bytes);
}

/// What tells the followers: the actor's document inside an Update to everybody.
Result<PreparedActivity> prepare_update(
    App& app, const Account& account, const ActorDocument& document
) {
    OB_TRY(const auto actor, read_json(document.bytes));
    return prepare_activity(
        app,
        account,
        "Update",
        transient_uri(app, account, "updates"),
        actor,
        addressing_of(account, Visibility::Public, {}),
        /*with_proof=*/true
    );
}

/// A changed profile with what is signed of it.
struct Changed {
    ActorDocument document;
    PreparedActivity update;
};

}  // namespace

Result<void> update_profile(App& app, AccountId viewer, const ProfileChanges& changes) {
    OB_CHECK(check_profile(changes));
    OB_CHECK(check_settings(changes));
    auto [account, user] = app.db.read([&](store::Reader& db) {
        return std::pair(store::accounts::find(db, viewer), store::users::find(db, viewer));
    });
    if (!account || !user) return fail(Code::NotFound, "Record not found");
    const bool changed = apply_profile(app, *account, changes);
    const bool set_defaults = changes.default_visibility || changes.default_language ||
                              changes.default_content_type || changes.default_sensitive;
    user->default_visibility = changes.default_visibility.value_or(user->default_visibility);
    user->default_language = changes.default_language.value_or(user->default_language);
    user->default_content_type = changes.default_content_type.value_or(user->default_content_type);
    user->default_sensitive = changes.default_sensitive.value_or(user->default_sensitive);
    if (!changed && !set_defaults) return {};
    std::optional<Changed> profile;
    if (changed) {
        OB_TRY(auto document, make_actor_document(app, *account));
        OB_TRY(auto update, prepare_update(app, *account, document));
        profile = Changed{std::move(document), std::move(update)};
    }
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        const auto here = store::accounts::find(tx, viewer);
        if (!here || !here->is_active()) return fail(Code::NotFound, "Record not found");
        if (here->revision != account->revision) {
            return fail(Code::Conflict, "The profile was changed at the same time; try again.");
        }
        if (set_defaults) store::users::set_defaults(tx, *user);
        if (!profile) return {};
        put_picture(tx, changes.avatar, "avatar");
        put_picture(tx, changes.header, "header");
        store::accounts::update(tx, *account);
        put_actor_document(tx, *account, profile->document);
        emit(tx, app, profile->update);
        return {};
    });
}

}  // namespace outboard::services
