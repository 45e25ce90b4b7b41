#!/bin/sh
# Find what pip can't bring; install it where rights allow, else say in one line what to install.
#
#   tools/system.sh python    a Python of at least 3.11 that can make virtual environments; prints its name
#   tools/system.sh chromium  the browser of the book's tests
#   tools/system.sh java      runs EPUBCheck, the judge of `make epub`
#   tools/system.sh espeak-ng the voices that tools/synthesise_speech.py lets speak
set -eu

have() { command -v "$1" >/dev/null 2>&1; }

apt_install() {
    have apt-get || return 1
    if [ "$(id -u)" = 0 ]; then sudo=""
    elif have sudo && sudo -n true 2>/dev/null; then sudo="sudo"
    else return 1; fi
    echo "installing $* (Debian packages)" >&2
    { $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q "$@"; } >&2
}

good_python() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if good_python "$name"; then echo "$name"; return; fi
    done
    return 1
}

find_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        if have "$name"; then return; fi
    done
    return 1
}

case "$1" in
python)
    find_python && exit
    apt_install python3 python3-venv && find_python && exit
    echo "install Python 3.11 or later with venv: 'apt install python3 python3-venv' or 'brew install python'" >&2
    exit 1
    ;;
chromium)
    find_chromium && exit
    # Debian's name, then Ubuntu's
    for package in chromium chromium-browser; do apt_install $package && find_chromium && exit; done
    echo "install Chromium or Google Chrome: 'apt install chromium' or 'brew install --cask google-chrome'" >&2
    exit 1
    ;;
java)
    java -version >/dev/null 2>&1 && exit
    apt_install default-jre-headless && java -version >/dev/null 2>&1 && exit
    echo "install a Java runtime: 'apt install default-jre-headless' or 'brew install openjdk'" >&2
    exit 1
    ;;
espeak-ng)
    have espeak-ng && exit
    apt_install espeak-ng && have espeak-ng && exit
    echo "install eSpeak NG: 'apt install espeak-ng' or 'brew install espeak-ng'" >&2
    exit 1
    ;;
*)
    echo "usage: tools/system.sh python|chromium|java|espeak-ng" >&2
    exit 2
    ;;
esac
