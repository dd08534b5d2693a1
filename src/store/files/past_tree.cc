#include "store/files/past_tree.h"

#include "base/error.h"
#include "store/bucket_access.h"
#include "store/files/extended.h"
#include "store/files/past_items.h"
#include "store/history.h"

#include <cerrno>

namespace alexander::files {
namespace {

/// What S3 says of the version; nothing if it says nothing of that name.
std::optional<std::string> s3_attribute(const Engine& engine,
                                        const catalog::Version& version,
                                        std::string_view name) {
    if (name == "user.s3.etag")
        return reveal_etag(engine.keyring, version.object).to_text();
    if (name == "user.s3.version-id")
        return id_of(version).to_text();
    if (name != "user.s3.content-type")
        return std::nullopt;
    std::string type =
        open_attributes(engine.keyring, version.object.sealed_attributes).content_type;
    return type.empty() ? std::nullopt : std::optional(std::move(type));
}

}  // namespace

void refuse_change_of_past() {
    throw Error(ErrorCode::not_permitted,
                "versions and snapshots are read only: copy what is wanted out of them",
                EROFS);
}

Attributes PastTree::refer(PastNode node, catalog::Ino parent) {
    node.parent = parent;
    Attributes attributes = reader_.attributes(node);
    attributes.ino = nodes_.lock()->refer(node);
    return attributes;
}

std::optional<Attributes> PastTree::enter(catalog::Ino directory, std::string_view name) {
    auto found = reader_.enter(directory, name);
    if (!found)
        return std::nullopt;
    return refer(std::move(*found), directory);
}

std::optional<Attributes> PastTree::lookup(catalog::Ino directory, std::string_view name) {
    if (name.size() > name_limit)
        throw Error(ErrorCode::name_too_long, "a name has at most 255 bytes");
    auto found = reader_.find(node(directory), name);
    if (!found)
        return std::nullopt;
    return refer(std::move(*found), directory);
}

Attributes PastTree::lookup_self(catalog::Ino ino) {
    const PastNode self = node(ino);
    return refer(self, self.parent);
}

Attributes PastTree::get(catalog::Ino ino) {
    Attributes attributes = reader_.attributes(node(ino));
    attributes.ino = ino;
    return attributes;
}

std::unique_ptr<PastListing> PastTree::list(catalog::Ino directory) {
    const PastNode listed = node(directory);
    const auto number_of = [this](const PastNode& child) {
        return nodes_.lock()->number_of(child);
    };
    const auto names = items_of(reader_, listed, number_of);
    return std::make_unique<PastListing>([=]() -> PastListing::More {
        return [=, more = PastListing::More()](std::vector<PastListing::Item>& items) mutable {
            if (more)
                return more(items);
            more = names();
            items.push_back({".", directory});
            items.push_back({"..", listed.parent});
            return true;
        };
    });
}

Bytes PastTree::get_extended(catalog::Ino ino, const std::string& name) {
    const PastNode asked = node(ino);
    if (asked.bucket != 0) {
        PastReader::Reading reading = reader_.read(asked);
        if (asked.kind == PastNode::Kind::file) {
            const Engine& engine = reader_.core().engine;
            const auto text = s3_attribute(engine, PastReader::version_of(reading, asked), name);
            if (text)
                return to_bytes(as_bytes(*text));
        }
        Extended extended =
            open_extended(reader_.core().engine.keyring, reader_.look(reading, asked));
        if (const auto found = extended.attributes.find(name); found != extended.attributes.end())
            return std::move(found->second);
    }
    throw Error(ErrorCode::no_data, "no attribute " + name);
}

std::vector<std::string> PastTree::list_extended(catalog::Ino ino) {
    const PastNode asked = node(ino);
    std::vector<std::string> names;
    if (asked.bucket == 0)
        return names;
    PastReader::Reading reading = reader_.read(asked);
    for (const auto& [name, value] :
         open_extended(reader_.core().engine.keyring, reader_.look(reading, asked)).attributes)
        names.push_back(name);
    return names;
}

}  // namespace alexander::files
