// SPDX-License-Identifier: Apache-2.0
#include "src/streaming/channel.hpp"

#include <algorithm>
#include <cstdint>

#include "federation/base/text.hpp"

namespace outboard::streaming {
namespace {

constexpr std::size_t kTagBytes = 400;  // some hundred characters of any script

struct Known {
    std::string_view name;
    Feed feed;
    Origin origin = Origin::Any;
    bool only_media = false;
};
constexpr Known kKnown[] = {
    {"user", Feed::User},
    {"user:notification", Feed::Notifications},
    {"public", Feed::Public},
    {"public:media", Feed::Public, Origin::Any, true},
    {"public:local", Feed::Public, Origin::Local},
    {"public:local:media", Feed::Public, Origin::Local, true},
    {"public:remote", Feed::Public, Origin::Remote},
    {"public:remote:media", Feed::Public, Origin::Remote, true},
    {"hashtag", Feed::Hashtag},
    {"hashtag:local", Feed::Hashtag, Origin::Local},
    {"list", Feed::List},
    {"direct", Feed::Direct}
};

}  // namespace

Result<Channel> parse_channel(std::string_view name, std::string_view tag, std::string_view list) {
    const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& one) {
        return one.name == name;
    });
    if (known == std::end(kKnown)) return fail(Code::Invalid, "Unknown stream type");
    Channel channel{
        .feed = known->feed,
        .origin = known->origin,
        .only_media = known->only_media,
        .name = std::string(name),
        .parameter = {},
        .key = {}
    };
    if (channel.feed == Feed::Hashtag) {
        auto text = tag.starts_with('#') ? tag.substr(1) : tag;
        if (text.empty()) return fail(Code::Invalid, "Missing tag name parameter");
        if (text.size() > kTagBytes) return fail(Code::Invalid, "That tag is too long");
        channel.parameter = tag;
        channel.key = fold_case(text);
    }
    if (channel.feed == Feed::List) {
        std::int64_t id = 0;
        if (!parse_decimal(list, id)) return fail(Code::Invalid, "Missing list name parameter");
        channel.parameter = channel.key = list;
    }
    return channel;
}

api::Scope scope_of(const Channel& channel) {
    switch (channel.feed) {
        case Feed::Notifications:
            return api::Scope::ReadNotifications;
        case Feed::List:
            return api::Scope::ReadLists;
        case Feed::User:
        case Feed::Public:
        case Feed::Hashtag:
        case Feed::Direct:
            return api::Scope::ReadStatuses;
    }
    return api::Scope::ReadStatuses;
}

}  // namespace outboard::streaming
