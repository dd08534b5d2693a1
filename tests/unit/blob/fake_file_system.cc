#include "tests/unit/blob/fake_file_system.h"

#include "base/error.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace alexander::test {

namespace {

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash);
}

void put(Bytes& file, const Bytes& bytes, std::uint64_t offset) {
    const auto begin = static_cast<std::size_t>(offset);
    file.resize(std::max(file.size(), begin + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(begin));
}

class FakeFile final : public File {
public:
    FakeFile(FakeFileSystem& files, std::string path, std::shared_ptr<FakeNode> node)
        : files_(files), path_(std::move(path)), node_(std::move(node)) {}

    ~FakeFile() override {
        std::erase_if(node_->locks, [this](const auto& lock) { return lock.second == this; });
    }

    FakeFile(const FakeFile&) = delete;
    FakeFile& operator=(const FakeFile&) = delete;

    [[nodiscard]] std::size_t read(MutableBytes into, std::uint64_t offset) override {
        const Bytes& bytes = node_->bytes;
        const std::uint64_t left = bytes.size() - std::min<std::uint64_t>(offset, bytes.size());
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left));
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), size, into.begin());
        return size;
    }

    void write(std::span<const ByteView> parts, std::uint64_t offset) override {
        Bytes all;
        for (const ByteView part : parts)
            all.insert(all.end(), part.begin(), part.end());
        try {
            files_.perform("write", path_);
        } catch (const Error&) {
            all.resize(all.size() / 2);  // any prefix may be there
            put(node_->bytes, all, offset);
            throw;
        }
        put(node_->bytes, all, offset);
        node_->unsynced.emplace_back([all, offset](Bytes& durable) { put(durable, all, offset); });
    }

    void sync() override {
        const auto writes = std::exchange(node_->unsynced, {});
        files_.perform("sync", path_);
        for (const auto& apply : writes)
            apply(node_->durable);
    }

    void truncate(std::uint64_t size_bytes) override {
        files_.perform("truncate", path_);
        const auto size = static_cast<std::size_t>(size_bytes);
        node_->bytes.resize(size);
        node_->unsynced.emplace_back([size](Bytes& durable) { durable.resize(size); });
    }

    [[nodiscard]] std::uint64_t size() override { return node_->bytes.size(); }

    [[nodiscard]] bool lock(std::uint64_t byte, Wait) override {
        return node_->locks.emplace(byte, this).first->second == this;
    }

    void unlock(std::uint64_t byte) override { node_->locks.erase(byte); }

private:
    FakeFileSystem& files_;
    std::string path_;
    std::shared_ptr<FakeNode> node_;
};

}  // namespace

void FakeFileSystem::perform(const std::string& operation, const std::string& path) {
    log.push_back(operation + " " + path);
    if (before)
        before(operation, path);
}

void FakeFileSystem::check_parent(const std::string& path) const {
    if (!folders_.contains(parent_of(path)))
        throw_os_error("parent of " + path, ENOENT);
}

void FakeFileSystem::cut_power() {
    std::erase_if(durable_folders_, [this](const std::string& folder) {
        std::string above = folder;
        while (above != "." && durable_folders_.contains(above))
            above = parent_of(above);
        return above != ".";
    });
    std::erase_if(durable_entries_, [this](const auto& entry) {
        return !durable_folders_.contains(parent_of(entry.first));
    });
    folders_ = durable_folders_;
    entries_ = durable_entries_;
    for (const auto& [path, node] : entries_) {
        node->bytes = node->durable;
        node->unsynced.clear();
        node->locks.clear();
    }
}

std::vector<std::string> FakeFileSystem::paths() const {
    std::vector<std::string> found;
    for (const auto& [path, node] : entries_)
        found.push_back(path);
    return found;
}

std::unique_ptr<File> FakeFileSystem::open(const std::string& path, OpenMode mode) {
    perform("open", path);
    const auto found = entries_.find(path);
    const bool exists = found != entries_.end();
    if (exists == (mode == OpenMode::create_new))
        return nullptr;
    if (exists)
        return std::make_unique<FakeFile>(*this, path, found->second);
    check_parent(path);
    auto node = std::make_shared<FakeNode>();
    entries_.emplace(path, node);
    return std::make_unique<FakeFile>(*this, path, std::move(node));
}

void FakeFileSystem::create_directory(const std::string& path) {
    check_parent(path);
    folders_.insert(path);
}

void FakeFileSystem::sync_directory(const std::string& path) {
    perform("sync_directory", path);
    if (!folders_.contains(path))
        throw_os_error("sync " + path, ENOENT);
    std::erase_if(durable_entries_,
                  [&](const auto& entry) { return parent_of(entry.first) == path; });
    for (const auto& entry : entries_) {
        if (parent_of(entry.first) == path)
            durable_entries_.insert(entry);
    }
    for (const std::string& folder : folders_) {
        if (parent_of(folder) == path)
            durable_folders_.insert(folder);
    }
}

std::vector<std::string> FakeFileSystem::list(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& [entry, node] : entries_) {
        if (parent_of(entry) == path)
            names.push_back(entry.substr(entry.rfind('/') + 1));
    }
    return names;
}

void FakeFileSystem::rename(const std::string& from, const std::string& to) {
    perform("rename", to);
    check_parent(to);
    if (!entries_.contains(from))
        throw_os_error("rename " + from, ENOENT);
    entries_[to] = entries_.at(from);
    entries_.erase(from);
}

void FakeFileSystem::remove(const std::string& path) {
    perform("remove", path);
    if (entries_.erase(path) == 0)
        throw_os_error("remove " + path, ENOENT);
}

MutableBytes FakeFileSystem::map_shared(const std::string& path, std::size_t size) {
    const auto node = entries_.emplace(path, std::make_shared<FakeNode>()).first->second;
    node->bytes.resize(std::max(node->bytes.size(), size));
    return node->bytes;
}

FileSystem::Space FakeFileSystem::space() {
    return {1U << 30, 1U << 30};
}

}  // namespace alexander::test
