import { networkOf } from '../../domain/ipv4.ts';
import { instanceNetwork } from '../../domain/slots.ts';
import { clusterNetwork } from '../../render/preseed.ts';

/** Who drops what instances send and get; `other`: somebody that we don't know. */
const firewalls = ['docker', 'firewalld', 'ufw', 'other'] as const;
type Firewall = (typeof firewalls)[number];

export interface Drop {
  readonly by: Firewall;
  /** Of nftables, `inet filter forward`, where it is known. */
  readonly chain?: string;
}

const [network = ''] = /^\d+\.\d+\./.exec(instanceNetwork) ?? [];
/** Their interface (as `relevo*` or `relevo+` too), their addresses, or a network that holds them. */
const ofInstances = `(${clusterNetwork}|${clusterNetwork.slice(0, -1)}[*+]|${network.replaceAll('.', '[.]')}|198[.]18[.]0[.]0.15)`;

/**
 * Of `iptables -S` and `nft list ruleset`: chains that drop whatever no rule of theirs accepts, by their policy or by their last rule, and
 * have no rule for instances. Each is asked by itself: what one table accepts another one may still drop. LXD's tables, ours and
 * firewalld's are left out. Prints the hook and the chain. Source: iptables(8), nft(8).
 */
const dropping = `
function rule(text) {
  last[chain] = text
  if (tolower(text) !~ /accept/) return
  isOurs = text ~ /${ofInstances}/ || text ~ /^(! -i [^ ]+ -j ACCEPT|iif(name)? != [^ ]+ accept)$/
  if (isOurs && chain !~ /input|INPUT/) lets[table, "forward"] = 1
  if (isOurs && chain !~ /forward|FORWARD|DOCKER|output|OUTPUT/) lets[table, "input"] = 1
  if (text ~ /iif|saddr|daddr|(^| )-[isd] /) return
  if (text ~ /dports? (.*[^0-9])?67([^0-9]|$)/) dhcp[table] = 1
  if (text ~ /dports? (.*[^0-9])?53([^0-9]|$)/) dns[table] = 1
}
function ends(chain, depth,   text, words, count) {
  text = last[chain]
  gsub(/counter packets [0-9]+ bytes [0-9]+ |log (prefix "[^"]*" )?(level [a-z]+ )?|-m comment --comment [^ ]+ /, "", text)
  if (text ~ /^(drop|reject|-j DROP|-j REJECT)( (with|--reject-with) [a-z0-9 -]+)?( comment .*)?$/) return 1
  count = split(text, words, " ")
  if (count != 2 || words[1] !~ /^(jump|goto|-j|-g)$/ || depth == 0) return 0
  return ends(tables[chain] " " words[2], depth - 1)
}
/^-/ {
  table = "iptables"; chain = table " " $2; tables[chain] = table; hook = tolower($2)
  if ($1 == "-P") { hooks[chain] = hook; policy[chain] = $3 == "DROP" }
  if ($1 == "-A") { sub(/^-A [^ ]+ /, ""); rule($0) }
  chain = ""
  next
}
/^table/ { table = $2 " " $3; other = $2 !~ /^(ip|inet)$/ || $3 ~ /^(lxd|relevo_.*|firewalld)$/; chain = ""; next }
other { next }
$1 == "chain" { chain = table " " $2; tables[chain] = table; next }
$1 == "}" || chain == "" { chain = ""; next }
$1 == "type" { if ($2 == "filter") { hooks[chain] = $4; policy[chain] = /policy drop/ }; next }
{ sub(/^[ \t]+/, ""); rule($0) }
END {
  for (chain in hooks) {
    hook = hooks[chain]; table = tables[chain]
    if (hook != "forward" && hook != "input") continue
    if (last[chain] ~ /^(counter packets [0-9]+ bytes [0-9]+ )?(accept|-j ACCEPT)$/) continue
    if (!policy[chain] && !ends(chain, 3)) continue
    if (lets[table, hook] || (hook == "input" && dhcp[table] && dns[table])) continue
    if (!(hook in found) || table != "iptables") found[hook] = chain
  }
  for (hook in found) print hook, found[hook]
}`;

