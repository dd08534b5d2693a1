#include "store/current_keyring.h"

#include "base/error.h"

namespace alexander {

CurrentKeyring::CurrentKeyring(FileSystem& files,
                               RandomSource& random,
                               const StoreUuid& store,
                               const MasterKey& master,
                               MasterKeySource source)
    : files_(files),
      random_(random),
      store_(store),
      master_(master.clone()),
      source_(std::move(source)),
      first_(std::make_shared<Keyring>(Keyring::load(files, store, master))) {
    *newest_.lock() = first_;
}

std::shared_ptr<const Keyring> CurrentKeyring::get() const {
    return *newest_.lock();
}

bool CurrentKeyring::refresh() {
    if (!get()->is_outdated(files_))
        return false;
    auto keyring = std::make_shared<const Keyring>(read_again());
    *newest_.lock() = std::move(keyring);
    return true;
}

Keyring CurrentKeyring::read_again() const {
    return get()->read_again(files_, master());
}

void CurrentKeyring::change(const std::function<void(Keyring&, RandomSource&)>& act) {
    Keyring keyring = read_again();
    act(keyring, random_);
    keyring.save(files_, random_);
    *newest_.lock() = std::make_shared<const Keyring>(std::move(keyring));
}

std::vector<std::string> CurrentKeyring::mend() {
    if (!get()->lacks_copies(files_))
        return {};
    std::vector<std::string> aside = Keyring::set_damaged_aside(files_, store_);
    change([](Keyring&, RandomSource&) {});
    return aside;
}

// A file that is just being replaced, or gone, is no reason to forget a key that works.
MasterKey CurrentKeyring::master() const {
    try {
        if (source_)
            return source_();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::invalid_argument)
            throw;
    }
    return master_.clone();
}

std::optional<std::uint32_t> CurrentKeyring::own_number() const {
    return get()->find_master_key(master());
}

}  // namespace alexander
