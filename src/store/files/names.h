// How pieces of keys look as names in a directory, and back.
// Rules: docs/design/mount.md, "Names".
#pragma once

#include "catalog/types.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::files {

/// Longest name that the mount shows or takes, in bytes.
inline constexpr std::size_t name_limit = 255;

/// The name under which the body of a `d/` object is shown inside the directory.
inline constexpr std::string_view marker_name = "%~m";

/// Whether an object and a directory of the same name live side by side and this one yields.
enum class Yields : bool { no, yes };

/// The name shown for a piece of a key ("a", a directory's "a/", the empty piece "/").
///
/// Different (piece, yields) give different names. Names that collide with nothing are shown as
/// they are; the others carry a mark that begins with "%~".
[[nodiscard]] std::string show_name(std::string_view piece, Yields yields);

/// What a shown name may stand for.
struct ShownName {
    enum class Form : std::uint8_t {
        plain,      // the object `base` or the directory `base`, whichever has the plain name
        object,     // the object `base`, which yields to the directory
        directory,  // the directory `base`, which yields to the object
        marker,     // the body of the directory's own object
        hashed,     // a piece that begins with `base` and is too long to be shown
        unusable,   // no piece is shown like this
    };
    Form form = Form::plain;
    std::string base;

    /// The piece of an object of this name; "" if no object can have it.
    [[nodiscard]] std::string object_piece() const { return base; }

    [[nodiscard]] std::string directory_piece() const { return base + "/"; }
};

[[nodiscard]] ShownName parse_shown_name(std::string_view shown);

/// Whether `slot` yields its plain name to `other`, the directory or object beside it (nullptr:
/// none). The flag decides; between equals the one that existed first keeps the name.
[[nodiscard]] Yields yields_to(const catalog::Slot& slot, const catalog::Slot* other);

/// Every name under which a piece may have been shown so far.
[[nodiscard]] std::vector<std::string> all_shown_names(std::string_view piece);

/// The piece of the object beside a directory, or of the directory beside an object. Empty if there
/// cannot be one.
[[nodiscard]] std::string counterpart(std::string_view piece);

}  // namespace alexander::files
