// What the multipart operations share.
#pragma once

#include "s3d/operation.h"

namespace alexander::s3 {

/// `?uploadId=`; throws no_such_upload for text that was never one.
[[nodiscard]] catalog::UploadKey read_upload(const Call& call);

}  // namespace alexander::s3
