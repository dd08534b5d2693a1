// The stored form of a bucket's documents: XML as s3d writes it, nothing else of XML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// An element of the document. Attributes are left out.
struct DocumentNode {
    std::string name;
    std::string text;
    std::vector<DocumentNode> children;

    /// The first child of that name; nullptr if there is none.
    [[nodiscard]] const DocumentNode* find(std::string_view child) const;

    /// The text of the first child of that name, or nothing.
    [[nodiscard]] std::string text_of(std::string_view child) const;

    /// Nothing if there is no such child. Throws corrupt for what is no number.
    [[nodiscard]] std::optional<std::int64_t> number_of(std::string_view child) const;
};

/// Throws corrupt for anything that s3d does not write.
[[nodiscard]] DocumentNode read_document(std::string_view text);

}  // namespace alexander
