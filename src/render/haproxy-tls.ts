import type { TlsSpec } from '../domain/spec.ts';

/** Certificate, its chain and its key in one file, as HAProxy wants it; root's, mode 0600. */
export const certificateFile = '/etc/haproxy/relevo/site.pem';

/** Of the certificate with this number; the first is 1. */
export function certificateFileOf(number: number): string {
  return number === 1 ? certificateFile : certificateFile.replace('.pem', `-${number}.pem`);
}

const twoYears = 63_072_000;

const ciphers = [
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
];
const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

/** Source: Mozilla's server side TLS guidelines 5.7, "intermediate", without its DHE ciphers: no client of today needs them. */
export const tlsDefaults: readonly string[] = [
  'ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets',
  'ssl-default-bind-curves X25519:prime256v1:secp384r1',
  `ssl-default-bind-ciphers ${ciphers.join(':')}`,
  `ssl-default-bind-ciphersuites ${suites.join(':')}`,
];

/** All certificates but the first, one a line. Source: HAProxy's configuration manual, `crt-list`. */
export const certificateList = certificateFile.replace('site.pem', 'more.list');

/** The first certificate is for names that none covers. The others have a file, since a line takes 64 words. */
export function tlsBind(address: string, { certificates }: Pick<TlsSpec, 'certificates'>): string {
  const more = certificates === 'self-signed' || certificates.length === 1 ? '' : ` crt-list ${certificateList}`;
  return `bind ${address} ssl crt ${certificateFile}${more} alpn h2,http/1.1`;
}

/** Browsers are told to use HTTPS only. Source: RFC 6797. */
export function hstsRules(tls: TlsSpec | undefined, isSecure: string): string[] {
  if (tls?.hsts !== true) return [];
  return [
    `http-request set-var(txn.secure) bool(true) if ${isSecure}`,
    `http-after-response set-header Strict-Transport-Security max-age=${twoYears} if { var(txn.secure) -m bool }`,
  ];
}

/**
 * Makes a certificate for a lab where there is none yet; run inside the balancer, needs its package `openssl`.
 * Ten years, one P-256 key that never leaves the balancer. `names`: host names and addresses, one at least.
 */
export function selfSignedCommand(names: readonly string[]): readonly string[] {
  const alternatives = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  const script = [
    `test -s ${certificateFile} && exit 0`,
    'umask 077',
    `mkdir -p ${certificateFile.slice(0, certificateFile.lastIndexOf('/'))}`,
    'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=$1"' +
      ' -addext "subjectAltName=$2" -keyout "$3.key" -out "$3.crt"',
    'cat "$3.crt" "$3.key" > "$3.next"',
    'rm "$3.crt" "$3.key"',
    'mv "$3.next" "$3"',
  ];
  return ['sh', '-ec', script.join('\n'), 'sh', names[0] ?? 'localhost', alternatives, certificateFile];
}
