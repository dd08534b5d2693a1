// Derived SigV4 keys, kept because deriving one costs ten times what using it does.
#pragma once

#include "base/guarded.h"
#include "base/secret.h"
#include "crypto/hmac.h"
#include "s3/signing.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// Finds the secret key of an access key; nullptr if there is none, or it may not be used now.
/// Called for every signed request, so that a disabled key stops working at once. The secret is
/// shared with the caller's own table; whoever is done last lets go.
using SecretLookup = std::function<std::shared_ptr<const SecretBytes>(std::string_view)>;

/// Any thread, any time.
class SigningKeys {
public:
    explicit SigningKeys(SecretLookup find_secret) : find_secret_(std::move(find_secret)) {}

    /// HMAC under the key for (secret, date, region, "s3"); nullptr for an unknown access key.
    /// At most 1,024 are kept; a key whose secret has changed is derived anew.
    [[nodiscard]] std::shared_ptr<const KeyedHmac> find(const std::string& access_key_id,
                                                        const std::string& date,
                                                        const std::string& region);

    /// The secret itself; nullptr for an unknown access key.
    [[nodiscard]] std::shared_ptr<const SecretBytes> find_secret(std::string_view access_key_id) {
        return find_secret_(access_key_id);
    }

private:
    struct Entry {
        std::shared_ptr<const SecretBytes> secret;
        std::shared_ptr<const KeyedHmac> key;
    };

    SecretLookup find_secret_;
    Guarded<std::map<std::string, Entry, std::less<>>> entries_;
};

}  // namespace alexander::s3
