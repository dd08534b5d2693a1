#include "base/error.h"
#include "store/files/access_checks.h"
#include "store/files/name_operations.h"
#include "store/files/protection.h"
#include "store/files/tree_operation.h"

namespace alexander::files {
namespace {

/// Directories with more below them are moved name by name, by the tool: EXDEV tells it to.
constexpr std::size_t moved_names_limit = 2000;

/// One renaming under way: what is at both ends, and the effects that follow.
class Rename {
public:
    Rename(Operation& operation, const NameOperations::Name& from, const NameOperations::Name& to)
        : operation_(operation),
          view_(operation.view),
          to_name_(to.name),
          from_directory_(view_.directory(from.parent)),
          to_directory_(view_.directory(to.parent)) {
        auto source = view_.find_shown(from.parent, from.name);
        if (!source)
            throw Error(ErrorCode::no_such_file, "no entry " + std::string(from.name));
        source_ = std::move(*source);
        target_ = view_.find_shown(to.parent, to.name);
        if (from.parent == root_ino || to.parent == root_ino || is_marker(source_.ino) ||
            (target_ && is_marker(target_->ino)) ||
            from_directory_.inode.bucket != to_directory_.inode.bucket)
            throw Error(ErrorCode::cross_device, "renaming between buckets");
        moved_ = &view_.inode(source_.ino, &source_);
        check_protection();
        check_access(from_directory_, source_, to_directory_, piece());
        if (source_.is_directory() && view_.is_above(source_.ino, to.parent))
            throw Error(ErrorCode::invalid_argument, "a directory cannot move into itself");
    }

    void move(RenameMode mode) {
        if (target_ && mode == RenameMode::no_replace)
            throw Error(ErrorCode::already_exists, std::string(to_name_));
        if (target_ && target_->ino == source_.ino)
            return;  // two names of one file: POSIX leaves both
        if (!target_)
            target_ = hidden_target();
        if (target_)
            check_target();
        if (!prepare_history({{source_, to_directory_.inode.ino, piece()}}))
            return;
        catalog::Inode inode = moved_->inode;
        inode.ctime = operation_.now;
        if (source_.is_directory())
            inode.parent = to_directory_.inode.ino;
        touch_parents();
        operation_.pin_counterpart(source_);
        operation_.add(PutInode{std::move(inode)});
        operation_.add(put(source_, to_directory_, piece(), target_, true));
        operation_.add(DropName{source_, true});
        if (target_)
            operation_.drop_replaced(*target_);
    }

    void exchange() {
        if (!target_)
            throw Error(ErrorCode::no_such_file, "no entry " + std::string(to_name_));
        if (target_->ino == source_.ino)
            return;
        if (target_->is_directory())
            check_movable(view_.bucket_of(from_directory_));
        check_access(to_directory_, *target_, from_directory_, piece_at(source_, *target_));
        KnownInode& other = view_.inode(target_->ino, &*target_);
        if (target_->is_directory() && view_.is_above(target_->ino, from_directory_.inode.ino))
            throw Error(ErrorCode::invalid_argument, "a directory cannot move into itself");
        if (!prepare_history({{source_, to_directory_.inode.ino, piece_at(*target_, source_)},
                              {*target_, from_directory_.inode.ino, piece_at(source_, *target_)}}))
            return;
        touch_parents();
        put_changed(*moved_, source_, to_directory_);
        put_changed(other, *target_, from_directory_);
        const bool same_kind = source_.is_directory() == target_->is_directory();
        if (!same_kind) {
            operation_.add(DropName{source_, true});
            operation_.add(DropName{*target_, true});
        }
        const auto at = [&](const catalog::Slot& place) {
            return same_kind ? std::optional<catalog::Slot>(place) : std::nullopt;
        };
        operation_.add(
            put(source_, to_directory_, piece_at(*target_, source_), at(*target_), true));
        operation_.add(
            put(*target_, from_directory_, piece_at(source_, *target_), at(source_), true));
    }

private:
    void check_protection() {
        if (source_.is_directory())
            check_movable(view_.bucket_of(from_directory_));
        check_unlocked(view_, moved_->inode);
        if (target_)
            check_unlocked(view_, view_.inode(target_->ino, &*target_).inode);
    }

    /// What a copy to the new key and a delete of the old one need.
    void check_access(KnownInode& from,
                      const catalog::Slot& moved,
                      KnownInode& to,
                      std::string_view piece) {
        if (moved.is_directory()) {
            check_directory_move(view_, from, moved.name, to, piece);
            return;
        }
        check_name(view_, from, moved.name, Action::get_object);
        check_name(view_, from, moved.name, Action::delete_object);
        check_name(view_, to, piece, Action::put_object);
    }

    [[nodiscard]] bool keeps_history() const {
        const catalog::Bucket* bucket = view_.bucket_of(from_directory_);
        return bucket != nullptr && bucket->keeps_history();
    }

