#include "store/snapshots/maker.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/crc.h"
#include "store/chunk_store.h"
#include "store/content_writer.h"
#include "store/snapshots/files.h"
#include "store/snapshots/head.h"
#include "store/store_meters.h"

#include <algorithm>
#include <tuple>

namespace alexander {

namespace {

// Bytes 0 to 4 of STORE are of StoreLocks and the garbage collection, those from 16 on of regions.
constexpr std::uint64_t snapshot_byte = 5;

// A read of the copy; whole pieces.
constexpr std::size_t read_bytes = 16 * snapshot_piece_size;

/// A copy of the database in tmp/, gone at the end.
class DatabaseCopy {
public:
    explicit DatabaseCopy(const Engine& engine) : files_(engine.files), path_(new_path(engine)) {
        try {
            commit_seq = engine.catalog.copy_to(files_.host_path(path_));
            file = files_.open(path_, OpenMode::read);
            if (!file)
                throw Error(ErrorCode::device_error, "the copy of the catalog is gone");
        } catch (const Error&) {
            remove();
            throw;
        }
    }

    ~DatabaseCopy() {
        file.reset();
        try {
            remove();
        } catch (const Error&) {
            // Who opens the store next empties tmp/.
        }
    }

    DatabaseCopy(const DatabaseCopy&) = delete;
    DatabaseCopy& operator=(const DatabaseCopy&) = delete;

    std::unique_ptr<File> file;
    catalog::CommitSeq commit_seq = 0;

private:
    static std::string new_path(const Engine& engine) {
        std::array<std::byte, 8> name{};
        engine.random.fill(name);
        return "tmp/catalog-" + to_hex(name) + ".db";
    }

    void remove() {
        if (files_.open(path_, OpenMode::read))
            files_.remove(path_);
    }

    FileSystem& files_;
    const std::string path_;
};

class Maker {
public:
    Maker(const Engine& engine, const SnapshotOptions& options)
        : engine_(engine), options_(options) {}

    SnapshotReport run() {
        const std::unique_ptr<File> lock = engine_.files.open("STORE", OpenMode::read_write);
        if (!lock || !lock->lock(snapshot_byte, Wait::yes))
            throw Error(ErrorCode::busy, "a snapshot of the catalog is being made already");
        const std::chrono::nanoseconds begin = engine_.clock.monotonic();
        make();
        expire();
        report_.time = since(begin);
        return report_;
    }

private:
    [[nodiscard]] std::chrono::milliseconds since(std::chrono::nanoseconds begin) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(engine_.clock.monotonic() -
                                                                     begin);
    }

    void make() {
        const std::chrono::nanoseconds begin = engine_.clock.monotonic();
        const DatabaseCopy copy(engine_);
        report_.copy_time = since(begin);
        check_space(copy.file->size());

        SnapshotHead head;
        head.commit_seq = copy.commit_seq;
        head.created_seconds = engine_.clock.now().seconds;
        head.database_bytes = copy.file->size();
        // After the copy: whatever domain it names is in the keyring.
        head.keyring =
            engine_.reload_keyring ? engine_.reload_keyring().copy() : engine_.keyring.copy();
        ContentWriter writer(engine_, store_domain, ChunkProfile::fixed);
        const std::vector<ChunkId> pieces = write_pieces(writer, *copy.file, head);
        write_lists(writer, pieces, head);
        const Bytes plain = format_snapshot_head(head);
        commit(writer, head, plain);
        // The last step: whoever finds the file finds everything that it leads to.
        const SealedRecord record =
            engine_.chunks.seal_for_recovery(store_domain, plain, RecordType::manifest);
        write_snapshot_file(engine_.files, head.commit_seq, record.bytes);
    }

    // A mount's committer ends for good with a batch that does not fit on the disk.
    void check_space(std::uint64_t database_bytes) {
        if (engine_.files.space().available_bytes < database_bytes)
            throw Error(ErrorCode::no_space,
                        "the disk has no room for a snapshot of the catalog, which may take " +
                            std::to_string(database_bytes) + " bytes");
    }

