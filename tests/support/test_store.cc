#include "tests/support/test_store.h"

#include "base/error.h"
#include "catalog/contents.h"

#include <cstdlib>
#include <random>
#include <utility>

namespace alexander {

namespace {

class Scope final : public CommitScope {
public:
    Scope(catalog::Transaction& rows, Timestamp now) : rows_(rows), now_(now) {}

    [[nodiscard]] catalog::Transaction& rows() override { return rows_; }

    [[nodiscard]] Timestamp now() const override { return now_; }

    [[nodiscard]] catalog::ChunkNumber chunk(const ChunkId& id) override {
        const auto number = catalog::use_chunk(rows_, id.bytes);
        if (!number)
            throw Error(ErrorCode::busy, "chunk " + to_string(id) + " is gone");
        return *number;
    }

private:
    catalog::Transaction& rows_;
    const Timestamp now_;
};

class NoIntent final : public WriteIntent {};

class Alone final : public Coherence {
public:
    void before_read(catalog::BucketId) override {}

    [[nodiscard]] std::unique_ptr<WriteIntent> begin_write(catalog::BucketId) override {
        return std::make_unique<NoIntent>();
    }

    void after_commit(catalog::CommitSeq) override {}

    void wait_durable(catalog::Snapshot&, catalog::BucketId) override {}
};

class MountAlone final : public MountCoherence {
public:
    [[nodiscard]] bool serve(catalog::BucketId) override { return true; }

    [[nodiscard]] std::uint64_t queue() override { return ++number_; }

    void done(std::uint64_t) override {}

    [[nodiscard]] bool is_being_written(catalog::BucketId) const override { return false; }

    void wait_for_writers(catalog::BucketId) override {}

    [[nodiscard]] catalog::CommitSeq committed() const override { return 0; }

    void applied(catalog::CommitSeq) override {}

    [[nodiscard]] bool wait_for_commit(catalog::CommitSeq) override { return false; }

    void stop() override {}

private:
    std::uint64_t number_ = 0;
};

catalog::CatalogOptions catalog_options(const ScratchDirectory& folder) {
    catalog::CatalogOptions options;
    options.path = (folder.path() / "catalog.db").string();
    options.process = {std::byte{1}};
    return options;
}

std::unique_ptr<catalog::Catalog> make_catalog(const ScratchDirectory& folder,
                                               const StoreUuid& uuid) {
    const catalog::CatalogOptions options = catalog_options(folder);
    catalog::Catalog::create(options, uuid);
    return catalog::Catalog::open(options);
}

}  // namespace

std::future<catalog::CommitSeq> InlineCommitter::submit(Work work) {
    const std::lock_guard lock(mutex_);
    ++submitted_;
    if (fails_)
        throw Error(ErrorCode::device_error, "the committer was told to fail");
    Queued queued{std::move(work), {}};
    auto future = queued.done.get_future();
    for (const SealedRecord& record : queued.work.records)
        pending_.emplace(record.id, std::make_shared<const Bytes>(record.bytes));
    if (held_)
        queue_.push_back(std::move(queued));
    else
        run(queued);
    return future;
}

void InlineCommitter::hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
}

void InlineCommitter::release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    while (!queue_.empty()) {
        Queued queued = std::move(queue_.front());
        queue_.pop_front();
        run(queued);
    }
}

void InlineCommitter::run(Queued& queued) {
    try {
        const catalog::CommitSeq seq = run_work(queued.work);
        for (const SealedRecord& record : queued.work.records)
            pending_.erase(record.id);
        if (queued.work.done)
            queued.work.done(nullptr, seq);
        queued.done.set_value(seq);
    } catch (const Error&) {
        for (const SealedRecord& record : queued.work.records)
            pending_.erase(record.id);
        if (queued.work.done)
            queued.work.done(std::current_exception(), 0);
        queued.done.set_exception(std::current_exception());
    }
}

catalog::CommitSeq InlineCommitter::run_work(Work& work) {
    const auto rows = catalog_.write();
    insert(*rows, work.records);
    if (work.change) {
        Scope scope(*rows, clock_.now());
        work.change(scope);
    }
    rows->commit();
    return rows->commit_seq();
}

void InlineCommitter::insert(catalog::Transaction& rows, const std::vector<SealedRecord>& records) {
    if (records.empty())
        return;
    std::vector<catalog::NewChunk> chunks;
    std::vector<const SealedRecord*> pointers;
    for (const SealedRecord& record : records) {
        const auto length = static_cast<std::uint32_t>(record.bytes.size());
        catalog::NewChunk chunk{record.id.bytes, 0, 0, length, record.plain_length, record.bytes};
        if (packs_ != nullptr)
            chunk.record = {};
        chunks.push_back(chunk);
        pointers.push_back(&record);
        ++stored_records_;
        stored_bytes_ += length;
    }
    if (packs_ != nullptr) {
        const AppendResult result = packs_->append(pointers);
        for (const NewPack& made : result.new_packs) {
            catalog::Pack pack;
            pack.id = pack_numbers_[made.pack] = rows.next_id(catalog::IdKind::pack);
            pack.uuid = made.pack.bytes;
            catalog::insert_pack(rows, pack);
        }
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            chunks[i].pack = pack_numbers_.at(result.placements[i].pack);
            chunks[i].offset_bytes = result.placements[i].offset;
        }
    }
    static_cast<void>(catalog::insert_chunks(rows, chunks));
}

bool InlineCommitter::is_pending(const ChunkId& id) const {
    const std::lock_guard lock(mutex_);
    return pending_.count(id) != 0;
}

std::shared_ptr<const Bytes> InlineCommitter::pending_record(const ChunkId& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(id);
    return found == pending_.end() ? nullptr : found->second;
}

TestStore::TestStore(std::size_t cache_bytes)
    : files(PosixFileSystem::open_root(folder.path().string())),
      log(clock, LogLevel::error, LogFormat::text),
      keyring(Keyring::create(uuid, MasterKey::generate(random), random)),
      domain(keyring.add_domain(random)),
      rows(make_catalog(folder, uuid)),
      committer(*rows, clock),
      chunks(uuid, keyring, random, files, *rows, {cache_bytes, Compression::zstd, {}}),
      coherence(std::make_unique<Alone>()),
      mount_coherence(std::make_unique<MountAlone>()),
      engine{files,
             clock,
             random,
             log,
             *rows,
             committer,
             chunks,
             keyring,
             *coherence,
             *mount_coherence,
             {std::byte{1}}} {
    files.create_directory("data");
    chunks.attach(committer);
}

catalog::Content TestStore::commit(ContentDraft draft, const PageLimits& limits) {
    catalog::ContentId id = 0;
    Work work;
    work.records = std::move(draft.records);
    work.change = [&](CommitScope& scope) { id = draft.commit(scope, limits); };
    committer.commit(std::move(work));
    return content(id);
}

catalog::Content TestStore::content(catalog::ContentId id) {
    if (id == 0)
        return {};
    const auto snapshot = rows->read();
    return catalog::find_content(*snapshot, id).value();
}

std::uint64_t test_seed() {
    const char* given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

Bytes random_bytes(std::uint64_t seed, std::size_t size) {
    std::mt19937_64 random(seed);
    Bytes bytes(size);
    for (std::size_t at = 0; at < size; at += 8) {
        const std::uint64_t word = random();
        std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, size - at));
    }
    return bytes;
}

}  // namespace alexander
