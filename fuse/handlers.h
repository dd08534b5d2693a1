// What the daemon answers to each kind of request, one file a family.
#pragma once

#include "fuse/mount_context.h"

namespace alexander::fuse {

/// Each sets its family's members.
void add_name_handlers(fuse_lowlevel_ops& operations);
void add_directory_handlers(fuse_lowlevel_ops& operations);
void add_attribute_handlers(fuse_lowlevel_ops& operations);
void add_data_handlers(fuse_lowlevel_ops& operations);

/// Opening belongs to names (create) and data (open): what both do with the open file's flags.
void prepare_open(fuse_file_info& info, catalog::Ino ino);

/// Whether the handle may write.
[[nodiscard]] files::OpenFor purpose_of(const fuse_file_info& info);

}  // namespace alexander::fuse
