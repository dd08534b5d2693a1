#include "store/append_stage.h"

#include "base/error.h"

namespace alexander {

namespace {

std::vector<const SealedRecord*> records_for_packs(const Batch& batch) {
    std::vector<const SealedRecord*> records;
    for (const auto& work : batch.works) {
        for (const SharedRecord& record : work->records) {
            if (!work->failure && work->goes_to_pack(*record))
                records.push_back(record.get());
        }
    }
    return records;
}

}  // namespace

AppendResult AppendStage::append(const std::vector<const SealedRecord*>& records) {
    try {
        return writer_.append(records);
    } catch (const Error& error) {
        // What the mount has answered already may use the reserve; a request may not: it would be
        // gone when a delete needs it.
        if (error.code() != ErrorCode::no_space || mode_ == Failure::alone || !reserve_.release())
            throw;
    }
    return writer_.append(records);
}

void AppendStage::run(Batch& batch) {
    for (const auto& work : batch.works)
        work->placements.assign(work->records.size(), std::nullopt);
    const std::vector<const SealedRecord*> records = records_for_packs(batch);
    if (records.empty())
        return;

    std::exception_ptr failure;
    AppendResult result;
    try {
        result = append(records);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    std::size_t next = 0;
    for (const auto& work : batch.works) {
        for (std::size_t i = 0; i < work->records.size(); ++i) {
            if (work->failure || !work->goes_to_pack(*work->records[i]))
                continue;
            if (failure) {
                work->failure = failure;
                break;
            }
            work->placements[i] = result.placements[next++];
        }
    }
    if (!failure) {
        result.placements.clear();
        batch.packs.push_back(std::move(result));
    }
}

}  // namespace alexander
