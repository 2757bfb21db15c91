import type { Diagnostic } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Asset, BalancerSpec, CertificateSpec, Spec } from '../domain/spec.ts';
import type { CertificateFacts, System } from '../ports/system.ts';
import { largestErrorPage, pageIn } from '../render/haproxy-errors.ts';
import { tlsAsset } from '../render/haproxy-files.ts';
import type { PointAt } from '../spec/load.ts';
import type { Complaint, Path } from '../spec/source.ts';
import { notText } from '../spec/text.ts';

export interface BalancerReading {
  readonly at: PointAt;
  readonly system: Pick<System, 'certificate' | 'now'>;
  readonly diagnostics: Diagnostic[];
  /** The file's bytes; where there are none, that is complained about. */
  read(source: string, path: Path): Promise<Uint8Array | undefined>;
}

export async function readErrorPages(
  { errors }: BalancerSpec,
  { at, diagnostics, read }: BalancerReading,
): Promise<Record<string, Asset>> {
  const files: Record<string, Asset> = {};
  for (const [code, source] of Object.entries(errors)) {
    const path = ['balancer', 'errors', code];
    const bytes = await read(source, path);
    if (bytes === undefined) continue;
    files[source] = { bytes };
    const unreadable = notText(source, bytes);
    if (unreadable !== undefined) diagnostics.push(unreadable);
    else diagnostics.push(...pageComplaints(source, bytes).map((complaint) => at(path, complaint)));
  }
  return files;
}

function pageComplaints(source: string, bytes: Uint8Array): Complaint[] {
  const { head, html } = pageIn(new TextDecoder().decode(bytes));
  const size = new TextEncoder().encode(html).length;
  if (size > largestErrorPage)
    return [{ message: `${source} has ${size} bytes`, hint: `at most ${largestErrorPage} fit` }];
  if (head === undefined) return [];
  const hint = 'give the page alone: Relevo writes the status and the headers';
  if (html === '') return [{ message: `${source} is an HTTP response without a body`, hint }];
  const type = /^content-type:[ \t]*([^\r\n]*)/im.exec(head)?.[1] ?? 'text/html';
  return /^text\/html\b/i.test(type)
    ? []
    : [{ message: `${source} is an HTTP response whose body is ${type}, not HTML`, hint }];
}

/** Keys are secrets, and their certificates travel with them. */
export async function readCertificates(spec: Spec, reading: BalancerReading): Promise<Record<string, Secret>> {
  const { tls } = spec.balancer;
  if (tls === undefined || tls.certificates === 'self-signed') return {};
  const secrets: Record<string, Secret> = {};
  const names: string[] = [];
  let whole = true;
  for (const [index, pair] of tls.certificates.entries()) {
    const position = index - (tls.certificates[0]?.alone ? 1 : 0);
    const facts = await readCertificate(pair, { index, position }, reading, secrets);
    names.push(...(facts?.names ?? []));
    whole &&= facts !== undefined;
  }
  if (whole && tls.redirect) complainOfHosts(spec, names, reading);
  return secrets;
}

async function readCertificate(
  pair: CertificateSpec,
  { index, position }: { readonly index: number; readonly position: number },
  reading: BalancerReading,
  secrets: Record<string, Secret>,
): Promise<CertificateFacts | undefined> {
  const read = async (part: 'certificate' | 'key') => {
    const bytes = await reading.read(pair[part], pathOf(pair, position, part));
    const text = bytes && new TextDecoder().decode(bytes);
    if (text !== undefined) secrets[tlsAsset(index, part)] = new Secret(text);
    return text;
  };
  const [certificate, key] = [await read('certificate'), await read('key')];
  if (certificate === undefined || key === undefined) return undefined;
  const facts = reading.system.certificate(certificate, key);
  const complaint = certificateComplaint(pair, facts, reading.system.now());
  if (complaint === undefined) return facts;
  reading.diagnostics.push(reading.at(pathOf(pair, position, complaint.part), complaint));
  return undefined;
}

/** `position`: in the file's list. */
function pathOf({ alone }: CertificateSpec, position: number, part: 'certificate' | 'key'): Path {
  return alone ? ['balancer', 'tls', part] : ['balancer', 'tls', 'certificates', position, part];
}

type CertificateComplaint = Complaint & { readonly part: 'certificate' | 'key' };

function certificateComplaint(
  { certificate, key }: CertificateSpec,
  facts: CertificateFacts,
  now: Date,
): CertificateComplaint | undefined {
  const { trouble, from, until } = facts;
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (trouble !== undefined) return complaintOf(trouble, certificate, key);
  if (until < now)
    return { part: 'certificate', message: `${certificate} expired on ${day(until)}`, hint: 'have it renewed' };
  if (from <= now) return undefined;
  const hint = 'is the clock of this host right?';
  return { part: 'certificate', message: `${certificate} is valid only from ${day(from)} on`, hint };
}

function complaintOf(
  trouble: NonNullable<CertificateFacts['trouble']>,
  certificate: string,
  key: string,
): CertificateComplaint {
  switch (trouble) {
    case 'no-certificate':
      return {
        part: 'certificate',
        message: `${certificate} holds no certificate in PEM format`,
        hint: 'it would say `-----BEGIN CERTIFICATE-----`; of a .p12 file, `openssl pkcs12 -in site.p12 -nodes` makes one',
      };
    case 'no-key':
      return {
        part: 'key',
        message: `${key} holds no key in PEM format`,
        hint: 'it would say `PRIVATE KEY-----`',
      };
    case 'encrypted-key':
      return {
        part: 'key',
        message: `${key} is encrypted, and nobody is there to type its password`,
        hint: `\`openssl pkey -in ${key} -out plain.key\` writes it without`,
      };
    case 'chain-first':
      return {
        part: 'certificate',
        message: `${certificate} does not begin with the site’s certificate: the key belongs to a later one`,
        hint: 'put the site’s certificate first, and those that signed it behind',
      };
    case 'other-key':
      return {
        part: 'key',
        message: `${key} is not the key of ${certificate}`,
        hint: 'give the two that belong together',
      };
    case 'weak-key':
      return { part: 'key', message: `${key} is too short for HAProxy`, hint: 'an RSA key has 2048 bits at least' };
  }
}

/** Their visitors are sent to HTTPS, where browsers would not let them in. A proxy in front may have certificates of its own. */
function complainOfHosts(
  { services, balancer }: Spec,
  names: readonly string[],
  { at, diagnostics }: BalancerReading,
): void {
  if (balancer.trustedProxies.length > 0) return;
  for (const { name, routes } of services) {
    const bare = routes
      .map(({ host }) => host)
      .find((host) => host !== undefined && !names.some((each) => covers(each, host)));
    if (bare === undefined) continue;
    const message = `no certificate covers \`${bare}\`: they cover ${names.join(', ')}`;
    const hint = 'add one to `tls.certificates`, or say `redirect: false`';
    diagnostics.push(at(['services', name, 'route'], { message, hint }));
  }
}

/** A certificate's star stands for one part of a name. Source: RFC 9525, 6.3. */
function covers(name: string, host: string): boolean {
  const [ours, theirs] = [name.toLowerCase(), host.toLowerCase()];
  return ours === theirs || (ours.startsWith('*.') && theirs.slice(theirs.indexOf('.')) === ours.slice(1));
}