/**
 * Prints who drops what instances send and get (`forward`), and what they ask of their machine, DHCP and DNS (`input`); nothing where nobody
 * does. What firewalld lets through is told by the zone that instances are in. Source: firewall-cmd(1).
 */
export const whoDrops = `
if timeout 5 firewall-cmd --state >/dev/null 2>&1; then
  zone=$(timeout 5 firewall-cmd --get-zone-of-interface=${clusterNetwork} 2>/dev/null) || zone=$(timeout 5 firewall-cmd --get-zone-of-source=${networkOf(instanceNetwork).prefix} 2>/dev/null) || zone=
  [ -n "$zone" ] && [ "$(timeout 5 firewall-cmd --permanent --zone="$zone" --get-target 2>/dev/null)" = ACCEPT ] || echo "forward firewalld"
fi
{ iptables -S; nft list ruleset; } 2>/dev/null | awk '${dropping}' | while read -r hook chain; do
  by=other
  if [ "$hook" = forward ] && iptables -S DOCKER-USER >/dev/null 2>&1 && systemctl cat docker.service >/dev/null 2>&1; then by=docker
  elif ufw status 2>/dev/null | grep -q '^Status: active'; then by=ufw; fi
  echo "$hook $by $chain"
done
`;

/** `docker ip filter FORWARD`, as `whoDrops` has it after the hook. Pure. */
export function dropOf(text: string): Drop | undefined {
  const [who, ...chain] = text.split(' ');
  const by = firewalls.find((each) => each === who);
  if (by === undefined) return undefined;
  return chain.length === 3 ? { by, chain: chain.join(' ') } : { by };
}

const ways = (command: (way: string) => string) => ['i', 'o'].map(command).join('; ');
const both = (command: string) => ways((way) => `${command} -${way} ${clusterNetwork} -j ACCEPT`);
const outlasting = 'in a way that outlasts a boot';

/** What is wrong, and what people can type. Source: LXD's doc/howto/network_bridge_firewalld.md. */
export function forwardCure({ by, chain }: Drop): readonly [wrong: string, cure: string] {
  switch (by) {
    case 'docker':
      return [
        'Docker drops what is forwarded',
        `${both('iptables -I DOCKER-USER')}; again after each boot. \`relevo doctor --fix\` does so`,
      ];
    case 'firewalld':
      return [
        'firewalld rejects what instances send and ask',
        `firewall-cmd --permanent --zone=trusted --add-interface=${clusterNetwork} && firewall-cmd --reload; with \`link: routed\` a policy too, see docs/ssh.md`,
      ];
    case 'ufw':
      return [
        'ufw drops what is forwarded',
        `${ufwIn}; ufw route allow in on ${clusterNetwork}; ufw route allow out on ${clusterNetwork}`,
      ];
    case 'other': {
      const accept = isNft(chain)
        ? ways((way) => `nft insert rule ${chain} ${way}ifname ${clusterNetwork} accept`)
        : both('iptables -I FORWARD');
      return ['its firewall drops what is forwarded', `${accept}, ${outlasting}`];
    }
  }
}

const ufwIn = `ufw allow in on ${clusterNetwork}`;

/** The same, of what instances ask of their machine. */
export function inputCure({ by, chain }: Drop): readonly [wrong: string, cure: string] {
  if (by === 'ufw') return ['ufw drops what they ask of their machine (DHCP, DNS)', ufwIn];
  const accept = isNft(chain)
    ? `nft insert rule ${chain} iifname ${clusterNetwork} accept`
    : `iptables -I INPUT -i ${clusterNetwork} -j ACCEPT`;
  return ['its firewall drops what they ask of their machine (DHCP, DNS)', `${accept}, ${outlasting}`];
}

/** Not one of those that iptables makes. */
function isNft(chain: string | undefined): boolean {
  return chain !== undefined && !/^ip filter [A-Z]/.test(chain);
}

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
