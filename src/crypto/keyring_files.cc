#include "base/base64.h"
#include "base/error.h"
#include "crypto/keyring_state.h"

#include <algorithm>

namespace alexander {

using keyring_format::Envelope;

namespace {

constexpr const char* folder = "keys";
constexpr const char* copy_a = "keys/keyring.a";
constexpr const char* copy_b = "keys/keyring.b";
constexpr const char* temporary = "keys/keyring.new";
constexpr std::size_t line_width = 64;
constexpr std::uint64_t largest_copy = std::uint64_t{1} << 30U;

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
    files.sync_directory(folder);
}

struct Candidate {
    Envelope envelope;
    std::string path;
};

// Intact copies of this store's keyring, newest first.
std::vector<Candidate> find_copies(FileSystem& files, const StoreUuid& store) {
    std::vector<Candidate> found;
    bool any = false;
    for (const char* path : {copy_a, copy_b}) {
        const std::optional<Bytes> copy = read_copy(files, path);
        any = any || copy.has_value();
        std::optional<Envelope> envelope =
            copy ? keyring_format::parse(*copy) : std::optional<Envelope>();
        if (envelope && envelope->store == store)
            found.push_back({std::move(*envelope), path});
    }
    if (!any)
        throw Error(ErrorCode::no_such_file, "the store has no keyring");
    std::sort(found.begin(), found.end(), [](const Candidate& left, const Candidate& right) {
        return left.envelope.generation > right.envelope.generation;
    });
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
    for (Candidate& candidate : find_copies(files, store)) {
        auto opened = keyring_slots::open_slot(candidate.envelope, master);
        if (!opened)
            throw Error(ErrorCode::wrong_key, "the encryption key does not open this store");
        auto roots = open_body(candidate.envelope, opened->keyring_key.view());
        if (!roots)
            continue;
        auto state = std::make_unique<State>(
            std::move(candidate.envelope), std::move(opened->keyring_key), std::move(*roots));
        state->newest_copy = std::move(candidate.path);
        return Keyring(std::move(state));
    }
    throw Error(ErrorCode::corrupt, "no intact copy of the keyring is left");
}

void Keyring::save(FileSystem& files, RandomSource& random) {
    if (state_->newest_copy.empty()) {
        files.create_directory(folder);
        files.sync_directory(".");
    }
    const int copies = state_->replace_both ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        Envelope next = state_->seal_next(random);
        const char* const target = state_->newest_copy == copy_a ? copy_b : copy_a;
        write_copy(files, encode(next), target);
        state_->envelope = std::move(next);
        state_->newest_copy = target;
    }
    state_->replace_both = false;
}

std::string Keyring::wrapped_roots() const {
    const std::string text = to_base64(keyring_format::encode(state_->envelope));
    std::string lines;
    for (std::size_t start = 0; start < text.size(); start += line_width)
        lines += text.substr(start, line_width) + '\n';
    return lines;
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
    auto state = std::make_unique<State>(
        std::move(*envelope), std::move(opened->keyring_key), std::move(*roots));
    state->replace_both = true;
    return Keyring(std::move(state));
}

}  // namespace alexander
