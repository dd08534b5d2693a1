#include "store/sessions.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

namespace alexander {

struct Sessions::Words {
    SharedWord* word = nullptr;  // none once closed
    std::multiset<std::uint64_t> begun{};

    void publish() {
        if (word != nullptr)
            word->store(begun.empty() ? 0 : *begun.begin());
    }
};

class Sessions::Kept final : public Session {
public:
    Kept(std::shared_ptr<Guarded<Words>> words, std::uint64_t began)
        : words_(std::move(words)), began_(began) {}

    ~Kept() override {
        auto words = words_->lock();
        words->begun.erase(words->begun.find(began_));
        words->publish();
    }

    [[nodiscard]] std::uint64_t began() const override { return began_; }

    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;

private:
    const std::shared_ptr<Guarded<Words>> words_;
    const std::uint64_t began_;
};

Sessions::Sessions(SharedPage& page, ProcessTable& processes)
    : page_(page),
      processes_(processes),
      words_(std::make_shared<Guarded<Words>>(&processes.own_region().session)) {}

Sessions::~Sessions() {
    close();
}

// The number is read before it is written and the catalog is read after: a collector that does not
// see the word has committed what it condemned before the session's first look.
SharedSession Sessions::begin() {
    auto words = words_->lock();
    const std::uint64_t now = std::max<std::uint64_t>(page_.words().committed.load(), 1);
    words->begun.insert(now);
    words->publish();
    return std::make_shared<const Kept>(words_, now);
}

// A mount that has heard of a change has queued holds of what it has open before it says so: these
// must be committed too.
std::uint64_t Sessions::heard(SharedRegion& mount) {
    constexpr int patience = 200;
    const std::uint64_t applied = mount.applied.load();
    const std::uint64_t queued = mount.queued.load();
    for (int look = 0; look < patience; ++look) {
        if (mount.done.load() >= queued)
            return applied;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return 0;
}

catalog::CommitSeq Sessions::horizon() {
    std::uint64_t lowest = std::numeric_limits<std::int64_t>::max();
    for (const unsigned number : processes_.living()) {
        SharedRegion& region = page_.region(number);
        if (const std::uint64_t session = region.session.load(); session != 0)
            lowest = std::min(lowest, session);
        if (region.serving.load() != 0)
            lowest = std::min(lowest, heard(region));
    }
    return static_cast<catalog::CommitSeq>(lowest);
}

void Sessions::close() {
    auto words = words_->lock();
    if (words->word != nullptr)
        words->word->store(0);
    words->word = nullptr;
}

}  // namespace alexander
