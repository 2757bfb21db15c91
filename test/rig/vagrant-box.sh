#!/bin/sh
# vagrant-box.sh FILE: a box for Vagrant's provider lxc, Debian 12 with LXD, in a minute; from mmdebstrap.
# The machine is privileged: LXD runs in it as on a computer, and starts unprivileged containers.
set -eu
file=$1
work=$(mktemp -d "$file.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
cd "$work"
# the public half of the key that every box has until its first start, when Vagrant puts another one in its place
key=$(dpkg -L vagrant | grep '/keys/vagrant.pub$' | head -n 1)

in_target() { printf '%s' "--customize-hook=chroot \"\$1\" sh -ec '$1'"; }

mmdebstrap --quiet --mode=root --variant=apt --format=directory \
  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
  --include=systemd,systemd-sysv,systemd-resolved,libnss-systemd,udev,dbus,iproute2,ca-certificates,openssh-server,sudo,lxd,lxd-client,btrfs-progs,nftables,conntrack,dnsmasq-base,zstd,openssl \
  --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/info/*' \
  "$(in_target 'useradd -m -s /bin/bash vagrant; install -d -m 700 -o vagrant -g vagrant /home/vagrant/.ssh')" \
  --customize-hook="install -m 600 '$key' \"\$1/home/vagrant/.ssh/authorized_keys\"" \
  "$(in_target 'chown vagrant: /home/vagrant/.ssh/authorized_keys')" \
  "$(in_target 'echo "vagrant ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/vagrant; chmod 440 /etc/sudoers.d/vagrant')" \
  "$(in_target 'systemctl enable systemd-networkd systemd-resolved; systemctl mask systemd-networkd-wait-online')" \
  "$(in_target 'echo root:1000000:9000000 | tee /etc/subuid > /etc/subgid')" \
  "$(in_target 'rm -f /etc/ssh/ssh_host_* /etc/hostname; : > /etc/machine-id; rm -rf /var/lib/lxd/*')" \
  "$(in_target 'printf "[Unit]\nConditionPathExists=!/etc/ssh/ssh_host_ed25519_key\nBefore=ssh.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/ssh-keygen -A\n[Install]\nWantedBy=multi-user.target\n" > /etc/systemd/system/ssh-host-keys.service; systemctl enable ssh-host-keys')" \
  "$(in_target 'ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf; echo 127.0.0.1 localhost > /etc/hosts')" \
  bookworm rootfs

cat > lxc-config <<'CONFIG'
lxc.include = /usr/share/lxc/config/common.conf
lxc.apparmor.profile = generated
lxc.apparmor.allow_nesting = 1
lxc.mount.auto =
lxc.mount.auto = proc:rw sys:rw cgroup:rw:force
lxc.mount.entry = /dev/fuse dev/fuse none bind,create=file,optional 0 0
CONFIG
echo '{"provider": "lxc", "version": "1.0.0"}' > metadata.json
tar --numeric-owner -czf rootfs.tar.gz ./rootfs
tar -czf box ./metadata.json ./lxc-config ./rootfs.tar.gz
mv box "$file"
