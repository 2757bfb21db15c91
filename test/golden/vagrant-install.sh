#!/bin/sh
# Puts Relevo, the file and what it names in their places in the first machine; run there by Vagrant, as root.
set -eu
umask 022
from=/var/tmp/relevo home=/opt/relevo keys=/etc/relevo-keys cache=/var/cache/relevo

apt_update() {
  tries=24
  until said=$(apt-get update -q 2>&1); do
    case $said in */lists/lock*) ;; *) tries=0 ;; esac
    [ "$tries" -gt 0 ] || { printf '%s\n' "$said" >&2; return 100; }
    tries=$((tries - 1))
    sleep 5
  done
  printf '%s\n' "$said"
}
command -v openssl >/dev/null || {
  export DEBIAN_FRONTEND=noninteractive
  apt_update && apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 openssl
}

rm -rf "$home.new"
mkdir -p "$home.new/dist/cli" "$home.new/node_modules/node/bin"
cd "$home.new"
gzip -dc "$from/relevo/node.gz" > node_modules/node/bin/node
chmod 755 node_modules/node/bin/node
cp "$from/relevo/relevo.js" dist/cli/main.js
cp "$from/relevo/worker.js" dist/cli/worker.js
cp "$from/relevo/controller.cjs" controller.cjs
cp "$from/relevo/package.json" package.json
cp "$from/relevo/node.json" node_modules/node/package.json
cp -R "$from/project" project
chmod 700 project # secrets may be in it
cd /
rm -rf "$home" && mv "$home.new" "$home"

install -d -m 700 "$keys"
[ -e "$keys/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C relevo -f "$keys/id_ed25519"
cat > "$keys/config" <<CONFIG
Include $keys/users
IdentityFile $keys/id_ed25519
IdentitiesOnly yes
UserKnownHostsFile $keys/known_hosts
CONFIG

install -d -m 755 "$cache"
[ ! -d "$from/cache" ] || find "$from/cache" -mindepth 1 -maxdepth 1 -exec mv -f -t "$cache" {} +
rm -rf "$from"

cat > /usr/local/bin/relevo <<'RELEVO'
#!/bin/sh
# Relevo as it manages the machines from inside the first one: the file is the exported one unless another is named.
[ "$(id -u)" -eq 0 ] || exec sudo -H -- "$0" "$@"
cd /opt/relevo/project || exit
export HOME=/root RELEVO_SSH_CONFIG=/etc/relevo-keys/config RELEVO_CACHE=/var/cache/relevo RELEVO_INSIDE=yes
exec /opt/relevo/node_modules/node/bin/node /opt/relevo/dist/cli/main.js "$@"
RELEVO
chmod 755 /usr/local/bin/relevo
