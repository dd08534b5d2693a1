#include "base/base64.h"
#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"
#include "crypto/keyring_state.h"

#include <algorithm>
#include <array>

namespace alexander {

using keyring_format::Envelope;

namespace {

constexpr std::array copies = {"keys/keyring.a", "keys/keyring.b", "data/keyring"};
constexpr std::size_t line_width = 64;
constexpr std::uint64_t largest_copy = std::uint64_t{1} << 30U;

std::string folder_of(std::string_view path) {
    return std::string(path.substr(0, path.find('/')));
}

std::optional<Bytes> read_copy(FileSystem& files, const char* path) {
    const std::unique_ptr<File> file = files.open(path, OpenMode::read);
    if (!file)
        return std::nullopt;
    const std::uint64_t size_bytes = file->size();
    if (size_bytes > largest_copy)
        return Bytes();  // damaged
    Bytes copy(static_cast<std::size_t>(size_bytes));
    copy.resize(file->read(copy, 0));
    return copy;
}

// Unlike the copies' own names, the temporary one is never read: it may hold anything.
void write_copy(FileSystem& files, ByteView copy, const char* path) {
    const std::string temporary = folder_of(path) + "/keyring.new";
    std::unique_ptr<File> file = files.open(temporary, OpenMode::create_new);
    if (!file) {
        files.remove(temporary);
        file = files.open(temporary, OpenMode::create_new);
    }
    if (!file)
        throw Error(ErrorCode::busy, "somebody else is writing the keyring");
    const std::array<ByteView, 1> parts = {copy};
    file->write(parts, 0);
    file->sync();
    file.reset();
    files.rename(temporary, path);
    files.sync_directory(folder_of(path));
}

// Intact copies of this store's keyring, newest first.
std::vector<Envelope> find_copies(FileSystem& files, const StoreUuid& store) {
    std::vector<Envelope> found;
    bool any = false;
    for (const char* path : copies) {
        const std::optional<Bytes> copy = read_copy(files, path);
        any = any || copy.has_value();
        std::optional<Envelope> envelope =
            copy ? keyring_format::parse(*copy) : std::optional<Envelope>();
        if (envelope && envelope->store == store)
            found.push_back(std::move(*envelope));
    }
    if (!any)
        throw Error(ErrorCode::no_such_file, "the store has no keyring");
    std::ranges::stable_sort(found, std::ranges::greater(), &Envelope::generation);
    return found;
}

std::optional<keyring_format::Roots> open_body(const Envelope& envelope, ByteView keyring_key) {
    SecretBytes body(envelope.sealed_body.size() - aead_tag_size);
    if (!aead_open(envelope.aead,
                   keyring_key,
                   envelope.nonce,
                   encode_front(envelope),
                   envelope.sealed_body,
                   body.bytes()))
        return std::nullopt;
    return keyring_format::parse_roots(body.view());
}

}  // namespace

// The older copy is no way around a master key that the newest no longer accepts.
Keyring Keyring::load(FileSystem& files, const StoreUuid& store, const MasterKey& master) {
    for (Envelope& envelope : find_copies(files, store)) {
        auto opened = keyring_slots::open_slot(envelope, master);
        if (!opened)
            throw Error(ErrorCode::wrong_key, "the master key does not open this store");
        auto roots = open_body(envelope, opened->keyring_key.view());
        if (!roots)
            continue;
        auto state = std::make_unique<State>(
            std::move(envelope), std::move(opened->keyring_key), std::move(*roots));
        state->has_folders = true;
        return Keyring(std::move(state));
    }
    throw Error(ErrorCode::corrupt, "no intact copy of the keyring is left");
}

bool Keyring::is_outdated(FileSystem& files) const {
    const std::vector<Envelope> found = find_copies(files, state_->envelope.store);
    return !found.empty() && found.front().generation > state_->envelope.generation;
}

// The inner key stays the same as long as no master key is removed.
Keyring Keyring::read_again(FileSystem& files, const MasterKey& master) const {
    const StoreUuid& store = state_->envelope.store;
    std::vector<Envelope> found = find_copies(files, store);
    auto roots = found.empty() ? std::optional<keyring_format::Roots>()
                               : open_body(found.front(), state_->keyring_key.view());
    if (!roots)
        return load(files, store, master);
    auto state = std::make_unique<State>(
        std::move(found.front()), state_->keyring_key.clone(), std::move(*roots));
    state->has_folders = true;
    return Keyring(std::move(state));
}

// All of them always: a secret that only one copy has is lost with that copy.
void Keyring::save(FileSystem& files, RandomSource& random) {
    if (!state_->has_folders) {
        for (const char* const folder : {"keys", "data"})
            files.create_directory(folder);
        files.sync_directory(".");
    }
    Envelope next = state_->seal_next(random);
    const Bytes copy = keyring_format::encode(next);
    for (const char* const path : copies)
        write_copy(files, copy, path);
    state_->envelope = std::move(next);
    state_->has_folders = true;
}

bool Keyring::lacks_copies(FileSystem& files) const {
    const std::vector<Envelope> found = find_copies(files, state_->envelope.store);
    return found.size() != copies.size() || std::ranges::any_of(found, [&](const Envelope& copy) {
               return copy.generation < state_->envelope.generation;
           });
}

std::vector<std::string> Keyring::set_damaged_aside(FileSystem& files, const StoreUuid& store) {
    std::vector<std::string> moved;
    for (const char* const path : copies) {
        const std::optional<Bytes> copy = read_copy(files, path);
        const auto envelope = copy ? keyring_format::parse(*copy) : std::optional<Envelope>();
        if (!copy || (envelope && envelope->store == store))
            continue;
        const Sha256Digest digest = sha256(*copy);
        const std::string target = "quarantine/keyring." + to_hex(ByteView(digest).first(8));
        files.create_directory("quarantine");
        files.rename(path, target);
        files.sync_directory("quarantine");
        files.sync_directory(folder_of(path));
        moved.push_back(target);
    }
    return moved;
}

std::string Keyring::wrapped_roots() const {
    const std::string text = to_base64(keyring_format::encode(state_->envelope));
    std::string lines;
    for (std::size_t start = 0; start < text.size(); start += line_width)
        lines += text.substr(start, line_width) + '\n';
    return lines;
}

Bytes Keyring::copy() const {
    return keyring_format::encode(state_->envelope);
}

std::optional<Keyring> Keyring::find_newer(ByteView copy, const MasterKey& master) const {
    std::optional<Envelope> envelope = keyring_format::parse(copy);
    if (!envelope || envelope->store != state_->envelope.store ||
        envelope->generation <= state_->envelope.generation)
        return std::nullopt;
    SecretBytes key = state_->keyring_key.clone();
    auto roots = open_body(*envelope, key.view());
    if (!roots) {
        auto opened = keyring_slots::open_slot(*envelope, master);
        if (!opened)
            return std::nullopt;
        key = std::move(opened->keyring_key);
        roots = open_body(*envelope, key.view());
    }
    if (!roots)
        return std::nullopt;
    auto state = std::make_unique<State>(std::move(*envelope), std::move(key), std::move(*roots));
    return Keyring(std::move(state));
}

Keyring Keyring::restore(std::string_view wrapped_roots,
                         const StoreUuid& store,
                         const MasterKey& master) {
    std::string text;
    std::copy_if(
        wrapped_roots.begin(), wrapped_roots.end(), std::back_inserter(text), [](char letter) {
            return std::string_view(" \t\r\n").find(letter) == std::string_view::npos;
        });
    const std::optional<Bytes> copy = from_base64(text);
    std::optional<Envelope> envelope =
        copy ? keyring_format::parse(*copy) : std::optional<Envelope>();
    if (!envelope || envelope->store != store)
        throw Error(ErrorCode::corrupt, "this is not the whole text of this store's wrapped roots");
    auto opened = keyring_slots::open_slot(*envelope, master);
    if (!opened)
        throw Error(ErrorCode::wrong_key, "the encryption key does not open these roots");
    auto roots = open_body(*envelope, opened->keyring_key.view());
    if (!roots)
        throw Error(ErrorCode::corrupt, "the wrapped roots were changed");
    roots->next_domain += lost_numbers;
    auto state = std::make_unique<State>(
        std::move(*envelope), std::move(opened->keyring_key), std::move(*roots));
    return Keyring(std::move(state));
}

}  // namespace alexander
