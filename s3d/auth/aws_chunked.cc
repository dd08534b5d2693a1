#include "s3d/auth/aws_chunked.h"

#include "base/hex.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::size_t max_header_line_bytes = 256;  // size and signature
constexpr std::size_t max_trailer_line_bytes = 4096;
constexpr std::size_t max_trailer_text_bytes = 8192;
constexpr std::size_t max_size_digits = 15;
constexpr std::uint64_t min_signed_chunk_bytes = 8192;
constexpr std::size_t signature_digits = 64;
constexpr std::string_view empty_sha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view trailer_signature_name = "x-amz-trailer-signature";

[[noreturn]] void throw_framing() {
    throw S3Error(S3Code::invalid_request, "The aws-chunked body is malformed.");
}

[[noreturn]] void throw_mismatch(const std::string& to_sign, std::string_view signature) {
    throw S3Error(S3Code::signature_does_not_match)
        .with("StringToSign", to_sign)
        .with("SignatureProvided", std::string(signature));
}

std::uint64_t parse_size(std::string_view digits) {
    std::uint64_t size = 0;
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, size, 16);
    if (digits.size() > max_size_digits || parsed.ec != std::errc{} || parsed.ptr != end)
        throw_framing();
    return size;
}

std::string lowered(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::string_view trim_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

AwsChunkedReader::AwsChunkedReader(http::ByteSource& framed, Options options)
    : framed_(framed), options_(std::move(options)), previous_signature_(options_.seed.signature) {}

bool AwsChunkedReader::is_signed() const {
    return options_.mode != PayloadMode::streaming_unsigned_trailer;
}

bool AwsChunkedReader::has_trailers() const {
    return options_.mode != PayloadMode::streaming_signed;
}

ByteView AwsChunkedReader::next() {
    while (true) {
        switch (state_) {
            case State::header:
                take_header();
                break;
            case State::data:
                return take_data();
            case State::data_end:
                take_data_end();
                break;
            case State::trailers:
                take_trailers();
                break;
            case State::end:
                return {};
        }
    }
}

bool AwsChunkedReader::fill() {
    if (pending_.empty())
        pending_ = framed_.next();
    return !pending_.empty();
}

/// A line without its CRLF, of at most `limit` bytes.
std::string AwsChunkedReader::take_line(std::size_t limit) {
    std::string line;
    while (true) {
        if (!fill())
            throw S3Error(S3Code::incomplete_body);
        const std::string_view text = as_text(pending_);
        const std::size_t end = text.find('\n');
        const std::size_t size = std::min(end, text.size());
        if (line.size() + size > limit + 1)
            throw_framing();
        line.append(text.substr(0, size));
        pending_ = pending_.subspan(end == std::string_view::npos ? size : size + 1);
        if (end == std::string_view::npos)
            continue;
        if (line.empty() || line.back() != '\r')
            throw_framing();
        line.pop_back();
        return line;
    }
}

void AwsChunkedReader::take_header() {
    const std::string line = take_line(max_header_line_bytes);
    const std::size_t size_end = std::min(line.find(';'), line.size());
    chunk_remaining_ = parse_size(std::string_view(line).substr(0, size_end));
    last_chunk_ = chunk_remaining_ == 0;
    if (is_signed()) {
        static constexpr std::string_view name = ";chunk-signature=";
        const std::string_view extension = std::string_view(line).substr(size_end);
        if (!extension.starts_with(name) || extension.size() != name.size() + signature_digits)
            throw_framing();
        chunk_signature_ = extension.substr(name.size());
        // A short chunk is the last with data: another one after it shows that it was not.
        if (had_small_chunk_ && !last_chunk_)
            throw S3Error(S3Code::invalid_chunk_size);
        had_small_chunk_ = chunk_remaining_ < min_signed_chunk_bytes;
    }
    if (chunk_remaining_ > options_.decoded_length - yielded_)
        throw S3Error(S3Code::incomplete_body,
                      "The body is longer than x-amz-decoded-content-length.");
    if (!last_chunk_) {
        state_ = State::data;
        return;
    }
    if (is_signed())
        check_chunk_signature();
    state_ = has_trailers() ? State::trailers : State::data_end;
}

ByteView AwsChunkedReader::take_data() {
    if (!fill())
        throw S3Error(S3Code::incomplete_body);
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(chunk_remaining_, pending_.size()));
    const ByteView block = pending_.first(size);
    pending_ = pending_.subspan(size);
    chunk_remaining_ -= size;
    yielded_ += size;
    if (is_signed())
        chunk_hash_.update(block);
    if (chunk_remaining_ == 0)
        state_ = State::data_end;
    return block;
}

