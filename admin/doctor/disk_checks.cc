// The disk below the store: kind, room, whether a sync is one.
#include "admin/doctor/check.h"
#include "admin/doctor/mount_table.h"
#include "base/error.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace alexander::admin {

namespace {

constexpr std::uint64_t percent = 100;

Finding check_file_system(Patient& patient) {
    struct statfs facts = {};
    if (!patient.settings || ::statfs(patient.data_dir().c_str(), &facts) != 0)
        return skip("there is no store folder");
    const MountEntry place = mount_of(read_mount_table(), patient.data_dir());
    if (is_network_file_system(static_cast<unsigned long>(facts.f_type)))
        return fail("the store lies on a network file system (" + place.type +
                        "), where locks and syncs cannot be trusted",
                    "move the store to a local disk");
    if (place.type.starts_with("fuse"))
        return warn("the store lies on " + place.type + ", whose syncs depend on a program",
                    "move the store to a disk's own file system");
    if (place.type == "tmpfs" || place.type == "ramfs")
        return warn("the store lies in memory: it is gone after a restart",
                    "set storage.data_dir to a folder on a disk");
    constexpr std::array<std::string_view, 5> without_journal{
        "ext2", "vfat", "exfat", "msdos", "hfs"};
    if (std::ranges::find(without_journal, place.type) != without_journal.end())
        return warn(place.type + " keeps no journal: a power cut may damage it",
                    "use ext4, xfs, btrfs or zfs");
    return ok("the store lies on " + (place.type.empty() ? "a local file system" : place.type));
}

Finding check_mount_options(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    const MountEntry place = mount_of(read_mount_table(), patient.data_dir());
    for (const std::string_view risky :
         {"nobarrier", "barrier=0", "data=writeback", "sync=disabled"})
        if (has_option(place, risky))
            return fail(place.mount_point + " is mounted with " + std::string(risky) +
                            ": a power cut loses what was acknowledged",
                        "take the option out of /etc/fstab and mount it anew");
    if (has_option(place, "ro"))
        return fail(place.mount_point + " is mounted read-only",
                    "mount -o remount,rw " + place.mount_point);
    return ok("nothing in the mount options weakens a sync");
}

Finding check_space(Patient& patient) {
    struct statvfs facts = {};
    if (!patient.settings || ::statvfs(patient.data_dir().c_str(), &facts) != 0)
        return skip("there is no store folder");
    const std::uint64_t total = facts.f_blocks * facts.f_frsize;
    const std::uint64_t free = facts.f_bavail * facts.f_frsize;
    const std::string said = format_bytes(static_cast<std::int64_t>(free)) + " of " +
                             format_bytes(static_cast<std::int64_t>(total)) + " are free";
    constexpr std::uint64_t least_free = std::uint64_t{256} << 20U;
    const std::string fix =
        "delete objects or old versions, then `alexander-admin gc --run`; or add a disk";
    if (total > 0 && (free < least_free || free < total / percent))
        return fail(said, fix);
    if (free < total / 10)
        return warn(said, fix);
    return ok(said);
}

Finding check_inodes(Patient& patient) {
    struct statvfs facts = {};
    if (!patient.settings || ::statvfs(patient.data_dir().c_str(), &facts) != 0)
        return skip("there is no store folder");
    if (facts.f_files == 0)
        return ok("the file system makes inodes as they are needed");
    if (facts.f_favail < facts.f_files / percent)
        return warn(std::to_string(facts.f_favail) + " inodes are left",
                    "remove small files beside the store: it needs one a 256 MiB itself");
    return ok(std::to_string(facts.f_favail) + " inodes are free");
}

/// Median of a few synced writes; empty with `fault` set if one failed.
std::chrono::microseconds median_sync(int fd, int& fault) {
    constexpr std::size_t rounds = 7;
    std::array<std::chrono::microseconds, rounds> times{};
    std::array<char, 4096> block{};
    for (std::size_t i = 0; i < rounds; ++i) {
        block.fill(static_cast<char>(i));
        const auto begin = std::chrono::steady_clock::now();
        if (::pwrite(fd, block.data(), block.size(), static_cast<off_t>(i * block.size())) < 0 ||
            ::fdatasync(fd) != 0) {
            fault = errno;
            return {};
        }
        times.at(i) = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - begin);
    }
    std::ranges::sort(times);
    return times[rounds / 2];
}

Finding check_sync(Patient& patient) {
    if (!patient.files)
        return skip("there is no store folder");
    // Without a name: nothing is left, whatever happens.
    const UniqueFd file =
        UniqueFd::adopt(::open(patient.data_dir().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file) {
        const int fault = errno;
        if (fault == EACCES || fault == EROFS || fault == ENOSPC)
            return fail(std::string("cannot write into the store folder: ") + std::strerror(fault),
                        "run doctor as root; otherwise look at the folder's owner and at the disk");
        return skip(std::string("no file without a name can be made here: ") +
                    std::strerror(fault));
    }
    int fault = 0;
    const auto time = median_sync(file.get(), fault);
    if (fault != 0)
        return fail(std::string("a sync fails: ") + std::strerror(fault),
                    "look at the kernel's log (dmesg) and at the disk (smartctl -a)");
    const std::string said = "a sync of 4 KiB takes " + std::to_string(time.count()) + " us";
    constexpr std::chrono::milliseconds slow{100};
    if (time > slow)
        return warn(said + ": each durable write waits for it",
                    "put the store on an SSD with power-loss protection");
    const std::string type = mount_of(read_mount_table(), patient.data_dir()).type;
    constexpr std::chrono::microseconds faster_than_any_disk{8};
    if (time < faster_than_any_disk && type != "tmpfs")
        return warn(said + ", faster than any disk: it may do nothing",
                    "look for eatmydata, libvirt's cache=unsafe or a controller that lies");
    return ok(said);
}

constexpr std::array checks{
    Check{"file_system", "File system", check_file_system},
    Check{"mount_options", "Mount options of the disk", check_mount_options},
    Check{"free_space", "Free space", check_space},
    Check{"free_inodes", "Free inodes", check_inodes},
    Check{"sync", "Syncs", check_sync},
};

}  // namespace

std::span<const Check> disk_checks() {
    return checks;
}

}  // namespace alexander::admin
