import type { ImageFile } from '../domain/desired.ts';
import { stateOnReload, stateProgram } from './haproxy-state.ts';
import { silenceWhileStopped } from './silence.ts';
import { systemdAnswers } from './systemd.ts';

/** The interface of a balancer that lies on the machines' network. */
export const outerInterface = 'eth1';

export interface VrrpMember {
  /** `balancer-1`. */
  readonly name: string;
  /** Its own address on the machines' network. */
  readonly address: string;
  /** 1..254; the highest takes the address when nobody holds it. */
  readonly priority: number;
}

/** Runs while HAProxy does, as keepalived: watch.ts. */
export const watchUnit = 'relevo-watch.service';

export const keepalivedConfigFile = '/etc/keepalived/keepalived.conf';

/**
 * keepalived.conf for one balancer. Whoever holds the address keeps it while it lives (`nopreempt`), so that a balancer
 * that returns cuts nobody's connections. Adverts are unicast: in containers multicast VRRPv3 fails its checksums, and
 * both would hold the address. After a split brain, the one that steps back lets the other hear of it first, which then
 * claims the address by gratuitous ARP: else clients would go on to the one that has it no more. Source: keepalived.conf(5)
 * of 2.2; RFC 5798. `shared`: the address and its network's prefix length, `198.18.7.10/24`.
 * `shared6`: what goes with it, though adverts of IPv4 can't name it.
 */
export function keepalivedConfig(
  shared: string,
  own: VrrpMember,
  peers: readonly VrrpMember[],
  shared6?: string,
): string {
  return `# Written by relevo; changes made here are replaced.
global_defs {
  router_id ${own.name}
  vrrp_version 3
  vrrp_garp_master_delay 1
  vrrp_garp_master_repeat 2
  vrrp_higher_prio_send_advert true
}
vrrp_instance relevo {
  state BACKUP
  nopreempt
  interface ${outerInterface}
  virtual_router_id 51
  priority ${own.priority}
  advert_int 0.1
  check_unicast_src
  unicast_src_ip ${own.address}
  unicast_peer {
${peers.map(({ address }) => `    ${address}\n`).join('')}  }
  virtual_ipaddress {
    ${shared}
  }
${shared6 === undefined ? '' : `  virtual_ipaddress_excluded {\n    ${shared6}/64\n  }\n`}}
`;
}

/** Beside the file in use, which `takeOver` puts in place: keepalived is disturbed only where something changed, or was not told before. */
export function keepalivedFile(text: string): ImageFile {
  return { target: `${keepalivedConfigFile}.next`, mode: 0o600, content: text };
}

export const takeOver: readonly string[] = [
  'sh',
  '-ec',
  `[ -e "$1.next" ] || exit 0
if cmp -s "$1.next" "$1" && [ ! -e "$1.untold" ]; then exit 0; fi
${systemdAnswers}
touch "$1.untold"
mv "$1.next" "$1"
systemctl try-reload-or-restart keepalived
systemctl try-restart ${watchUnit}
rm "$1.untold"`,
  'sh',
  keepalivedConfigFile,
];

const readiness = '/usr/local/lib/relevo/keepalived-ready';

/**
 * keepalived begins only when the balancer has its own address, else it would count itself as faulty; and it begins by a
 * word to its peers: to one that still has the hardware address of the container before it would send its adverts there,
 * and both would hold the address for a moment. Where its machine stands in for it (its prefix is a /32), the machine's answer,
 * nobody listens on port 1, shows that the machine does so: until then it would not hear who has the address.
 */
const readinessScript = `#!/bin/sh
until ip -4 -o address show dev ${outerInterface} | grep -q inet; do sleep 0.05; done
if ip -4 -o address show dev ${outerInterface} | grep -q '/32 '; then
  machine=$(ip -4 route show default table all dev ${outerInterface} | sed -n 's/.* via \\([0-9.]*\\).*/\\1/p')
  for _ in $(seq 20); do
    socat -u OPEN:/dev/null "TCP:$machine:1,so-bindtodevice=${outerInterface},connect-timeout=0.4" 2>&1 | grep -q refused && break
    sleep 0.05
  done
fi
sed -n '/unicast_peer {/,/}/s/^ *\\([0-9][0-9.]*\\)$/\\1/p' ${keepalivedConfigFile} | while read -r peer; do
  echo | socat -u - "UDP-SENDTO:$peer:9"
done
exit 0
`;

/** Of a balancer that shares an address: what its image brings does nothing without. */
export function sharingFiles(): ImageFile[] {
  const content = '[Unit]\nUpholds=keepalived.service\n';
  return [{ target: '/etc/systemd/system/haproxy.service.d/relevo-sharing.conf', mode: 0o644, content }];
}

/** keepalived runs while HAProxy does: when HAProxy dies, systemd stops keepalived, whose last advert gives the address away. */
export function keepalivedUnits(): ImageFile[] {
  const unit = (name: string, text: string) => ({
    target: `/etc/systemd/system/${name}.service.d/relevo.conf`,
    mode: 0o644,
    content: text,
  });
  return [
    { target: readiness, mode: 0o755, content: readinessScript },
    stateProgram(),
    unit(
      'haproxy',
      `[Unit]
Upholds=${watchUnit}
StartLimitIntervalSec=0
[Service]
${stateOnReload}
${silenceWhileStopped}
Restart=always
RestartSec=100ms
`,
    ),
    unit(
      'keepalived',
      `[Unit]
BindsTo=haproxy.service
After=haproxy.service
StartLimitIntervalSec=0
[Service]
ExecStartPre=${readiness}
TimeoutStartSec=30
Restart=always
RestartSec=100ms
`,
    ),
  ];
}
