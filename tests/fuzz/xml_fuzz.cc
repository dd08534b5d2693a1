// Any bytes as an XML body: what is accepted, written again, reads back as the same.
#include "s3d/s3_error.h"
#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"

#include <cstdlib>

namespace {

using namespace alexander::s3;

void write(xml::Writer& writer, const xml::Element& element) {
    writer.element("text", element.text);
    for (const xml::Element& child : element.children) {
        writer.open(child.name);
        write(writer, child);
        writer.close();
    }
}

void compare(const xml::Element& written, const xml::Element& original) {
    if (written.children.size() != original.children.size() + 1 ||
        written.children.front().text != original.text)
        std::abort();
    for (std::size_t i = 0; i < original.children.size(); ++i)
        compare(written.children[i + 1], original.children[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    try {
        const xml::Element root = xml::parse(input);
        xml::Writer writer(root.name);
        write(writer, root);
        xml::Limits limits;
        limits.bytes = 64 * 1024 * 1024;
        limits.depth = 64;
        limits.elements = 200'000;
        compare(xml::parse(writer.finish(), limits), root);
    } catch (const S3Error& error) {
        if (error.code() != S3Code::malformed_xml)
            std::abort();
    }
    return 0;
}
