#include "store/health/last_collection.h"

#include "base/error.h"
#include "base/logging.h"

#include <array>
#include <charconv>
#include <string>

namespace alexander {

namespace {

constexpr const char* path = "run/collected";
constexpr std::size_t digits = 20;  // always so many, so that nothing of a longer number stays

}  // namespace

void note_collection(FileSystem& files, Timestamp now, Logger& log) {
    std::string text = std::to_string(now.seconds);
    text.insert(0, digits - text.size(), '0');
    try {
        std::unique_ptr<File> file = files.open(path, OpenMode::read_write);
        if (!file)
            file = files.open(path, OpenMode::create_new);
        const std::array<ByteView, 1> parts{as_bytes(text)};
        if (file)
            file->write(parts, 0);
    } catch (const Error& error) {
        log.warning("gc", std::string("cannot note when garbage was collected: ") + error.what());
    }
}

std::optional<std::int64_t> last_collection_seconds(FileSystem& files) {
    const std::unique_ptr<File> file = files.open(path, OpenMode::read);
    if (!file)
        return std::nullopt;
    std::array<std::byte, digits> bytes{};
    const std::string_view text = as_text(ByteView(bytes).first(file->read(bytes, 0)));
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return fault == std::errc() && seconds > 0 ? std::optional(seconds) : std::nullopt;
}

}  // namespace alexander
