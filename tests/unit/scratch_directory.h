// A folder of its own for a test; it stays for inspection if an exception or REQUIRE ends the test.
#pragma once

#include <stdlib.h>

#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace alexander {

/// One thread at a time.
class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "alexander-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no scratch folder " + name);
        path_ = name;
    }

    ~ScratchDirectory() {
        std::error_code ignored;
        if (std::uncaught_exceptions() == 0)
            std::filesystem::remove_all(path_, ignored);
    }

    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace alexander
