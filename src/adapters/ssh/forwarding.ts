import { instanceNetwork } from '../../domain/slots.ts';
import { clusterNetwork } from '../../render/preseed.ts';

/** Who drops what a host forwards; `other`: somebody that we don't know. */
export const firewalls = ['docker', 'ufw', 'other'] as const;
export type Firewall = (typeof firewalls)[number];

const [network = ''] = /^\d+\.\d+\./.exec(instanceNetwork) ?? [];

/**
 * Prints who drops what instances send and get, nothing where nobody does. Rules that let it through are looked for where the policy is:
 * LXD's own and ours are in tables of their own, and overrule none. Source: iptables(8), nft(8).
 */
export const whoDrops = `
rules() { { iptables -S; nft list ruleset | awk '/^table/ { own = / (lxd|relevo_[a-z]+) / } !own'; } 2>/dev/null; }
rules | grep -qiE -- '-P FORWARD DROP|hook forward .*policy drop' || exit 0
! rules | grep -iv input | grep -E 'relevo|${network.replaceAll('.', '\\.')}' | grep -qi accept || exit 0
if iptables -S DOCKER-USER >/dev/null 2>&1 && systemctl cat docker.service >/dev/null 2>&1; then echo docker
elif ufw status 2>/dev/null | grep -q '^Status: active'; then echo ufw
else echo other; fi
`;

const both = (command: string) => ['-i', '-o'].map((way) => `${command} ${way} ${clusterNetwork} -j ACCEPT`).join('; ');

/** What is wrong, and what people can type. Source: LXD's doc/howto/network_bridge_firewalld.md. */
export const forwardCures: Readonly<Record<Firewall, readonly [wrong: string, cure: string]>> = {
  docker: [
    'Docker drops what is forwarded',
    `${both('iptables -I DOCKER-USER')}; again after each boot. \`relevo doctor --fix\` does so`,
  ],
  ufw: [
    'ufw drops what is forwarded',
    `ufw allow in on ${clusterNetwork}; ufw route allow in on ${clusterNetwork}; ufw route allow out on ${clusterNetwork}`,
  ],
  other: ['its firewall drops what is forwarded', `${both('iptables -I FORWARD')}, in a way that outlasts a boot`],
};

export const dockerDirectory = '/etc/systemd/system/docker.service.d';
export const dockerDropIn = `${dockerDirectory}/relevo.conf`;

/** Docker may have no such chain for IPv6. `$`: as the reader of this wants it. */
const allow = ($: string) =>
  `for each in iptables ip6tables; do for way in -i -o; do ${$}each -w 10 -C DOCKER-USER ${$}way ${clusterNetwork} -j ACCEPT || ${$}each -w 10 -I DOCKER-USER ${$}way ${clusterNetwork} -j ACCEPT; done; done 2>/dev/null`;

/** Now, and whenever Docker starts: it keeps what is in this chain, and a boot does not. Source: systemd.service(5), Docker's firewall-iptables. */
export const allowInDocker = `mkdir -p ${dockerDirectory}
cat > ${dockerDropIn} <<'END' || exit
[Service]
ExecStartPost=-/bin/sh -c '${allow('$$')}'
END
systemctl daemon-reload
${allow('$')}
iptables -w 10 -C DOCKER-USER -o ${clusterNetwork} -j ACCEPT`;

export const leaveDocker = `[ ! -e ${dockerDropIn} ] || for each in iptables ip6tables; do
  for way in -i -o; do
    while $each -w 10 -D DOCKER-USER $way ${clusterNetwork} -j ACCEPT 2>/dev/null; do :; done
  done
done`;
