// multipart/form-data as browsers send it (RFC 7578), read as it arrives.
#pragma once

#include "s3d/http/byte_source.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// Field values by lower-case name.
using FormFields = std::map<std::string, std::string>;

/// The boundary that a Content-Type names; nothing if it is no form.
[[nodiscard]] std::optional<std::string> form_boundary(std::string_view content_type);

/// The fields of a form up to its file, then the file's bytes. What follows the file is dropped.
///
/// One thread at a time. Fields are bounded: 64 KiB together, 1,000 of them.
class PostForm final : public http::ByteSource {
public:
    /// `body` outlives the form.
    PostForm(http::ByteSource& body, std::string_view boundary);

    /// Of a name that comes twice the first. Reads up to the first byte of the file. Throws
    /// malformed_post_request, max_message_length_exceeded, and invalid_argument if there is no
    /// file.
    [[nodiscard]] const FormFields& fields();

    /// As the client calls the file.
    [[nodiscard]] const std::string& file_name() const { return file_name_; }

    /// The next bytes of the file; none at its end. Throws malformed_post_request if the form ends
    /// before the file does.
    [[nodiscard]] ByteView next() override;

private:
    struct Part {
        std::string name;
        std::optional<std::string> file_name;
    };

    [[nodiscard]] bool fill();
    void skip_preamble();
    [[nodiscard]] bool begin_part();
    [[nodiscard]] Part read_part_head();
    [[nodiscard]] std::string read_line();
    [[nodiscard]] std::string read_value();
    void drop(std::size_t count);

    http::ByteSource& body_;
    const std::string delimiter_;  // CRLF, two hyphens, boundary
    std::string buffer_;
    std::size_t given_ = 0;  // bytes of the buffer that next() gave
    bool has_read_ = false;
    bool at_end_ = false;
    std::size_t field_bytes_ = 0;
    FormFields fields_;
    std::string file_name_;
};

}  // namespace alexander::s3
