// What a client asks of buckets and objects.
#pragma once

#include "s3client/client.h"

namespace alexander::s3client {

struct ObjectFacts {
    std::string key;
    std::uint64_t size_bytes = 0;
    std::string etag;  // without quotes
    Timestamp modified;
};

struct ObjectPage {
    std::vector<ObjectFacts> objects;  // in byte order of keys
    std::string next;                  // continuation token; empty at the end
};

/// A page of ListObjectsV2. Throws no_such_bucket; device_error for an answer that is none.
[[nodiscard]] ObjectPage list_objects(Client& client,
                                      const std::string& bucket,
                                      const std::string& prefix,
                                      const std::string& continuation);

/// Everything below a prefix, a page at a time.
void for_each_object(Client& client,
                     const std::string& bucket,
                     const std::string& prefix,
                     const std::function<void(const ObjectFacts&)>& visitor);

/// Names of all buckets that the key may see.
[[nodiscard]] std::vector<std::string> list_buckets(Client& client);

[[nodiscard]] bool has_bucket(Client& client, const std::string& bucket);
void create_bucket(Client& client, const std::string& bucket);

/// HEAD; nothing if it is not there.
[[nodiscard]] std::optional<Answer> find_head(Client& client,
                                              const std::string& bucket,
                                              const std::string& key);

/// Size and ETag that a HEAD answered. Throws device_error if they are missing.
[[nodiscard]] ObjectFacts facts_of(const std::string& key, const Answer& head);

/// Fills a buffer from an offset of what is to be stored; fewer bytes only at its end.
using Source = std::function<std::size_t(MutableBytes, std::uint64_t)>;

struct NewObject {
    std::string bucket;
    std::string key;
    std::uint64_t size_bytes = 0;
    Headers headers = {};  // content-type, x-amz-meta-* and such
};

/// Stores an object whole or not at all: in one request up to 16 MiB, in parts above, of which one
/// at a time is in memory. The server compares each request's SHA-256, and what it answers as ETag
/// is compared where it is an MD5. A part that cannot be sent aborts the upload. Throws
/// device_error if the source ends early or the ETag is another.
void put_object(Client& client, const NewObject& object, const Source& source);

/// Aborts uploads below a prefix that were never completed, as a run that was cut off leaves them.
void abort_uploads(Client& client, const std::string& bucket, const std::string& prefix);

/// Absence is success.
void remove_object(Client& client, const std::string& bucket, const std::string& key);

}  // namespace alexander::s3client
