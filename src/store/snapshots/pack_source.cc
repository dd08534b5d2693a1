#include "store/snapshots/pack_source.h"

#include "base/error.h"
#include "blob/pack_recovery.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::string_view suffix = ".pack";

// Folders of packs have two hexadecimal digits.
bool is_shard(std::string_view name) {
    return name.size() == 2 && std::ranges::all_of(name, [](char digit) {
               return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
           });
}

bool begins_as(File& file, const StoreUuid& store, const PackUuid& pack) {
    Bytes head(pack_header_size);
    if (file.read(head, 0) != head.size())
        return false;
    try {
        const PackHeader header = parse_pack_header(head);
        return header.pack == pack && header.store == store;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::newer_format)
            throw;
        return false;
    }
}

}  // namespace

std::vector<PackUuid> StorePacks::list() {
    std::vector<PackUuid> packs;
    for (const std::string& first : files_.list("data")) {
        if (!is_shard(first))
            continue;
        for (const std::string& second : files_.list("data/" + first)) {
            if (!is_shard(second))
                continue;
            for (const std::string& name : files_.list("data/" + first + "/" + second)) {
                if (!name.ends_with(suffix))
                    continue;
                const auto uuid = parse_pack_uuid(name.substr(0, name.size() - suffix.size()));
                if (uuid)
                    packs.push_back(*uuid);
            }
        }
    }
    return packs;
}

std::unique_ptr<File> StorePacks::open(const PackUuid& pack) {
    return files_.open(pack_path(pack), OpenMode::read);
}

void visit_entries(File& file,
                   const StoreUuid& store,
                   const PackUuid& pack,
                   const std::function<void(const FooterEntry&)>& visitor) {
    if (!begins_as(file, store, pack))
        return;
    if (const auto footer = find_pack_footer(file)) {
        std::ranges::for_each(*footer, visitor);
        return;
    }
    std::ignore = scan_pack(file,
                            {pack_header_size, file.size()},
                            ScanDepth::headers,
                            [&](const ScannedRecord& record) {
                                visitor({record.header.id,
                                         record.offset,
                                         static_cast<std::uint32_t>(record_size(record.header))});
                            });
}

std::optional<RecordHeader> read_header(File& file, const FooterEntry& entry) {
    Bytes bytes(record_header_size);
    if (file.read(bytes, entry.offset) != bytes.size())
        return std::nullopt;
    try {
        return parse_record_header(bytes);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::newer_format)
            throw;
        return std::nullopt;
    }
}

Bytes read_record(File& file, const FooterEntry& entry) {
    if (entry.length > record_overhead + max_record_plain_length)
        throw Error(ErrorCode::corrupt, "a footer has a record that is longer than any");
    Bytes record(entry.length);
    if (file.read(record, entry.offset) != record.size())
        throw Error(ErrorCode::corrupt, "the pack ends before a record does");
    return record;
}

RecordPlaces find_records(PackSource& packs,
                          const StoreUuid& store,
                          const std::function<bool(const ChunkId&)>& wanted) {
    RecordPlaces places;
    for (const PackUuid& pack : packs.list()) {
        const std::unique_ptr<File> file = packs.open(pack);
        if (!file)
            continue;
        try {
            visit_entries(*file, store, pack, [&](const FooterEntry& entry) {
                if (wanted(entry.id))
                    places.emplace(entry.id, Placement{pack, entry.offset, entry.length});
            });
        } catch (const Error& error) {
            if (error.code() != ErrorCode::device_error)
                throw;  // a block that cannot be read hides this pack only
        }
    }
    return places;
}

}  // namespace alexander