    [[nodiscard]] std::string piece() const {
        if (target_ && target_->is_directory() == source_.is_directory())
            return target_->name;
        return piece_for_new_name(to_name_, source_.is_directory());
    }

    /// The piece under which `moved` takes the place of `place`.
    static std::string piece_at(const catalog::Slot& place, const catalog::Slot& moved) {
        return place.is_directory() == moved.is_directory() ? place.name : counterpart(place.name);
    }

    /// A key that had to yield its plain name to something that is gone by now.
    [[nodiscard]] std::optional<catalog::Slot> hidden_target() {
        return view_.find_piece(to_directory_.inode.ino,
                                piece_for_new_name(to_name_, source_.is_directory()));
    }

    void check_target() {
        if (source_.is_directory() && !target_->is_directory())
            throw Error(ErrorCode::not_a_directory, std::string(to_name_));
        if (!source_.is_directory() && target_->is_directory())
            throw Error(ErrorCode::is_a_directory, std::string(to_name_));
        if (!target_->is_directory())
            return;
        KnownInode& directory = view_.inode(target_->ino, &*target_);
        if (view_.has_names(directory) || target_->object.size > 0)
            throw Error(ErrorCode::directory_not_empty, std::string(to_name_));
    }

    /// For the directories among what moves. False if everything queued must be durable first.
    [[nodiscard]] bool prepare_history(std::vector<MoveHistory::Move> moves) {
        std::erase_if(moves, [](const auto& move) { return !move.slot.is_directory(); });
        if (moves.empty() || !keeps_history())
            return true;
        if (operation_.core.queue.durable() + 1 != operation_.number) {
            operation_.must_drain = true;
            return false;
        }
        std::size_t names = 0;
        for (const MoveHistory::Move& move : moves)
            names += count_names(view_.snapshot(), move.slot.ino, moved_names_limit + 1);
        if (names > moved_names_limit)
            throw Error(ErrorCode::cross_device,
                        "more than 2,000 names below a directory where versions are kept");
        operation_.add(MoveHistory{source_.bucket, std::move(moves)});
        return true;
    }

    void touch_parents() {
        operation_.touch_directory(from_directory_);
        if (&to_directory_ != &from_directory_)
            operation_.touch_directory(to_directory_);
    }

    void put_changed(const KnownInode& known,
                     const catalog::Slot& slot,
                     const KnownInode& new_directory) {
        catalog::Inode inode = known.inode;
        inode.ctime = operation_.now;
        if (slot.is_directory())
            inode.parent = new_directory.inode.ino;
        operation_.add(PutInode{std::move(inode)});
    }

    [[nodiscard]] PutName put(const catalog::Slot& moved,
                              const KnownInode& directory,
                              std::string name,
                              const std::optional<catalog::Slot>& replaced,
                              bool keep_replaced) {
        PutName put;
        put.slot = moved;
        put.slot.parent = directory.inode.ino;
        put.slot.name = std::move(name);
        // A name that somebody else's file takes over stays where it is in the directory: who
        // reads it meanwhile neither misses the name nor meets it twice.
        put.slot.row_id = replaced ? replaced->row_id : operation_.core.ids.take_row();
        put.slot.flags &= ~catalog::SlotFlags::escaped;
        if (moved.is_directory())
            put.slot.flags |= catalog::SlotFlags::explicit_directory;
        if (replaced && show_name(replaced->name, view_.yields(*replaced)) == to_name_ &&
            view_.yields(*replaced) == Yields::yes)
            put.slot.flags |= catalog::SlotFlags::escaped;
        put.replaces = replaced.has_value();
        put.keep_replaced = keep_replaced;
        put.moves = true;
        return put;
    }

    Operation& operation_;
    TreeView& view_;
    const std::string_view to_name_;
    KnownInode& from_directory_;
    KnownInode& to_directory_;
    KnownInode* moved_ = nullptr;
    catalog::Slot source_;
    std::optional<catalog::Slot> target_;
};

}  // namespace

void NameOperations::rename(const Name& from, const Name& to, RenameMode mode) {
    if (from.name.size() > name_limit || to.name.size() > name_limit)
        throw Error(ErrorCode::name_too_long, "a name has at most 255 bytes");
    bool is_versioned_move = false;
    const auto plan = [&](Operation& operation) {
        Rename rename(operation, from, to);
        if (mode == RenameMode::exchange)
            rename.exchange();
        else
            rename.move(mode);
        is_versioned_move = !operation.effects.empty() &&
                            std::holds_alternative<MoveHistory>(operation.effects.front());
    };
    const QueueNumber number =
        change(core_, from.parent, plan, [](TreeView&) { return true; }).second;
    if (is_versioned_move)
        core_.queue.wait(number);
}

}  // namespace alexander::files
