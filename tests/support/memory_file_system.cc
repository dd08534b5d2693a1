#include "support/memory_file_system.h"

#include "base/error.h"
#include "base/guarded.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>

namespace alexander {
namespace {

/// A change of a file that no sync has covered yet.
struct Pending {
    std::optional<std::uint64_t> new_size;  // a truncation
    std::uint64_t offset = 0;
    Bytes data;

    void apply(Bytes& content) const {
        if (new_size) {
            content.resize(*new_size);
            return;
        }
        content.resize(std::max(content.size(), offset + data.size()));
        std::copy(data.begin(), data.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
    }
};

struct Node {
    bool is_folder = false;
    Bytes cached;
    Bytes durable;
    std::vector<Pending> pending;
    std::map<std::uint64_t, const File*> locks;
    std::unique_ptr<std::byte[]> mapping;
    std::size_t mapping_bytes = 0;

    void change(Pending pending_change) {
        pending_change.apply(cached);
        pending.push_back(std::move(pending_change));
    }

    void make_durable() {
        for (const Pending& change : pending) {
            change.apply(durable);
        }
        pending.clear();
    }
};

using Entries = std::map<std::string, std::shared_ptr<Node>>;

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string folder_of(const std::string& path) {
    return path == "." ? "" : path;
}

struct Contents {
    Entries cached;
    Entries durable;
    int power_cuts = 0;

    [[nodiscard]] std::shared_ptr<Node> find(const std::string& path) const {
        const auto found = cached.find(path);
        return found == cached.end() ? nullptr : found->second;
    }

    [[nodiscard]] bool has_folder(const std::string& path) const {
        const auto node = find(path);
        return path.empty() || (node && node->is_folder);
    }