/// After a chunk's data, and after the last chunk where no trailers follow.
void AwsChunkedReader::take_data_end() {
    // Some clients end the body right after the last chunk's line.
    if (last_chunk_ && !fill())
        return finish();
    if (!take_line(0).empty())
        throw_framing();
    if (last_chunk_)
        return finish();
    if (is_signed())
        check_chunk_signature();
    state_ = State::header;
}

void AwsChunkedReader::check_chunk_signature() {
    std::string to_sign = "AWS4-HMAC-SHA256-PAYLOAD\n";
    to_sign.append(options_.seed.timestamp).append("\n").append(options_.seed.scope).append("\n");
    to_sign.append(previous_signature_).append("\n").append(empty_sha256).append("\n");
    to_sign.append(to_hex(chunk_hash_.finish()));
    previous_signature_ = to_hex(options_.seed.key->compute(as_bytes(to_sign)));
    if (!constant_time_equal(as_bytes(previous_signature_), as_bytes(chunk_signature_)))
        throw_mismatch(to_sign, chunk_signature_);
}

void AwsChunkedReader::take_trailers() {
    bool was_signed = false;
    std::size_t text_bytes = 0;
    while (fill()) {
        const std::string line = take_line(max_trailer_line_bytes);
        text_bytes += line.size();
        if (text_bytes > max_trailer_text_bytes)
            throw S3Error(S3Code::malformed_trailer);
        if (line.empty())
            break;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || was_signed)
            throw S3Error(S3Code::malformed_trailer);
        std::string name = lowered(std::string_view(line).substr(0, colon));
        const std::string_view value = trim_blanks(std::string_view(line).substr(colon + 1));
        if (is_signed() && name == trailer_signature_name) {
            check_trailer_signature(value);
            was_signed = true;
            continue;
        }
        add_trailer(std::move(name), value);
    }
    if (is_signed() && !was_signed)
        throw S3Error(S3Code::malformed_trailer, "x-amz-trailer-signature is missing.");
    if (trailers_.size() != options_.trailers.size())
        throw S3Error(S3Code::malformed_trailer, "A trailer that was announced is missing.");
    finish();
}

void AwsChunkedReader::add_trailer(std::string name, std::string_view value) {
    const bool announced = std::find(options_.trailers.begin(), options_.trailers.end(), name) !=
                           options_.trailers.end();
    const bool repeated = std::any_of(trailers_.begin(), trailers_.end(), [&](const auto& trailer) {
        return trailer.first == name;
    });
    if (!announced || repeated)
        throw S3Error(S3Code::malformed_trailer);
    trailer_text_.append(name).append(":").append(value).append("\n");
    trailers_.emplace_back(std::move(name), value);
}

void AwsChunkedReader::check_trailer_signature(std::string_view signature) const {
    std::string to_sign = "AWS4-HMAC-SHA256-TRAILER\n";
    to_sign.append(options_.seed.timestamp).append("\n").append(options_.seed.scope).append("\n");
    to_sign.append(previous_signature_).append("\n");
    to_sign.append(to_hex(sha256(as_bytes(trailer_text_))));
    const std::string expected = to_hex(options_.seed.key->compute(as_bytes(to_sign)));
    if (!constant_time_equal(as_bytes(expected), as_bytes(signature)))
        throw_mismatch(to_sign, signature);
}

void AwsChunkedReader::finish() {
    // Reading to the end proves that the HTTP framing agrees, and frees the connection.
    if (fill())
        throw_framing();
    if (yielded_ != options_.decoded_length)
        throw S3Error(S3Code::incomplete_body);
    state_ = State::end;
}

std::string strip_aws_chunked(std::string_view content_encoding) {
    std::string kept;
    while (!content_encoding.empty()) {
        const std::string_view item = content_encoding.substr(0, content_encoding.find(','));
        content_encoding.remove_prefix(std::min(content_encoding.size(), item.size() + 1));
        const std::string_view coding = trim_blanks(item);
        if (coding.empty() || lowered(coding) == "aws-chunked")
            continue;
        kept.append(kept.empty() ? "" : ",").append(coding);
    }
    return kept;
}

}  // namespace alexander::s3
