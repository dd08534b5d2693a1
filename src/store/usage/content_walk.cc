#include "store/usage/content_walk.h"

#include "base/error.h"
#include "base/uuid.h"
#include "blob/pack_reader.h"
#include "blob/record.h"
#include "catalog/contents.h"
#include "store/chunk_store.h"
#include "store/content_tree.h"
#include "store/manifest_page.h"

namespace alexander {

namespace {

constexpr int contents_a_snapshot = 256;

catalog::ChunkLocation location_of(catalog::Snapshot& snapshot, catalog::ChunkNumber chunk) {
    auto location = catalog::find_location(snapshot, chunk);
    if (!location)
        throw Error(ErrorCode::corrupt, "chunk " + std::to_string(chunk) + " is missing");
    return *location;
}

std::string name_of(RecordAead cipher) {
    switch (cipher) {
        case RecordAead::none:
            return "none";
        case RecordAead::aes_256_gcm:
            return "AES-256-GCM";
        case RecordAead::chacha20_poly1305:
            return "ChaCha20-Poly1305";
    }
    return {};
}

}  // namespace

void ContentWalk::add(catalog::ContentId id) {
    if (id == 0)
        return;
    if (!snapshot_ || ++contents_of_snapshot_ > contents_a_snapshot) {
        snapshot_.reset();
        snapshot_ = engine_.catalog.read();
        contents_of_snapshot_ = 0;
    }
    const auto content = catalog::find_content(*snapshot_, id);
    if (!content)
        return;
    if (content->depth > 0) {
        add_page(content->root);
    } else {
        ++sums_.extents;
        add_chunk(content->root);
    }
}

void ContentWalk::add_page(catalog::PageId id) {
    const auto row = catalog::find_page(*snapshot_, id);
    if (!row || !pages_.add(id))
        return;
    const ManifestPage page = parse_page(row->level, row->body);
    for (std::size_t i = 0; i < page.entries.size(); ++i) {
        const std::int64_t target = page.entries[i].target;
        if (page.level > 1) {
            add_page(target);
            continue;
        }
        ++sums_.extents;
        if (target == 0)
            sums_.hole_bytes += static_cast<std::int64_t>(page.length_of(i));
        else
            add_chunk(target);
    }
}

void ContentWalk::add_chunk(catalog::ChunkNumber chunk) {
    if (!chunks_.add(chunk))
        return;
    const auto location = catalog::find_location(*snapshot_, chunk);
    if (!location)
        return;
    sums_.unique_bytes += location->plain_bytes;
    sums_.disk_bytes += location->length_bytes;
    if (location->pack == 0)
        ++sums_.inline_chunks;
    else
        packs_.add(location->pack);
    if (location->state == catalog::RowState::damaged)
        ++sums_.damaged_chunks;
}

ContentSums ContentWalk::sums() const {
    ContentSums sums = sums_;
    sums.chunks = chunks_.size();
    sums.packs = packs_.size();
    return sums;
}

void visit_extents(const Engine& engine,
                   const catalog::Content& content,
                   const std::function<void(const ExtentPlace&)>& visitor) {
    if (content.id == 0)
        return;
    const auto snapshot = engine.catalog.read();
    ContentTree tree(engine.chunks, content);
    tree.for_each_extent(0, [&](const PlacedExtent& placed) {
        ExtentPlace place;
        place.offset_bytes = placed.begin_bytes;
        place.length_bytes = placed.extent.length_bytes;
        if (!placed.extent.is_hole()) {
            const auto location = location_of(*snapshot, placed.extent.chunk);
            place.chunk = placed.extent.chunk;
            place.chunk_offset_bytes = placed.extent.offset_bytes;
            place.pack = location.pack == 0 ? "" : format_uuid(location.pack_uuid);
            place.pack_offset_bytes = location.offset_bytes;
            place.record_bytes = location.length_bytes;
            place.is_damaged = location.state == catalog::RowState::damaged;
        }
        visitor(place);
        return true;
    });
}

std::optional<Sealing> sealing_of(const Engine& engine, const catalog::Content& content) {
    if (content.id == 0)
        return std::nullopt;
    const auto first = ContentTree(engine.chunks, content).find(0);
    if (!first || first->extent.is_hole())
        return std::nullopt;
    const auto snapshot = engine.catalog.read();
    const auto location = location_of(*snapshot, first->extent.chunk);
    std::optional<Bytes> bytes;
    if (location.pack == 0)
        bytes = catalog::find_inline_record(*snapshot, first->extent.chunk);
    else
        bytes = PackReader(engine.files, 1)
                    .read(PackUuid{location.pack_uuid}, location.offset_bytes, record_header_size);
    if (!bytes)
        throw Error(ErrorCode::corrupt,
                    "the record of chunk " + std::to_string(first->extent.chunk) + " is missing");
    const RecordHeader header = parse_record_header(*bytes);
    return Sealing{name_of(header.aead),
                   header.compression == Compression::zstd,
                   header.key_epoch,
                   header.domain};
}

}  // namespace alexander
