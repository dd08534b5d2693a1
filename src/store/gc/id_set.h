// A set of ids as bits: ids are handed out one after another, so most of a page is used.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <memory>

namespace alexander::gc {

/// 4 KiB for each 32,768 neighbouring ids. One thread.
class IdSet {
public:
    /// True if it was not there.
    bool add(std::int64_t id) {
        Page& page = *page_of(id);
        std::uint64_t& word = page[word_of(id)];
        const bool is_new = (word & bit_of(id)) == 0;
        word |= bit_of(id);
        size_ += is_new ? 1 : 0;
        return is_new;
    }

    void remove(std::int64_t id) {
        if (!contains(id))
            return;
        (*page_of(id))[word_of(id)] &= ~bit_of(id);
        --size_;
    }

    [[nodiscard]] bool contains(std::int64_t id) const {
        if (number_of(id) != last_number_) {
            const auto found = pages_.find(number_of(id));
            if (found == pages_.end())
                return false;
            last_number_ = found->first;
            last_ = found->second.get();
        }
        return ((*last_)[word_of(id)] & bit_of(id)) != 0;
    }

    [[nodiscard]] std::int64_t size() const { return size_; }

    /// Ids in rising order; stops when the visitor says false.
    template <typename Visitor>
    void visit(Visitor visitor) const {
        for (const auto& [number, page] : pages_) {
            for (std::size_t word = 0; word < words_a_page; ++word) {
                for (std::uint64_t bits = (*page)[word]; bits != 0; bits &= bits - 1) {
                    const auto bit = static_cast<std::int64_t>(std::countr_zero(bits));
                    if (!visitor(number * ids_a_page + static_cast<std::int64_t>(word) * 64 + bit))
                        return;
                }
            }
        }
    }

private:
    static constexpr std::int64_t ids_a_page = 32'768;
    static constexpr std::size_t words_a_page = ids_a_page / 64;
    using Page = std::array<std::uint64_t, words_a_page>;

    [[nodiscard]] static std::int64_t number_of(std::int64_t id) { return id / ids_a_page; }

    [[nodiscard]] static std::size_t word_of(std::int64_t id) {
        return static_cast<std::size_t>(id % ids_a_page) / 64;
    }

    [[nodiscard]] static std::uint64_t bit_of(std::int64_t id) {
        return std::uint64_t{1} << (static_cast<std::uint64_t>(id) % 64);
    }

    Page* page_of(std::int64_t id) {
        if (number_of(id) != last_number_) {
            auto& page = pages_[number_of(id)];
            if (!page)
                page = std::make_unique<Page>();
            last_number_ = number_of(id);
            last_ = page.get();
        }
        return last_;
    }

    std::map<std::int64_t, std::unique_ptr<Page>> pages_;
    std::int64_t size_ = 0;
    mutable std::int64_t last_number_ = -1;  // neighbours come one after another
    mutable Page* last_ = nullptr;
};

}  // namespace alexander::gc
