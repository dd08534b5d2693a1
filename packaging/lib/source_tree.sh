# Sourced by packaging/build-*: what is packed, and under which version.
# shellcheck shell=bash

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# The version that meson.build names.
source_version() {
    sed -n "s/^ *version: '\([0-9.]*\)',$/\1/p" "$source_dir/meson.build" | head -1
}

# Copies what belongs to the source into FOLDER: what git knows, or everything where there is no git.
copy_source() { # FOLDER
    mkdir -p "$1"
    if git -C "$source_dir" rev-parse --git-dir >/dev/null 2>&1; then
        (cd "$source_dir" && git ls-files -z --cached --others --exclude-standard |
            while IFS= read -r -d '' name; do [ ! -e "$name" ] || printf '%s\0' "$name"; done |
            tar --null --files-from=- --create) | tar --extract --directory="$1"
    else
        tar -C "$source_dir" --exclude='./build*' --create . | tar --extract --directory="$1"
    fi
}
