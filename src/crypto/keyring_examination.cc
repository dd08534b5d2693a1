#include "crypto/keyring_examination.h"

#include "base/error.h"
#include "crypto/keyring_state.h"

namespace alexander {

namespace {

constexpr std::uint64_t largest_copy = std::uint64_t{1} << 30U;

KeyringCopy examine(FileSystem& files,
                    const std::string& path,
                    const StoreUuid& store,
                    const MasterKey* master) {
    KeyringCopy copy{path};
    const std::unique_ptr<File> file = files.open(path, OpenMode::read);
    if (!file)
        return copy;
    copy.state = KeyringCopyState::damaged;
    const std::uint64_t size_bytes = file->size();
    if (size_bytes > largest_copy)
        return copy;
    Bytes bytes(static_cast<std::size_t>(size_bytes));
    bytes.resize(file->read(bytes, 0));
    try {
        const std::optional<keyring_format::Envelope> envelope = keyring_format::parse(bytes);
        if (!envelope)
            return copy;
        copy.generation = envelope->generation;
        if (envelope->store != store)
            copy.state = KeyringCopyState::of_another_store;
        else if (master != nullptr && !keyring_slots::open_slot(*envelope, *master))
            copy.state = KeyringCopyState::does_not_open;
        else
            copy.state = KeyringCopyState::opens;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::newer_format)
            throw;
        copy.state = KeyringCopyState::of_a_newer_version;
    }
    return copy;
}

}  // namespace

std::vector<KeyringCopy> examine_keyring_copies(FileSystem& files,
                                                const StoreUuid& store,
                                                const MasterKey* master) {
    return {examine(files, "keys/keyring.a", store, master),
            examine(files, "keys/keyring.b", store, master),
            examine(files, "data/keyring", store, master)};
}

}  // namespace alexander
