#include "tests/crash/mutant_file_system.h"

#include "base/error.h"

namespace alexander::crash {

namespace {

class MutantFile final : public File {
public:
    MutantFile(std::unique_ptr<File> real, const std::string& path, Mutant mutant)
        : real_(std::move(real)),
          is_pack_(path.ends_with(".pack")),
          is_log_(path.ends_with("-wal")),
          mutant_(mutant) {}

    [[nodiscard]] std::size_t read(MutableBytes into, std::uint64_t offset) override {
        return real_->read(into, offset);
    }

    void write(std::span<const ByteView> parts, std::uint64_t offset) override {
        if (mutant_ == Mutant::late_pack_sync && is_pack_) {
            // What was there before is synced; what comes now waits for the next write.
            real_->sync();
        }
        real_->write(parts, offset);
    }

    void sync() override {
        if (is_pack_ && (mutant_ == Mutant::no_pack_sync || mutant_ == Mutant::late_pack_sync))
            return;
        if (is_log_ && mutant_ == Mutant::no_log_sync)
            return;
        try {
            real_->sync();
        } catch (const Error&) {
            if (!is_log_ || mutant_ != Mutant::ignored_log_failure)
                throw;
        }
    }

    void truncate(std::uint64_t size_bytes) override { real_->truncate(size_bytes); }

    [[nodiscard]] std::uint64_t size() override { return real_->size(); }

    [[nodiscard]] bool lock(std::uint64_t byte, Wait wait) override {
        return real_->lock(byte, wait);
    }

    void unlock(std::uint64_t byte) override { real_->unlock(byte); }

private:
    const std::unique_ptr<File> real_;
    const bool is_pack_;
    const bool is_log_;
    const Mutant mutant_;
};

}  // namespace

std::unique_ptr<File> MutantFileSystem::open(const std::string& path, OpenMode mode) {
    std::unique_ptr<File> real = real_.open(path, mode);
    if (!real)
        return nullptr;
    return std::make_unique<MutantFile>(std::move(real), path, mutant_);
}

}  // namespace alexander::crash
