import { describe, expect, test } from 'vitest';
import { readAssets } from '../../src/apply/assets.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { loadSpec } from '../../src/spec/load.ts';
import { brief, head } from '../spec/helpers.ts';

function readFrom(files: Readonly<Record<string, string>>, balancer: string) {
  const text = (path: string) => files[path.replace('/project/', '')];
  const system = {
    env: {},
    files: {
      read: async (path: string) => (text(path) === undefined ? undefined : new TextEncoder().encode(text(path))),
      walk: async () => [],
    },
  };
  const file = `${head}services: {web: {port: 80}}\nbalancer: ${balancer}\n`;
  const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(file));
  if (!loaded.ok) throw new Error(brief(loaded.diagnostics).join('\n'));
  return readAssets(loaded.spec, loaded.at, '/project', system);
}

async function complaintsAbout(files: Readonly<Record<string, string>>, balancer: string): Promise<string[]> {
  const error = await readFrom(files, balancer).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof RelevoError ? brief(error.failure.diagnostics ?? []) : [];
}

const certificate = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
const key = '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n';

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
  test('error pages are files, the certificate and its key are secrets', async () => {
    const files = { 'site.pem': certificate, 'site.key': key, '503.html': '<p>soon' };
    const assets = await readFrom(files, '{errors: {503: 503.html}, tls: {certificate: site.pem, key: site.key}}');
    expect(Object.keys(assets.files)).toEqual(['503.html']);
    const texts = Object.entries(assets.secrets).map(([name, secret]) => [name, secret.reveal()]);
    expect(Object.fromEntries(texts)).toEqual({ 'balancer/tls.certificate': certificate, 'balancer/tls.key': key });
  });

  test('all that is missing or wrong is told at once', async () => {
    const files = { 'site.pem': key, 'long.html': 'x'.repeat(15_001) };
    const balancer = '{errors: {502: none.html, 503: long.html}, tls: {certificate: site.pem, key: site.key}}';
    expect(await complaintsAbout(files, balancer)).toEqual([
      '5:26 balancer.errors.502: there is no such file (looked for /project/none.html)',
      '5:42 balancer.errors.503: long.html has 15001 bytes (at most 15000 fit)',
      '5:73 balancer.tls.certificate: site.pem holds no certificate in PEM format (it would say `-----BEGIN CERTIFICATE-----`)',
      '5:88 balancer.tls.key: there is no such file (looked for /project/site.key)',
    ]);
  });
});

describe('text that is none', () => {
  const latin = Uint8Array.from('a\nse\u00f1ora {{instance.name}}\n', (each) => each.charCodeAt(0));
  const read = (service: string, balancer = '{}', env = {}) => {
    const file = `${head}services: {web: {port: 80, ${service}}}\nbalancer: ${balancer}\n`;
    const loaded = loadSpec('relevo.yaml', new TextEncoder().encode(file));
    if (!loaded.ok) throw new Error(brief(loaded.diagnostics).join('\n'));
    const files = { read: async () => latin, walk: async () => [] };
    return readAssets(loaded.spec, loaded.at, '/project', { env, files });
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
