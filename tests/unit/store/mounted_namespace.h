// A bucket with both its faces: what S3 clients do, and its mount, in one process.
#pragma once

#include "store/files/file_tree.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace alexander::files {

/// The mount takes every commit for somebody else's, its own included, and looks at it anew.
class MountedNamespace : public Namespace {
public:
    MountedNamespace() { engine.process = {std::byte{99}}; }

    /// Mounts the bucket alone, for `user` (nobody: the bucket's owner).
    void mount(std::optional<Identity> user = std::nullopt) {
        tree.reset();
        TreeOptions options;
        options.bucket = "bucket";
        options.user = user.value_or(who);
        tree = std::make_unique<FileTree>(engine, options);
    }

    /// What a path of the mount leads to, also through the past; nothing if it leads nowhere.
    [[nodiscard]] std::optional<Attributes> find(std::string_view path) {
        std::optional<Attributes> at = tree->attributes().get(tree->root());
        while (at && !path.empty()) {
            const std::string_view name = path.substr(0, path.find('/'));
            path.remove_prefix(std::min(path.size(), name.size() + 1));
            if (!name.empty())
                at = lookup(at->ino, name);
        }
        return at;
    }

    [[nodiscard]] std::optional<Attributes> lookup(catalog::Ino directory, std::string_view name) {
        if (is_past(directory))
            return tree->past().lookup(directory, name);
        auto found = tree->names().lookup(directory, name);
        return found ? found : tree->past().enter(directory, name);
    }

    /// Names in a directory with their inode numbers, without `.` and `..`, read `batch` at a time.
    [[nodiscard]] std::map<std::string, catalog::Ino> list(catalog::Ino directory,
                                                           std::size_t batch = 7) {
        std::map<std::string, catalog::Ino> names;
        const auto listing = is_past(directory) ? tree->past().list(directory) : nullptr;
        for (std::uint64_t cookie = 0;;) {
            const auto entries =
                listing ? listing->read(cookie, batch)
                        : tree->directories().read(directory, cookie, batch, References::none);
            if (entries.empty())
                return names;
            for (const DirectoryEntry& entry : entries)
                if (entry.name != "." && entry.name != "..")
                    REQUIRE(names.emplace(entry.name, entry.attributes.ino).second);
            cookie = entries.back().cookie;
        }
    }

    [[nodiscard]] std::string text(catalog::Ino ino) {
        Bytes bytes;
        if (is_past(ino)) {
            tree->past().open(ino);
            bytes = tree->past().files().read(ino, 0, 1U << 20U);
            tree->past().files().release(ino);
        } else {
            tree->data().open(ino, OpenFor::reading);
            bytes = tree->data().read(ino, 0, 1U << 20U);
            tree->data().release(ino, OpenFor::reading);
        }
        return std::string(as_text(bytes));
    }

    /// Paths and texts of all files below a directory, reached by the names that it lists.
    [[nodiscard]] std::map<std::string, std::string> walk(catalog::Ino directory) {
        std::map<std::string, std::string> files;
        walk(directory, "", files);
        return files;
    }

    [[nodiscard]] std::map<std::string, std::string> walk(std::string_view path) {
        const auto found = find(path);
        REQUIRE(found.has_value());
        return walk(found->ino);
    }

    /// Writes a file as open, write and close do; makes it if it is not there.
    catalog::Ino write(catalog::Ino directory, std::string_view name, std::string_view body) {
        auto found = tree->names().lookup(directory, name);
        if (!found) {
            NameOperations::NewNode node;
            node.mode = 0640;
            found = tree->names().make(directory, name, node);
        }
        tree->data().open(found->ino, OpenFor::writing);
        tree->data().truncate(found->ino, 0);
        tree->data().write(found->ino, 0, as_bytes(body));
        tree->data().flush(found->ino);
        tree->data().release(found->ino, OpenFor::writing);
        return found->ino;
    }

    catalog::Ino mkdir(catalog::Ino directory, std::string_view name, std::uint32_t mode = 0755) {
        NameOperations::NewNode node;
        node.kind = catalog::FileKind::directory;
        node.mode = mode;
        return tree->names().make(directory, name, node).ino;
    }

    [[nodiscard]] std::int64_t now_s() { return store.clock.now().seconds; }

    void pass(std::int64_t seconds) { store.clock.advance_wall(std::chrono::seconds(seconds)); }

    std::unique_ptr<FileTree> tree;

private:
    void walk(catalog::Ino directory,
              const std::string& prefix,
              std::map<std::string, std::string>& files) {
        for (const auto& [name, ino] : list(directory)) {
            const auto found = lookup(directory, name);
            INFO("path ", prefix + name);
            REQUIRE(found.has_value());
            REQUIRE(found->ino == ino);
            if (found->kind == catalog::FileKind::directory)
                walk(ino, prefix + name + "/", files);
            else
                files[prefix + name] = text(ino);
        }
    }
};

}  // namespace alexander::files
