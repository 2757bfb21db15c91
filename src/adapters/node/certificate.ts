import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../ports/system.ts';

const none = { names: [], from: new Date(0), until: new Date(0) };

/** Reads them with OpenSSL, as HAProxy will. */
export function certificateFacts(certificate: string, key: string): CertificateFacts {
  const chain = certificatesIn(certificate);
  const [site] = chain ?? [];
  if (chain === undefined || site === undefined) return { ...none, trouble: 'no-certificate' };
  const facts = { names: namesOf(site), from: new Date(site.validFrom), until: new Date(site.validTo) };
  const own = keyIn(key);
  if (typeof own === 'string') return { ...facts, trouble: own };
  if (!site.checkPrivateKey(own)) {
    const later = chain.some((each) => each.checkPrivateKey(own));
    return { ...facts, trouble: later ? 'chain-first' : 'other-key' };
  }
  return isWeak(own) ? { ...facts, trouble: 'weak-key' } : facts;
}

/** Undefined where one of them can't be read. */
function certificatesIn(pem: string): X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** `DNS:example.org, IP Address:192.0.2.1`; without such names the old way, the subject's own. Source: RFC 9525, 6.1. */
function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const names = [...(subjectAltName ?? '').matchAll(/(?:DNS|IP Address):("[^"]*"|[^,]+)/g)].map(
    ([, name = '']) => name,
  );
  const common = /^CN=(.+)$/m.exec(subject ?? '')?.[1];
  return names.length > 0 || common === undefined ? names : [common];
}

function keyIn(pem: string): KeyObject | 'no-key' | 'encrypted-key' {
  try {
    return createPrivateKey(pem);
  } catch {
    return /ENCRYPTED/.test(pem) ? 'encrypted-key' : 'no-key';
  }
}

/** What Debian's OpenSSL refuses by itself: its security level is 2. Source: SSL_CTX_set_security_level(3). */
function isWeak({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < 2048;
}
