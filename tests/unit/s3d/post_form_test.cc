#include "s3d/post_form.h"

#include "s3d/s3_error.h"

#include <doctest/doctest.h>

namespace alexander::s3 {
namespace {

// Gives a text in pieces of one size.
class Pieces final : public http::ByteSource {
public:
    Pieces(std::string_view text, std::size_t step) : rest_(text), step_(step) {}

    ByteView next() override {
        const std::string_view piece = rest_.substr(0, step_);
        rest_.remove_prefix(piece.size());
        return as_bytes(piece);
    }

private:
    std::string_view rest_;
    std::size_t step_;
};

std::string file_of(PostForm& form) {
    std::string file;
    for (ByteView block = form.next(); !block.empty(); block = form.next())
        file += as_text(block);
    return file;
}

constexpr std::string_view example =
    "--b\r\nContent-Disposition: form-data; name=\"Key\"\r\n\r\nuser/${filename}\r\n"
    "--b\r\ncontent-disposition: form-data; name=empty\r\n\r\n\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\none\r\n--\r\n-\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"late\"\r\n\r\nx\r\n--b--\r\n";

S3Code refusal(std::string_view text) {
    try {
        Pieces body(text, 7);
        PostForm form(body, "b");
        std::ignore = form.fields();
        std::ignore = file_of(form);
    } catch (const S3Error& error) {
        return error.code();
    }
    return S3Code::internal_error;
}

TEST_CASE("fields come before the file, whatever pieces the form arrives in") {
    for (std::size_t step = 1; step < example.size(); ++step) {
        CAPTURE(step);
        Pieces body(example, step);
        PostForm form(body, "b");

        CHECK(form.fields().at("key") == "user/${filename}");
        CHECK(form.fields().at("empty").empty());
        CHECK(form.fields().size() == 2);
        CHECK(form.file_name() == "a b.txt");
        CHECK(file_of(form) == "one\r\n--\r\n-");
        CHECK(body.next().empty());
    }
}

TEST_CASE("forms that are cut off or have no file are refused") {
    CHECK(refusal("") == S3Code::malformed_post_request);
    CHECK(refusal("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ncut") ==
          S3Code::malformed_post_request);
    CHECK(refusal("--b\r\nContent-Disposition: form-data; name=\"k\"\r\n\r\nv\r\n--b--\r\n") ==
          S3Code::invalid_argument);
    CHECK(refusal("--b\r\nContent-Type: a/b\r\n\r\nv\r\n--b--\r\n") ==
          S3Code::malformed_post_request);
    CHECK(refusal("--b\r\nContent-Disposition: form-data; name=\"k\"\r\n\r\n" +
                  std::string(100'000, 'v')) == S3Code::max_message_length_exceeded);
}

TEST_CASE("the boundary is the Content-Type's parameter") {
    CHECK(form_boundary("multipart/form-data; boundary=abc") == "abc");
    CHECK(form_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"") == "a b");
    CHECK_FALSE(form_boundary("multipart/form-data").has_value());
    CHECK_FALSE(form_boundary("text/plain; boundary=abc").has_value());
}

}  // namespace
}  // namespace alexander::s3
