// Open files of the past.
#pragma once

#include "base/guarded.h"
#include "store/content_reader.h"
#include "store/files/past_reader.h"

#include <memory>
#include <unordered_map>

namespace alexander::files {

/// Any thread may call any method at any time. Bytes of a version never change: all who have it
/// open share one reader.
class PastFiles {
public:
    explicit PastFiles(PastReader& reader) : reader_(reader) {}

    /// Throws access_denied, invalid_argument for what has no bytes, no_such_file (ESTALE).
    void open(catalog::Ino ino, const PastNode& node);
    void release(catalog::Ino ino);

    [[nodiscard]] Bytes read(catalog::Ino ino, std::uint64_t offset, std::size_t size);
    [[nodiscard]] std::optional<std::uint64_t> seek_data(catalog::Ino ino, std::uint64_t offset);
    [[nodiscard]] std::optional<std::uint64_t> seek_hole(catalog::Ino ino, std::uint64_t offset);

    /// The target of a symbolic link: its bytes.
    [[nodiscard]] std::string read_link(const PastNode& node);

    void renew_sessions();

private:
    struct File {
        catalog::Content content;
        SharedSession session;                  // keeps the content
        std::unique_ptr<ContentReader> reader;  // nullptr: empty
    };

    struct Open {
        std::shared_ptr<Guarded<File>> file;
        std::size_t handles = 0;
    };

    using Table = std::unordered_map<catalog::Ino, Open>;

    [[nodiscard]] File make(const PastNode& node, catalog::FileKind kind);
    [[nodiscard]] std::shared_ptr<Guarded<File>> find(catalog::Ino ino);
    void renew(File& file);

    PastReader& reader_;
    Guarded<Table> open_;  // held for a few instructions
};

}  // namespace alexander::files
