#!/bin/sh
# Vagrant for three machines: the state of machine m is in $STATES/m, each command in $STATES/said. `status` was recorded from
# Vagrant 2.3.4 with vagrant-lxc before there were machines, `ssh-config` follows its template; of the rest it says the first words.
echo "$*" >> "$STATES/said"
verb=$1 names=
for word; do case $word in "$verb" | -*) ;; *) names="$names $word" ;; esac; done
state() { cat "$STATES/$1" 2>/dev/null || echo not_created; }
case $verb in
status)
  for each in m1 m2 m3; do echo "1795719944,$each,metadata,provider,lxc"; done
  for each in m1 m2 m3; do
    state=$(state "$each")
    echo "1795719944,$each,provider-name,lxc"
    echo "1795719944,$each,state,$state"
    echo "1795719944,$each,state-human-short,$(echo "$state" | tr _ ' ')"
    echo "1795719944,$each,state-human-long,If a machine is not created%!(VAGRANT_COMMA) only the\ndefault provider will be shown."
  done
  echo '1795719944,,ui,info,Current machine states:\n\nm1           not created (lxc)'
  ;;
ssh-config)
  [ "$(state $names)" = running ] || { echo 'The provider for this Vagrant-managed machine is reporting that it
is not yet ready for SSH.' >&2; exit 1; }
  printf '%s\n' "Host$names" '  HostName 127.0.0.1' '  User vagrant' '  Port 22' '  UserKnownHostsFile /dev/null' \
    '  StrictHostKeyChecking no' '  PasswordAuthentication no' "  IdentityFile $STATES/private_key" '  IdentitiesOnly yes' \
    '  LogLevel FATAL' ''
  ;;
up)
  for each in $names; do
    echo "Bringing machine '$each' up with 'lxc' provider..."
    echo running > "$STATES/$each"
    echo "==> $each: Machine booted and ready!"
  done
  ;;
halt)
  for each in $names; do
    echo "==> $each: Attempting graceful shutdown of VM..."
    echo stopped > "$STATES/$each"
  done
  ;;
destroy)
  for each in $names; do
    echo "==> $each: Destroying VM and associated drives..."
    rm -f "$STATES/$each"
  done
  ;;
*)
  echo "The machine with the name '$verb' was not found configured for this Vagrant environment." >&2
  exit 1
  ;;
esac
