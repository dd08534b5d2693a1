// What setup does, step by step. A step that fails leaves nothing that stops the next try.
#pragma once

#include "admin/setup/answers.h"
#include "crypto/keyring.h"

#include <string>
#include <vector>

namespace alexander::admin {

/// Paths that were made and are taken away again unless keep() was called.
class MadeFiles {
public:
    MadeFiles() = default;
    ~MadeFiles();
    MadeFiles(const MadeFiles&) = delete;
    MadeFiles& operator=(const MadeFiles&) = delete;

    void add(const std::string& path) { paths_.push_back(path); }

    void keep() noexcept { paths_.clear(); }

private:
    std::vector<std::string> paths_;
};

/// Throws already_exists if there is a store, a key or other settings of setup: they are never
/// replaced.
void refuse_to_overwrite(const SetupAnswers& answers);

/// The text of conf.d/50-local.yaml.
[[nodiscard]] std::string settings_text(const SetupAnswers& answers);

/// Writes settings, master key and, for a store outside /var/lib/alexander, what systemd has to
/// know. Returns the paths of the drop-ins.
std::vector<std::string> write_configuration(const SetupAnswers& answers,
                                             const MasterKey& master,
                                             MadeFiles& made);

/// Gives everything in the store's folder to the user.
void give_to(const std::string& user, const std::string& folder);

/// Puts an object, reads it back, compares, and takes it away with its bucket. Throws corrupt.
void test_store(Store& store, RandomSource& random, const std::string& user);

}  // namespace alexander::admin
