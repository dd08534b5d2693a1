// Any bytes as a document of a bucket in the catalog: refused with corrupt, or a tree that can be
// asked.
#include "base/error.h"
#include "store/stored_document.h"

#include <cstdlib>

namespace {

using namespace alexander;

std::size_t ask(const DocumentNode& node) {
    if (node.name.empty())
        std::abort();
    std::size_t nodes = 1;
    for (const DocumentNode& child : node.children) {
        if (node.find(child.name) == nullptr)
            std::abort();
        try {
            static_cast<void>(node.number_of(child.name));
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                std::abort();
        }
        nodes += ask(child);
    }
    return nodes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        if (ask(read_document(text)) > size)
            std::abort();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt)
            std::abort();
    }
    return 0;
}
