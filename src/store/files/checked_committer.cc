#include "store/files/checked_committer.h"

#include "base/error.h"

#include <memory>
#include <utility>

namespace alexander::files {
namespace {

bool is_store_failure(const Error& error) {
    return error.code() == ErrorCode::no_space || error.code() == ErrorCode::device_error;
}

}  // namespace

std::future<catalog::CommitSeq> CheckedCommitter::submit(Work work) {
    // Shared by the change, which may run again, and the future: the later of them lets it go.
    const auto refusal = std::make_shared<std::exception_ptr>();
    work.change = [change = std::move(work.change), refusal](CommitScope& scope) {
        *refusal = nullptr;
        const std::int64_t written = scope.rows().rows_written();
        try {
            change(scope);
        } catch (const Error& error) {
            if (is_store_failure(error) || scope.rows().rows_written() != written)
                throw;
            *refusal = std::current_exception();
        }
    };
    return std::async(std::launch::deferred,
                      [committed = committer_.submit(std::move(work)), refusal]() mutable {
                          const catalog::CommitSeq seq = committed.get();
                          if (*refusal)
                              std::rethrow_exception(*refusal);
                          return seq;
                      });
}

}  // namespace alexander::files
