import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { certificateFacts } from '../../src/adapters/node/certificate.ts';
import { readAssets } from '../../src/apply/assets.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { loadSpec } from '../../src/spec/load.ts';
import { brief, head } from '../spec/helpers.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

function readFrom(files: Files, balancer: string, route = '{}') {
  const text = (path: string) => files[path.replace('/project/', '')];
  const system = {
    env: {},
    files: {
      read: async (path: string) => (text(path) === undefined ? undefined : Buffer.from(text(path) as string)),
      walk: async () => [],
    },
    certificate: certificateFacts,
    now: () => new Date(),
  };
  const file = `${head}services: {web: {port: 80, route: ${route}}}\nbalancer: ${balancer}\n`;
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(file));
  if (!loaded.ok) throw new Error(brief(loaded.diagnostics).join('\n'));
  return readAssets(loaded.spec, loaded.at, '/project', system);
}

async function complaintsAbout(files: Files, balancer: string, route?: string): Promise<string[]> {
  const error = await readFrom(files, balancer, route).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof RelevoError ? brief(error.failure.diagnostics ?? []) : [];
}

describe('what load plans name', () => {
  const file = '{publish: 80}\nload: {shop: {plan: plans/shop.jmx}, a: {users: 1, duration: 1s, requests: [{get: /}]}}';

  test('is there, and belongs to no asset', async () => {
    expect(await readFrom({ 'plans/shop.jmx': 'any' }, file)).toEqual({ files: {}, secrets: {} });
  });

  test('is missing', async () => {
    expect(await complaintsAbout({}, file)).toEqual([
      '6:21 load.shop.plan: there is no such file (looked for /project/plans/shop.jmx)',
    ]);
  });
});

