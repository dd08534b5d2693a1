// Any bytes as a request for metrics or health: nothing, or a request without a control character.
#include "base/status_request.h"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto request =
        alexander::parse_status_request({reinterpret_cast<const char*>(data), size});
    if (!request)
        return 0;
    const auto is_control = [](char letter) {
        return (static_cast<unsigned char>(letter) < 0x20 && letter != '\t') || letter == 0x7f;
    };
    if (!request->path.starts_with('/') || request->path.find_first_of(" ?") != std::string::npos)
        std::abort();
    for (const std::string& text : {request->method, request->path, request->authorization}) {
        if (std::any_of(text.begin(), text.end(), is_control))
            std::abort();
    }
    return 0;
}
