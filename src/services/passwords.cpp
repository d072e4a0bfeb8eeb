// SPDX-License-Identifier: Apache-2.0
#include "src/services/passwords.hpp"

#include <argon2.h>

#include <array>
#include <tuple>
#include <vector>

#include "federation/base/text.hpp"

namespace outboard::services {
namespace {

constexpr std::uint32_t kPasses = 2, kMemoryKiB = 19 * 1024, kLanes = 1;
constexpr std::size_t kSaltBytes = 16, kHashBytes = 32, kLeastCharacters = 8, kMostBytes = 1024;
constexpr std::string_view kEncodedStart = "$argon2id$";

// Those that guessing tries first; longer lists belong to the registration of strangers.
constexpr std::array<std::string_view, 12> kCommon = {
    "password",
    "12345678",
    "123456789",
    "1234567890",
    "qwertyuiop",
    "password1",
    "iloveyou",
    "11111111",
    "sunshine",
    "princess",
    "football",
    "baseball"
};

}  // namespace

Result<std::string> hash_password(std::string_view password, Random& random) {
    if (count_codepoints(password) < kLeastCharacters)
        return fail(Code::Invalid, "A password has at least 8 characters.");
    if (password.size() > kMostBytes)
        return fail(Code::Invalid, "A password has at most 1,024 bytes.");
    const auto lower = lower_ascii(password);
    for (const auto common : kCommon) {
        if (lower == common)
            return fail(
                Code::Invalid, "That password is among the first that are guessed; choose another."
            );
    }
    const auto salt = random.bytes(kSaltBytes);
    std::vector<char> encoded(
        argon2_encodedlen(kPasses, kMemoryKiB, kLanes, kSaltBytes, kHashBytes, Argon2_id)
    );
    const int outcome = argon2id_hash_encoded(
        kPasses,
        kMemoryKiB,
        kLanes,
        password.data(),
        password.size(),
        salt.data(),
        salt.size(),
        kHashBytes,
        encoded.data(),
        encoded.size()
    );
    if (outcome != ARGON2_OK)
        return fail(
            Code::Internal, "The password could not be kept.", argon2_error_message(outcome)
        );
    return std::string(encoded.data());
}

bool check_password(std::string_view password, std::string_view hash) {
    const auto text = password.substr(0, kMostBytes);
    if (hash.starts_with(kEncodedStart)) {
        const bool fits =
            argon2id_verify(std::string(hash).c_str(), text.data(), text.size()) == ARGON2_OK;
        return fits && text.size() == password.size();
    }
    // There is nothing to compare with; whoever asks shall not see that from the time it takes.
    constexpr std::array<char, kSaltBytes> kNoSalt{};
    std::array<char, kHashBytes> ignored{};
    std::ignore = argon2id_hash_raw(
        kPasses,
        kMemoryKiB,
        kLanes,
        text.data(),
        text.size(),
        kNoSalt.data(),
        kNoSalt.size(),
        ignored.data(),
        ignored.size()
    );
    return false;
}

std::string make_password(Random& random) {
    constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";  // 32: no l, o, 0, 1
    std::string password;
    for (const char byte : random.bytes(20)) {
        if (!password.empty() && password.size() % 6 == 5) password += '-';
        password += kLetters[static_cast<unsigned char>(byte) % kLetters.size()];
    }
    return password;
}

}  // namespace outboard::services
