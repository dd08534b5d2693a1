#include "s3d/auth/signing_keys.h"

#include <string>

namespace alexander::s3 {

namespace {

constexpr std::size_t most_entries = 1024;

bool same_secret(const std::shared_ptr<const SecretBytes>& left,
                 const std::shared_ptr<const SecretBytes>& right) {
    return left == right || constant_time_equal(left->view(), right->view());
}

}  // namespace

std::shared_ptr<const KeyedHmac> SigningKeys::find(const std::string& access_key_id,
                                                   const std::string& date,
                                                   const std::string& region) {
    const std::shared_ptr<const SecretBytes> secret = find_secret_(access_key_id);
    if (!secret)
        return nullptr;
    const std::string name = access_key_id + "/" + date + "/" + region;
    {
        auto entries = entries_.lock();
        const auto found = entries->find(name);
        if (found != entries->end() && same_secret(found->second.secret, secret))
            return found->second.key;
    }
    auto key = std::make_shared<const KeyedHmac>(derive_signing_key(secret->view(), date, region));
    auto entries = entries_.lock();
    // Yesterday's keys and rare users go with the rest; what is in use comes back at once.
    if (entries->size() >= most_entries)
        entries->clear();
    entries->insert_or_assign(name, Entry{secret, key});
    return key;
}

}  // namespace alexander::s3
