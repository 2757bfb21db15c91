# Sourced by ./relevo, scripts/test and .ci/run: npm and the npm dependencies, installed only where they are missing.
# Needs $root, the checkout. All messages go to stderr, so that --json output stays clean.

stamp=$root/node_modules/.relevo-lock

say() { printf 'relevo: %s\n' "$*" >&2; }

# The stamp is a copy of the lock file, written after success: by content, because clocks and checkouts lie about times.
dependencies_fresh() {
  [ -x "$root/node_modules/.bin/node" ] && cmp -s "$root/package-lock.json" "$stamp"
}

# $1: `yes` where the user agreed beforehand.
ensure_dependencies() {
  dependencies_fresh && return 0
  command -v npm >/dev/null 2>&1 || install_npm "${1:-}" || return
  # The lock lies on a file that is there anyway and goes with the last process that holds it, however that one ends.
  (
    if command -v flock >/dev/null 2>&1; then
      flock -n 9 || { say 'waiting for another run that installs the npm dependencies'; flock 9; }
    fi
    dependencies_fresh || install_dependencies
  ) 9<"$root/package.json"
}

install_dependencies() {
  say "installing the npm dependencies into $root/node_modules (npm ci)"
  lock=$(cat "$root/package-lock.json" && echo .) || return 1 # the dot keeps the newlines before it
  tools=
  modern_node || tools=$(mktemp -d) || return
  npm_ci && code=0 || code=$?
  [ -z "$tools" ] || rm -rf -- "$tools"
  [ "$code" -eq 0 ] || {
    say 'npm ci failed: see its messages above'
    return 1
  }
  [ -x "$root/node_modules/.bin/node" ] || {
    say 'npm did not install the pinned Node: install scripts must be allowed (npm config get ignore-scripts)'
    return 4
  }
  printf '%s' "${lock%.}" >"$stamp.$$" && mv -f "$stamp.$$" "$stamp"
}

modern_node() {
  [ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 22' 2>/dev/null)" = true ]
}

# npm leaves out, without a word, optional packages that ask for a newer Node than the one it runs on; some of them are
# the binaries of this very platform. So it runs on the pinned Node, fetched beforehand into $tools, where the system's is old.
npm_ci() (
  CDPATH='' cd -- "$root" || exit
  if [ -n "$tools" ]; then
    version=$(sed -n 's/^ *"node": "\([0-9.]*\)".*/\1/p' package.json)
    quiet_npm install --prefix "$tools" --no-save "node@$version" npm@11 || exit
    PATH=$tools/node_modules/.bin:$PATH
  fi
  quiet_npm ci
)

quiet_npm() {
  npm "$@" --no-audit --no-fund --loglevel=error </dev/null >&2
}

install_npm() {
  command -v apt-get >/dev/null 2>&1 || {
    say 'npm is missing: install Node.js (18 or newer) and npm, then run this again'
    return 4
  }
  sudo=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
      say 'npm is missing and there is no sudo: let root run apt-get install nodejs npm'
      return 4
    }
    sudo='sudo '
  fi
  say "npm is missing; this will run: ${sudo}apt-get update && ${sudo}apt-get install --yes --no-install-recommends nodejs npm"
  agreed "${1:-}" || return
  apt update && apt install --yes --no-install-recommends nodejs npm || {
    say 'apt-get failed: see its messages above'
    return 4
  }
}

# What apt says is shown only where it fails.
apt() {
  log=$(mktemp) || return
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1 && code=0 || code=$?
  [ "$code" -eq 0 ] || tail -n 15 "$log" >&2
  rm -f "$log"
  return "$code"
}

agreed() {
  [ "$1" = yes ] && return 0
  [ -t 0 ] || {
    say 'not doing so without consent: pass --yes (no terminal to ask on)'
    return 9
  }
  printf 'Go on? [y/N] ' >&2
  read -r answer || answer=
  case $answer in
    [yY] | [yY][eE][sS]) return 0 ;;
    *) return 9 ;;
  esac
}
