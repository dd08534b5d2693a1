// A pack writer over a fake disk, with records to give it.
#pragma once

#include "blob/pack_writer.h"
#include "tests/unit/blob/blob_fixture.h"
#include "tests/unit/blob/fake_file_system.h"
#include "tests/unit/test_random.h"

#include <vector>

namespace alexander::test {

struct PackFixture {
    explicit PackFixture(const PackWriterSettings& settings = {})
        : sealer(example_store(), example_keys(), random, Compression::none),
          writer(files, random, clock, example_store(), settings) {}

    [[nodiscard]] SealedRecord record(std::size_t size = 100) {
        const Bytes plaintext = random.bytes(size);
        return sealer.seal(sealer.identify(plaintext), plaintext);
    }

    [[nodiscard]] std::vector<SealedRecord> records(std::size_t count, std::size_t size = 100) {
        std::vector<SealedRecord> made;
        for (std::size_t i = 0; i < count; ++i)
            made.push_back(record(size));
        return made;
    }

    [[nodiscard]] AppendResult append(const std::vector<SealedRecord>& batch) {
        std::vector<const SealedRecord*> pointers;
        for (const SealedRecord& one : batch)
            pointers.push_back(&one);
        return writer.append(pointers);
    }

    /// True if the disk has, at this place, a record that opens as the one given.
    [[nodiscard]] bool lies_at(const Placement& place, const SealedRecord& record) {
        const Bytes& pack = files.bytes(pack_path(place.pack));
        if (place.offset + place.length > pack.size())
            return false;
        const ByteView bytes = ByteView(pack).subspan(place.offset, place.length);
        check_record_crc(bytes);
        return sealer.open(bytes, record.id) == sealer.open(record.bytes);
    }

    /// What the log calls a pack that this writer made: by the name it was opened under.
    [[nodiscard]] static std::string logged_name(const PackUuid& pack) {
        return "tmp/" + to_string(pack) + ".pack";
    }

    /// Makes the `nth` (from 1) of the next operations of this name fail with `os_errno`.
    void fail(const std::string& operation, int nth, int os_errno) {
        files.before = [operation, nth, os_errno, seen = 0](const std::string& name,
                                                            const std::string& path) mutable {
            if (name == operation && ++seen == nth)
                throw_os_error(name + " " + path, os_errno);
        };
    }

    void fail_all(const std::string& operation, int os_errno) {
        files.before = [operation, os_errno](const std::string& name, const std::string& path) {
            if (name == operation)
                throw_os_error(name + " " + path, os_errno);
        };
    }

    TestRandom random;
    FakeFileSystem files;
    FixedClock clock;
    Sealer sealer;
    PackWriter writer;
};

}  // namespace alexander::test
