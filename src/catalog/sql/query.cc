#include "catalog/sql/query.h"

#include "base/error.h"

#include <algorithm>

namespace alexander::sql {

void Row::read_fixed(MutableBytes into) {
    const ByteView bytes = statement_.blob(next_++);
    if (bytes.size() != into.size()) {
        throw Error(ErrorCode::corrupt,
                    "catalog: a value of " + std::to_string(bytes.size()) + " bytes instead of " +
                        std::to_string(into.size()));
    }
    std::copy(bytes.begin(), bytes.end(), into.begin());
}

}  // namespace alexander::sql
