# Sourced by packaging/* and tests/run: what they need from the distribution.
# shellcheck shell=bash disable=SC2034

build_packages=(
    g++ meson ninja-build pkg-config python3
    libfuse3-dev fuse3 libpoco-dev libsqlite3-dev libssl-dev libxxhash-dev libzstd-dev
    libboost-program-options-dev libyaml-cpp-dev
)

test_packages=(
    doctest-dev libbenchmark-dev clang-format clang-tidy shellcheck mandoc
    python3-venv python3-pip curl openssl rsync git attr acl sqlite3 zsh fish s3cmd rclone restic awscli
    fio borgbackup
    s3fs duplicity python3-boto3 smbclient samba-common-bin liburing2
)

# Of these the tests need the program only. They are unpacked, not installed: installing would start a service.
unpacked_test_packages=(nginx samba samba-vfs-modules)

deb_packages=(debhelper dpkg-dev fakeroot xz-utils)
rpm_packages=(rpm rpmlint)

# Installs those of the named packages that are missing. Needs root only if some are.
install_packages() {
    local name missing=()
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ||
            missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "Missing packages: ${missing[*]}" >&2
        echo "Run this again with sudo, or install them: apt-get install ${missing[*]}" >&2
        return 1
    fi
    if ! command -v apt-get >/dev/null; then
        echo "This needs Debian 12 or later (apt-get). Install by hand: ${missing[*]}" >&2
        return 1
    fi
    echo "Installing: ${missing[*]}"
    # One retry: package mirrors have bad seconds.
    for attempt in 1 2; do
        if apt-get update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
                "${missing[@]}" >/dev/null; then
            return 0
        fi
        [ "$attempt" = 2 ] || sleep 5
    done
    echo "apt-get could not install: ${missing[*]}" >&2
    return 1
}

# Unpacks the named packages into FOLDER, once. Their libraries must be there already.
unpack_packages() { # FOLDER NAME...
    local folder=$1 name
    shift
    for name in "$@"; do
        [ ! -e "$folder/.$name" ] || continue
        mkdir -p "$folder"
        echo "Unpacking: $name"
        # Lists that are too old name versions that the mirror has replaced.
        (cd "$folder" && rm -f "${name}"_*.deb &&
            { apt-get download -qq "$name" || { apt-get update -qq && apt-get download -qq "$name"; }; } &&
            dpkg-deb --extract "${name}"_*.deb . && touch ".$name") >"$folder/$name.log" 2>&1 ||
            { cat "$folder/$name.log" >&2; echo "apt-get could not download: $name" >&2; return 1; }
    done
}
