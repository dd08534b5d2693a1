#include "store/change_rows.h"

namespace alexander {

void log_slot(catalog::Transaction& rows,
              catalog::ChangeKind kind,
              const catalog::Slot& slot,
              catalog::Ino old_ino) {
    catalog::Change change;
    change.kind = kind;
    change.bucket = slot.bucket;
    change.parent = slot.parent;
    change.name = slot.name;
    change.ino = slot.ino;
    change.old_ino = old_ino;
    change.version = slot.object.version_seq;
    rows.log_change(change);
}

void log_version(catalog::Transaction& rows, const catalog::Version& version) {
    catalog::Change change;
    change.kind = catalog::ChangeKind::version_changed;
    change.bucket = version.bucket;
    change.name = version.key;
    change.ino = version.ino;
    change.version = version.object.version_seq;
    rows.log_change(change);
}

void log_bucket(catalog::Transaction& rows, const catalog::Bucket& bucket) {
    catalog::Change change;
    change.kind = catalog::ChangeKind::bucket_changed;
    change.bucket = bucket.id;
    change.name = bucket.name;
    change.ino = bucket.root_ino;
    rows.log_change(change);
}

}  // namespace alexander
