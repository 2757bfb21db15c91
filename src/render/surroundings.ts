import type { Surroundings } from '../domain/surroundings.ts';

/** Run on the host; changes nothing. The environment wins over what is written in /etc/environment, as it does for logins. */
export const surroundingsScript = `
for name in http_proxy https_proxy no_proxy; do
  upper=$(echo "$name" | tr a-z A-Z)
  value=$(printenv "$name" || printenv "$upper" || sed -n "s/^\\($name\\|$upper\\)=[\\"']\\{0,1\\}\\([^\\"']*\\).*/\\2/p" /etc/environment 2>/dev/null | tail -n 1)
  [ -z "$value" ] || echo "proxy $name $value"
done
apt-config dump 2>/dev/null | sed -n 's/^Acquire::\\(\\(http\\|https\\|ftp\\)::\\(Proxy\\|Timeout\\|Pipeline-Depth\\|No-Cache\\)\\|Retries\\|ForceIPv[46]\\|Check-Valid-Until\\)/apt &/p'
for file in /usr/local/share/ca-certificates/*.crt /usr/local/share/ca-certificates/*/*.crt; do
  [ ! -f "$file" ] || sed 's/^/authority /' "$file"
done
`;

/** Of what the script printed. Pure. */
export function surroundingsOf(text: string): Surroundings {
  const lines = text.split('\n');
  const after = (word: string) =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const proxies = after('proxy').map((line): [string, string] => {
    const at = line.indexOf(' ');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return {
    environment: Object.fromEntries(proxies),
    apt: after('apt'),
    authorities:
      after('authority')
        .join('\n')
        .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [],
  };
}

/** Nobody else reaches what listens on the host's own loopback. */
export function isOwn(proxy: string): boolean {
  return /^[a-z]+:\/\/([^@/]*@)?(localhost|127\.[0-9.]+|\[::1\])(:|\/|$)/i.test(proxy);
}
