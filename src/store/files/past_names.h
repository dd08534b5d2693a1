// Names by which the past is reached in the mount. Pure.
// Rules: docs/design/history.md.
#pragma once

#include "store/object_types.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander::files {

/// In the mount's root.
inline constexpr std::string_view past_top_name = ".alexander";

/// In every directory, and without the dot in `.alexander`.
inline constexpr std::string_view versions_name = ".versions";
inline constexpr std::string_view snapshots_name = ".snapshots";

/// "@GMT-2026.11.22-10.11.12": the end of that second, as Samba and Windows write it.
[[nodiscard]] std::string show_moment(std::int64_t seconds);
[[nodiscard]] std::optional<std::int64_t> parse_moment(std::string_view name);

/// "2026-11-22T10.11.12.123456789Z_ID.jpg": sorts by time, names the version and keeps the
/// extension of `piece` for programs that go by it.
[[nodiscard]] std::string show_version(const Timestamp& modified,
                                       const VersionId& id,
                                       std::string_view piece);

/// The id in such a name; the rest of it is not looked at.
[[nodiscard]] std::optional<VersionId> parse_version(std::string_view name);

}  // namespace alexander::files
