// XML for answers, appended to one string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3::xml {

inline constexpr std::string_view s3_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// How keys are written: as they are, or percent-encoded as `encoding-type=url` asks.
enum class KeyEncoding : std::uint8_t { none, url };

/// Appends `text` with markup escaped. Control characters and CR become character references, as
/// AWS writes them: XML 1.0 has no other way to carry them, and CR would be read as a line end.
/// Bytes that are not UTF-8 become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// Writes elements in the order of the calls. Element names are the caller's literals.
///
/// One thread at a time.
class Writer {
public:
    /// Begins the document with `root`, in the S3 namespace unless told otherwise.
    explicit Writer(std::string_view root, std::string_view xml_namespace = s3_namespace);

    Writer& open(std::string_view name);
    Writer& close();

    Writer& element(std::string_view name, std::string_view text);
    Writer& number(std::string_view name, std::uint64_t value);
    Writer& flag(std::string_view name, bool value);

    /// A key, prefix, delimiter or marker, as `encoding` says.
    Writer& key(std::string_view name, std::string_view text, KeyEncoding encoding);

    /// `<Grantee xmlns:xsi="..." xsi:type="...">`.
    Writer& open_typed(std::string_view name, std::string_view xsi_type);

    /// Closes what is open and hands over the document.
    [[nodiscard]] std::string finish();

private:
    void start_tag(std::string_view name, std::string_view attributes);

    std::string out_;
    std::vector<std::string> open_;
};

}  // namespace alexander::s3::xml