    std::vector<ChunkId> write_pieces(ContentWriter& writer, File& database, SnapshotHead& head) {
        std::vector<ChunkId> pieces;
        Hash digest(HashKind::sha256);
        Bytes buffer(read_bytes);
        for (std::uint64_t at = 0; at < head.database_bytes;) {
            if (options_.should_stop && options_.should_stop())
                throw Error(ErrorCode::busy, "stopped before the snapshot was made");
            const std::size_t size = database.read(buffer, at);
            if (size == 0)
                throw Error(ErrorCode::device_error, "the copy of the catalog ends early");
            digest.update(ByteView(buffer).first(size));
            // The last piece is padded, so that lists begin with a piece of their own.
            const std::size_t padded =
                (size + snapshot_piece_size - 1) / snapshot_piece_size * snapshot_piece_size;
            std::fill(buffer.begin() + static_cast<std::ptrdiff_t>(size),
                      buffer.begin() + static_cast<std::ptrdiff_t>(padded),
                      std::byte{0});
            write_blocks(writer, ByteView(buffer).first(padded), pieces);
            at += size;
            if (options_.progress)
                options_.progress({at, head.database_bytes});
        }
        std::ranges::copy(digest.finish(), head.database_digest.begin());
        return pieces;
    }

    void write_blocks(ContentWriter& writer, ByteView blocks, std::vector<ChunkId>& ids) {
        for (std::size_t at = 0; at < blocks.size(); at += snapshot_piece_size)
            ids.push_back(
                engine_.chunks.identify(store_domain, blocks.subspan(at, snapshot_piece_size)));
        writer.write(blocks);
    }

    void write_lists(ContentWriter& writer,
                     const std::vector<ChunkId>& pieces,
                     SnapshotHead& head) {
        write_blocks(writer, format_id_lists(pieces), head.lists);
    }

    void commit(ContentWriter& writer, const SnapshotHead& head, ByteView plain) {
        ContentDraft draft = writer.finish();
        const SealedRecord record = engine_.chunks.seal(store_domain, plain, RecordType::manifest);
        draft.records.push_back(record);
        Extent extent;
        extent.id = record.id;
        extent.length_bytes = record.plain_length;
        extent.crc64nvme = crc64nvme(plain);
        draft.append(extent);

        catalog::CatalogSnapshot row;
        row.seq = head.commit_seq;
        row.created_seconds = head.created_seconds;
        row.database_bytes = static_cast<std::int64_t>(head.database_bytes);
        row.new_bytes = static_cast<std::int64_t>(writer.record_bytes() + record.bytes.size());
        Work work = draft.start_work();
        std::exception_ptr refusal;
        work.change = [&](CommitScope& scope) {
            refusal = nullptr;
            const std::int64_t written = scope.rows().rows_written();
            try {
                row.content = draft.commit(scope);
            } catch (const Error& error) {
                // A mount ends with a change that fails: what is only too late must not.
                if (error.code() != ErrorCode::busy || scope.rows().rows_written() != written)
                    throw;
                refusal = std::current_exception();
                return;
            }
            catalog::put_snapshot(scope.rows(), row);
        };
        std::ignore = engine_.committer.commit(std::move(work));
        if (refusal)
            std::rethrow_exception(refusal);
        report_.made = row;
    }

    // First the files: one without its row would lead to what is about to be deleted.
    void expire() {
        const std::vector<catalog::CatalogSnapshot> rows =
            catalog::list_snapshots(*engine_.catalog.read());
        std::set<catalog::CommitSeq> without_row = list_snapshot_files(engine_.files);
        std::set<catalog::CommitSeq> without_file;
        for (const catalog::CatalogSnapshot& row : rows) {
            if (without_row.erase(row.seq) == 0)
                without_file.insert(row.seq);
            else
                mend_snapshot_file(engine_.files, row.seq);
        }
        std::set<catalog::CommitSeq> expired = find_expired(rows, options_.retention);
        expired.merge(without_file);
        report_.expired = static_cast<std::int64_t>(expired.size());
        without_row.insert(expired.begin(), expired.end());
        remove_snapshot_files(engine_.files, without_row);
        if (expired.empty())
            return;
        std::ignore = engine_.committer.commit([&](CommitScope& scope) {
            for (const catalog::CommitSeq seq : expired)
                catalog::delete_snapshot(scope.rows(), seq);
        });
    }

    const Engine& engine_;
    const SnapshotOptions& options_;
    SnapshotReport report_;
};

}  // namespace

SnapshotReport create_snapshot(const Engine& engine, const SnapshotOptions& options) {
    try {
        SnapshotReport report = Maker(engine, options).run();
        if (engine.chores != nullptr)
            engine.chores->snapshots_done.add();
        return report;
    } catch (const Error& error) {
        // Busy: it was told to stop.
        if (engine.chores != nullptr && error.code() != ErrorCode::busy)
            engine.chores->snapshots_failed.add();
        throw;
    }
}

}  // namespace alexander
