#include "store/content_writer.h"

#include "store/stream_writer.h"

namespace alexander {

struct ContentWriter::State {
    State(const Engine& engine, std::uint32_t domain, ChunkProfile profile)
        : stream(engine, domain, profile) {}

    StreamWriter stream;
};

ContentWriter::ContentWriter(const Engine& engine, std::uint32_t domain, ChunkProfile profile)
    : state_(std::make_unique<State>(engine, domain, profile)) {}

ContentWriter::~ContentWriter() = default;
ContentWriter::ContentWriter(ContentWriter&&) noexcept = default;

void ContentWriter::write(ByteView bytes) {
    state_->stream.write(bytes);
}

std::uint64_t ContentWriter::size_bytes() const {
    return state_->stream.size_bytes();
}

std::uint64_t ContentWriter::record_bytes() const {
    return state_->stream.record_bytes();
}

ContentDraft ContentWriter::finish() {
    return state_->stream.finish();
}

}  // namespace alexander