describe('what the balancer names', () => {
  const { pem, key } = made('www.example.org');

  test('error pages are files, certificates and their keys are secrets', async () => {
    const other = made('*.shop.example.org');
    const files = { 'site.pem': pem, 'site.key': key, 'b.pem': other.pem, 'b.key': other.key, '503.html': '<p>soon' };
    const tls = '{certificate: site.pem, key: site.key, certificates: [{certificate: b.pem, key: b.key}]}';
    const assets = await readFrom(files, `{errors: {503: 503.html}, tls: ${tls}}`);
    expect(Object.keys(assets.files)).toEqual(['503.html']);
    const texts = Object.entries(assets.secrets).map(([name, secret]) => [name, secret.reveal()]);
    expect(Object.fromEntries(texts)).toEqual({
      'balancer/tls.0.certificate': pem,
      'balancer/tls.0.key': key,
      'balancer/tls.1.certificate': other.pem,
      'balancer/tls.1.key': other.key,
    });
  });

  test('all that is missing or wrong is told at once', async () => {
    const files = { 'site.pem': key, 'site.key': key, 'long.html': 'x'.repeat(15_001) };
    const tls = '{certificate: site.pem, key: site.key, certificates: [{certificate: no.pem, key: no.key}]}';
    expect(await complaintsAbout(files, `{errors: {502: none.html, 503: long.html}, tls: ${tls}}`)).toEqual([
      '5:26 balancer.errors.502: there is no such file (looked for /project/none.html)',
      '5:42 balancer.errors.503: long.html has 15001 bytes (at most 15000 fit)',
      '5:73 balancer.tls.certificate: site.pem holds no certificate in PEM format (it would say `-----BEGIN CERTIFICATE-----`; of a .p12 file, `openssl pkcs12 -in site.p12 -nodes` makes one)',
      '5:127 balancer.tls.certificates[0].certificate: there is no such file (looked for /project/no.pem)',
      '5:140 balancer.tls.certificates[0].key: there is no such file (looked for /project/no.key)',
    ]);
  });

  const [weak, old, early] = [
    made('www.example.org', ['-newkey', 'rsa:1024']),
    made('www.example.org', [], [2, 3]),
    made('www.example.org', [], [2033, 2034]),
  ];
  test.each([
    ['of another certificate', pem, made('a.example.org').key, 'site.key is not the key of site.pem'],
    ['no key', pem, pem, 'site.key holds no key in PEM format'],
    ['encrypted', pem, encrypted(key), 'site.key is encrypted, and nobody is there to type its password'],
    ['in the wrong order', old.pem + pem, key, 'site.pem does not begin with the site’s certificate'],
    [
      'broken behind the first',
      `${pem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      key,
      'no certificate',
    ],
    ['too weak for HAProxy', weak.pem, weak.key, 'site.key is too short for HAProxy'],
    ['expired', old.pem, old.key, 'site.pem expired on 2003-01-01'],
    ['of the future', early.pem, early.key, 'site.pem is valid only from 2033-01-01 on'],
  ])('a certificate or key that is %s', async (_, certificate, itsKey, said) => {
    const files = { 'site.pem': certificate, 'site.key': itsKey };
    const [complaint, ...more] = await complaintsAbout(files, '{tls: {certificate: site.pem, key: site.key}}');
    expect([complaint, more]).toEqual([expect.stringContaining(said), []]);
  });

  test('hosts of routes that no certificate covers, where their visitors are sent to HTTPS', async () => {
    const star = made('*.example.org');
    const files = { 'site.pem': star.pem, 'site.key': star.key };
    const about = (host: string, more = '') =>
      complaintsAbout(files, `{tls: {certificate: site.pem, key: site.key${more}}}`, `{host: "${host}"}`);
    expect(await about('www.example.org')).toEqual([]);
    expect(await about('*.example.org')).toEqual([]);
    expect(await about('example.org')).toEqual([
      '4:28 services.web.route: no certificate covers `example.org`: they cover *.example.org (add one to `tls.certificates`, or say `redirect: false`)',
    ]);
    expect((await about('a.b.example.org')).length).toBe(1);
    expect(await about('example.org', ', redirect: false')).toEqual([]);
  });

  test('an error page is HTML in UTF-8, or the body of an HTTP response', async () => {
    const about = (page: string | Uint8Array) => complaintsAbout({ 'a.http': page }, '{errors: {503: a.http}}');
    expect(await about('HTTP/1.1 503 Sorry\r\nContent-Type: text/html\r\n\r\n<p>soon')).toEqual([]);
    expect(await about('HTTP/1.0 503 Sorry\nCache-Control: no-cache\n\n<p>soon')).toEqual([]);
    const hint = '(give the page alone: Relevo writes the status and the headers)';
    expect(await about('HTTP/1.1 503 Sorry\r\nContent-Type: application/json\r\n\r\n{}')).toEqual([
      `5:26 balancer.errors.503: a.http is an HTTP response whose body is application/json, not HTML ${hint}`,
    ]);
    expect(await about('HTTP/1.1 503 Sorry\r\n')).toEqual([
      `5:26 balancer.errors.503: a.http is an HTTP response without a body ${hint}`,
    ]);
    expect(await about(Buffer.from('<p>\nAhora volvemos, se\xf1ora', 'latin1'))).toEqual([
      '2:19 this is not UTF-8 (save the file as UTF-8 (it may be Latin-1), or check that it is the right file)',
    ]);
    expect(await about('a\0b')).toEqual(['- this is no text in UTF-8 (save it as UTF-8)']);
  });
});

/** `years`: from the beginning of one to that of the other, of this century unless they have four digits. */
function made(name: string, how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], years?: [number, number]) {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-certificate-'));
  const files = ['-keyout', join(directory, 'key'), '-out', join(directory, 'pem')];
  const faked = years?.map((year) => `${String(year % 100).padStart(2, '0')}0101000000Z`) ?? [];
  try {
    openssl([
      'req',
      '-new',
      ...how,
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-addext',
      `subjectAltName=DNS:${name}`,
      ...files,
    ]);
    const csr = join(directory, 'csr');
    openssl(['req', '-in', join(directory, 'pem'), '-out', csr]);
    const own = [
      '-key',
      join(directory, 'key'),
      '-in',
      csr,
      '-out',
      join(directory, 'crt'),
      '-copy_extensions',
      'copy',
    ];
    if (years === undefined) openssl(['req', '-x509', '-days', '30', ...own]);
    else byCalendar(directory, csr, faked);
    return { pem: read(directory, 'crt'), key: read(directory, 'key') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** `openssl ca` alone may write any dates. */
function byCalendar(directory: string, csr: string, [from = '', until = '']: readonly string[]): void {
  const config = join(directory, 'ca.cnf');
  const lines = [
    '[ca]',
    'default_ca=a',
    '[a]',
    `database=${directory}/index`,
    `new_certs_dir=${directory}`,
    'rand_serial=yes',
  ];
  const more = [
    'default_md=sha256',
    'policy=p',
    'copy_extensions=copy',
    'unique_subject=no',
    '[p]',
    'commonName=supplied',
  ];
  writeFileSync(config, [...lines, ...more, ''].join('\n'));
  writeFileSync(join(directory, 'index'), '');
  const dates = ['-startdate', from, '-enddate', until];
  const files = ['-in', csr, '-out', join(directory, 'crt'), '-keyfile', join(directory, 'key')];
  openssl(['ca', '-batch', '-selfsign', '-notext', '-config', config, ...dates, ...files]);
}

function encrypted(key: string): string {
  const { stdout } = spawnSync('openssl', ['pkcs8', '-topk8', '-passout', 'pass:secret'], {
    input: key,
    encoding: 'utf8',
  });
  return stdout;
}

function read(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

function openssl(argv: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
describe('text that is none', () => {
  const latin = Uint8Array.from('a\nse\u00f1ora {{instance.name}}\n', (each) => each.charCodeAt(0));
  const read = (service: string, balancer = '{}', env = {}) => {
    const file = `${head}services: {web: {port: 80, ${service}}}\nbalancer: ${balancer}\n`;
    const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(file));
    if (!loaded.ok) throw new Error(brief(loaded.diagnostics).join('\n'));
    const files = { read: async () => latin, walk: async () => [] };
    return readAssets(loaded.spec, loaded.at, '/project', {
      env,
      files,
      certificate: certificateFacts,
      now: () => new Date(),
    });
  };
  const found = async (reading: Promise<unknown>) => {
    const error = await reading.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof RelevoError ? brief(error.failure.diagnostics ?? []) : [];
  };

  test('is refused in templates and error pages, with line and column', async () => {
    const hint = 'save the file as UTF-8 (it may be Latin-1), or check that it is the right file';
    const template = 'files: [{source: a.html, target: /a, template: true}]';
    expect(await found(read(template))).toEqual([`2:3 this is not UTF-8 (${hint})`]);
    expect(await found(read('place: m1', '{errors: {503: e.html}}'))).toEqual([`2:3 this is not UTF-8 (${hint})`]);
  });

  test('is refused in secrets', async () => {
    expect(await found(read('secrets: {A: {file: a}}'))).toEqual([
      '4:48 services.web.secrets.A.file: this is not UTF-8 (line 2, column 3); a binary secret can be given as base64 (looked for /project/a)',
    ]);
    expect((await found(read('secrets: {A: {env: A}}', '{}', { A: 'a\ufffd' })))[0]).toContain('is not UTF-8');
  });

  test('is carried as it is where nobody reads it', async () => {
    const { files } = await read('files: [{source: photo.jpg, target: /a}]');
    expect(files['photo.jpg']).toEqual({ bytes: latin });
  });

  test('an unknown time zone is refused', async () => {
    expect((await found(read('timezone: Europe/Madird')))[0]).toContain('`Europe/Madird` is no time zone');
  });
});