    std::shared_ptr<Node> get(const std::string& operation, const std::string& path) const {
        auto node = find(path);
        if (!node) {
            throw_os_error(operation + " " + path, ENOENT);
        }
        return node;
    }
};

/// Every name that is in either, in order.
std::vector<std::string> all_names(const Entries& left, const Entries& right) {
    std::vector<std::string> names;
    for (const Entries* entries : {&left, &right}) {
        for (const auto& [name, node] : *entries) {
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

void copy_entry(const Entries& from, Entries& to, const std::string& name) {
    const auto found = from.find(name);
    if (found == from.end()) {
        to.erase(name);
    } else {
        to[name] = found->second;
    }
}

}  // namespace

struct MemoryDisk::State {
    Guarded<Contents> contents;
    std::condition_variable unlocked;
};

MemoryDisk::MemoryDisk() : state_(std::make_unique<State>()) {}

MemoryDisk::MemoryDisk(const Image& image) : MemoryDisk() {
    auto contents = state_->contents.lock();
    for (const auto& [path, bytes] : image) {
        auto node = std::make_shared<Node>();
        node->is_folder = !bytes;
        node->cached = node->durable = bytes.value_or(Bytes());
        contents->cached[path] = contents->durable[path] = std::move(node);
    }
}

MemoryDisk::~MemoryDisk() = default;

MemoryDisk::Image MemoryDisk::image() {
    Image image;
    for (const auto& [path, node] : state_->contents.lock()->cached) {
        image[path] = node->is_folder ? std::nullopt : std::optional(node->cached);
    }
    return image;
}

void MemoryDisk::cut_power(const std::function<bool()>& survives) {
    auto contents = state_->contents.lock();
    ++contents->power_cuts;
    for (const std::string& name : all_names(contents->cached, contents->durable)) {
        const auto cached = contents->cached.find(name);
        const auto durable = contents->durable.find(name);
        const bool is_synced = cached != contents->cached.end() &&
                               durable != contents->durable.end() &&
                               cached->second == durable->second;
        if (!is_synced && survives()) {
            copy_entry(contents->cached, contents->durable, name);
        }
    }
    for (auto& [name, node] : contents->durable) {
        for (const Pending& change : node->pending) {
            if (survives()) {
                change.apply(node->durable);
            }
        }
        node->pending.clear();
        node->cached = node->durable;
        node->locks.clear();
        node->mapping.reset();
    }
    contents->cached = contents->durable;
    state_->unlocked.notify_all();
}

class MemoryFile final : public File {
public:
    MemoryFile(MemoryFileSystem& file_system,
               std::string path,
               std::shared_ptr<Node> node,
               int power_cuts)
        : file_system_(file_system),
          disk_(file_system.disk_),
          path_(std::move(path)),
          node_(std::move(node)),
          power_cuts_(power_cuts) {}

    ~MemoryFile() override {
        auto contents = disk_.contents.lock();
        std::erase_if(node_->locks, [this](const auto& entry) { return entry.second == this; });
        disk_.unlocked.notify_all();
    }

    [[nodiscard]] std::size_t read(MutableBytes into, std::uint64_t offset) override {
        const auto contents = begin(DiskOperation::read);
        const Bytes& cached = node_->cached;
        if (offset >= cached.size()) {
            return 0;
        }
        const std::size_t count = std::min<std::size_t>(into.size(), cached.size() - offset);
        std::copy_n(cached.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
        return count;
    }

    void write(std::span<const ByteView> parts, std::uint64_t offset) override {
        const auto contents = begin(DiskOperation::write);
        for (const ByteView part : parts) {
            node_->change({.new_size = std::nullopt, .offset = offset, .data = to_bytes(part)});
            offset += part.size();
        }
    }

    void sync() override {
        try {
            file_system_.before(DiskOperation::sync, path_);
        } catch (const Error&) {
            auto contents = disk_.contents.lock();
            node_->pending.clear();  // the cache believes that they were written
            throw;
        }
        auto contents = disk_.contents.lock();
        check_alive(*contents);
        node_->make_durable();
    }

    void truncate(std::uint64_t size_bytes) override {
        const auto contents = begin(DiskOperation::truncate);
        node_->change({.new_size = size_bytes, .offset = 0, .data = {}});
    }

    [[nodiscard]] std::uint64_t size() override {
        auto contents = disk_.contents.lock();
        check_alive(*contents);
        return node_->cached.size();
    }

    [[nodiscard]] bool lock(std::uint64_t byte, Wait wait) override {
        auto contents = disk_.contents.lock();
        const auto is_free = [&] {
            const auto found = node_->locks.find(byte);
            return found == node_->locks.end() || found->second == this;
        };
        if (wait == Wait::yes) {
            contents.wait(disk_.unlocked, [&](const Contents&) { return is_free(); });
        } else if (!is_free()) {
            return false;
        }
        check_alive(*contents);
        node_->locks[byte] = this;
        return true;
    }

    void unlock(std::uint64_t byte) override {
        auto contents = disk_.contents.lock();
        if (const auto found = node_->locks.find(byte);
            found != node_->locks.end() && found->second == this) {
            node_->locks.erase(found);
        }
        disk_.unlocked.notify_all();
    }

private:
    [[nodiscard]] Guarded<Contents>::Access begin(DiskOperation operation) {
        file_system_.before(operation, path_);
        auto contents = disk_.contents.lock();
        check_alive(*contents);
        return contents;
    }

    void check_alive(const Contents& contents) const {
        if (contents.power_cuts != power_cuts_) {
            throw_os_error(path_ + " was open when the power went", EIO);
        }
    }

    MemoryFileSystem& file_system_;
    MemoryDisk::State& disk_;
    const std::string path_;
    const std::shared_ptr<Node> node_;  // shared with the folder: an unlinked file lives on
    const int power_cuts_;
};

MemoryFileSystem::MemoryFileSystem(MemoryDisk& disk, Hook before)
    : disk_(disk.state()), before_(std::move(before)) {}

void MemoryFileSystem::before(DiskOperation operation, const std::string& path) const {
    if (before_) {
        before_(operation, path);
    }
}

std::unique_ptr<File> MemoryFileSystem::open(const std::string& path, OpenMode mode) {
    before(DiskOperation::open, path);
    auto contents = disk_.contents.lock();
    auto node = contents->find(path);
    if ((mode == OpenMode::create_new) == (node != nullptr)) {
        return nullptr;
    }
    if (!node) {
        if (!contents->has_folder(parent_of(path))) {
            throw_os_error("create " + path, ENOENT);
        }
        node = std::make_shared<Node>();
        contents->cached[path] = node;
    }
    if (node->is_folder) {
        throw_os_error("open " + path, EISDIR);
    }
    return std::make_unique<MemoryFile>(*this, path, std::move(node), contents->power_cuts);
}

void MemoryFileSystem::create_directory(const std::string& path) {
    before(DiskOperation::create_directory, path);
    auto contents = disk_.contents.lock();
    if (!contents->has_folder(parent_of(path))) {
        throw_os_error("create folder " + path, ENOENT);
    }
    auto& node = contents->cached[path];
    if (!node) {
        node = std::make_shared<Node>();
        node->is_folder = true;
    } else if (!node->is_folder) {
        throw_os_error("create folder " + path, EEXIST);
    }
}

void MemoryFileSystem::sync_directory(const std::string& path) {
    before(DiskOperation::sync_directory, path);
    auto contents = disk_.contents.lock();
    const std::string folder = folder_of(path);
    if (!contents->has_folder(folder)) {
        throw_os_error("sync folder " + path, ENOENT);
    }
    for (const std::string& name : all_names(contents->cached, contents->durable)) {
        if (parent_of(name) == folder) {
            copy_entry(contents->cached, contents->durable, name);
        }
    }
}

std::vector<std::string> MemoryFileSystem::list(const std::string& path) {
    auto contents = disk_.contents.lock();
    const std::string folder = folder_of(path);
    std::vector<std::string> names;
    for (const auto& [name, node] : contents->cached) {
        if (parent_of(name) == folder) {
            names.push_back(folder.empty() ? name : name.substr(folder.size() + 1));
        }
    }
    return names;
}

void MemoryFileSystem::rename(const std::string& from, const std::string& to) {
    before(DiskOperation::rename, from);
    auto contents = disk_.contents.lock();
    auto node = contents->get("rename", from);
    if (node->is_folder) {
        throw_os_error("rename " + from, ENOTSUP);  // the store renames files only
    }
    if (!contents->has_folder(parent_of(to))) {
        throw_os_error("rename to " + to, ENOENT);
    }
    contents->cached.erase(from);
    contents->cached[to] = std::move(node);
}

void MemoryFileSystem::remove(const std::string& path) {
    before(DiskOperation::remove, path);
    auto contents = disk_.contents.lock();
    const auto node = contents->get("remove", path);
    for (const auto& [name, other] : contents->cached) {
        if (node->is_folder && parent_of(name) == path) {
            throw_os_error("remove " + path, ENOTEMPTY);
        }
    }
    contents->cached.erase(path);
}

MutableBytes MemoryFileSystem::map_shared(const std::string& path, std::size_t size_bytes) {
    auto contents = disk_.contents.lock();
    auto& node = contents->cached[path];
    if (!node) {
        node = std::make_shared<Node>();
    }
    if (!node->mapping) {
        node->mapping = std::make_unique<std::byte[]>(size_bytes);
        node->mapping_bytes = size_bytes;
    }
    if (node->mapping_bytes < size_bytes) {
        throw_os_error("map " + path, EINVAL);
    }
    return {node->mapping.get(), size_bytes};
}

FileSystem::Space MemoryFileSystem::space() {
    constexpr std::uint64_t plenty = std::uint64_t{1} << 40U;
    return {.total_bytes = plenty, .available_bytes = plenty};
}

}  // namespace alexander
