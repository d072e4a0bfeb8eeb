// SPDX-License-Identifier: Apache-2.0
#include <zstd.h>

#include <memory>
#include <vector>

#include "federation/base/bytes.hpp"
#include "src/base/guarded.hpp"
#include "src/base/limits.hpp"
#include "src/store/keys.hpp"

namespace outboard::store::documents {
namespace {

constexpr int kLevel = 3;

OB_QUERY(kPut, "document.put", R"sql(
    INSERT INTO documents (hash, uri, bytes, signed_by, verified_how, received_via, received_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (hash) DO NOTHING)sql");
OB_QUERY(kFind, "document.find", "SELECT bytes, uri FROM documents WHERE hash = $1");
OB_QUERY(kFindMeta, "document.find_meta", R"sql(
    SELECT uri, signed_by, verified_how, received_via FROM documents WHERE hash = $1)sql");
OB_QUERY(kDropUnused, "document.drop_unused", R"sql(
    DELETE FROM documents WHERE hash = $1
        AND NOT EXISTS (SELECT 1 FROM accounts WHERE document = $1)
        AND NOT EXISTS (SELECT 1 FROM statuses WHERE document = $1)
        AND NOT EXISTS (SELECT 1 FROM status_revisions WHERE document = $1)
        AND NOT EXISTS (SELECT 1 FROM inbox WHERE document = $1)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE document = $1))sql");
OB_QUERY(kCheck, "document.check", R"sql(
    SELECT hash, uri, bytes FROM documents
    WHERE hash > $1 AND hash < $2 ORDER BY hash LIMIT $3)sql");

/// Making one costs more than to compress what comes here. Lent to one thread at a time.
class Compressors {
public:
    using Compressor = std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)>;

    Compressor take() {
        auto idle = idle_.with([](auto& all) {
            Compressor one(nullptr, ZSTD_freeCCtx);
            if (!all.empty()) {
                one = std::move(all.back());
                all.pop_back();
            }
            return one;
        });
        return idle ? std::move(idle) : Compressor(ZSTD_createCCtx(), ZSTD_freeCCtx);
    }
    void give_back(Compressor one) {
        idle_.with([&](auto& all) {
            if (all.size() < kIdle) all.push_back(std::move(one));
        });
    }

private:
    static constexpr std::size_t kIdle = 4;  // some 100 KB each
    Guarded<std::vector<Compressor>> idle_;
};

Compressors& compressors() {
    static Compressors all;
    return all;
}

/// Nothing for bytes that are no frame of ours: damaged, or claiming more than the bound.
std::optional<std::string> unpack(std::string_view packed) {
    const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
        size > limits::kStoredDocument)
        return std::nullopt;
    std::string bytes(static_cast<std::size_t>(size), '\0');
    const std::size_t got =
        ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
    if (ZSTD_isError(got) || got != bytes.size()) return std::nullopt;
    return bytes;
}

bool matches(std::string_view packed, std::string_view hash, std::string* bytes = nullptr) {
    auto unpacked = unpack(packed);
    if (!unpacked || sha256(*unpacked) != hash) return false;
    if (bytes != nullptr) *bytes = std::move(*unpacked);
    return true;
}

}  // namespace

Packed pack(std::string_view bytes) {
    if (bytes.size() > limits::kStoredDocument)
        throw StoreError("a document of " + std::to_string(bytes.size()) + " bytes is too large");
    Packed packed;
    packed.hash = sha256(bytes);
    packed.compressed.resize(ZSTD_compressBound(bytes.size()));
    auto compressor = compressors().take();
    if (!compressor) throw StoreError("zstd: no memory");
    const std::size_t size = ZSTD_compressCCtx(
        compressor.get(),
        packed.compressed.data(),
        packed.compressed.size(),
        bytes.data(),
        bytes.size(),
        kLevel
    );
    compressors().give_back(std::move(compressor));
    if (ZSTD_isError(size)) throw StoreError(std::string("zstd: ") + ZSTD_getErrorName(size));
    packed.compressed.resize(size);
    return packed;
}

void put(Writer& tx, const Packed& packed, const Meta& meta) {
    tx.execute(
        kPut,
        Blob{packed.hash},
        meta.uri,
        Blob{packed.compressed},
        meta.signed_by,
        meta.verified_how,
        meta.received_via,
        tx.now()
    );
}

std::optional<std::string> find(Reader& db, std::string_view hash) {
    return db.one(
        kFind,
        [&](const Row& row) {
            std::string bytes;
            if (!matches(row.bytes(0), hash, &bytes))
                throw StoreError(
                    "document " + to_hex(hash) + " (" + row.text(1) +
                    ") is damaged: restore it from a backup, or delete and fetch it again"
                );
            return bytes;
        },
        Blob{std::string(hash)}
    );
}

void drop_unused(Writer& tx, std::string_view hash) {
    tx.execute(kDropUnused, Blob{std::string(hash)});
}

std::optional<Meta> find_meta(Reader& db, std::string_view hash) {
    return db.one(
        kFindMeta,
        [](const Row& row) { return Meta{row.text(0), row.text(1), row.text(2), row.text(3)}; },
        Blob{std::string(hash)}
    );
}

Checked check(Reader& db, int first, int last, std::string_view after, int limit) {
    // Bounds that are no hash: shorter than any with that byte, or longer than all of them.
    const std::string from =
        after.empty() ? std::string(1, static_cast<char>(first)) : std::string(after);
    const std::string to =
        last >= 255 ? std::string(33, '\xff') : std::string(1, static_cast<char>(last + 1));
    Checked checked;
    db.each(
        kCheck,
        [&](const Row& row) {
            std::string hash = row.bytes(0);
            ++checked.looked_at;
            if (!matches(row.bytes(2), hash)) checked.damaged.push_back({hash, row.text(1)});
            checked.last = std::move(hash);
        },
        Blob{from},
        Blob{to},
        limit
    );
    if (checked.looked_at < limit) checked.last.clear();
    return checked;
}

}  // namespace outboard::store::documents
