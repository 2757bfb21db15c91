import { describe, expect, test } from 'vitest';
import { readAssets } from '../../src/apply/assets.ts';
import { RelevoError } from '../../src/domain/failure.ts';
import { brief, head, load } from '../spec/helpers.ts';

const spec = (balancer: string) => load(`${head}services: {web: {port: 80}}\nbalancer: ${balancer}\n`);

function readFrom(files: Readonly<Record<string, string>>, balancer: string) {
  const text = (path: string) => files[path.replace('/project/', '')];
  const system = {
    env: {},
    files: {
      read: async (path: string) => (text(path) === undefined ? undefined : new TextEncoder().encode(text(path))),
      readText: async (path: string) => text(path),
    },
  };
  return readAssets(spec(balancer), 'relevo.yaml', '/project', system);
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

describe('what the balancer names', () => {
  test('error pages are files, the certificate and its key are secrets', async () => {
    const files = { 'site.pem': certificate, 'site.key': key, '503.html': '<p>soon' };
    const assets = await readFrom(files, '{errors: {503: 503.html}, tls: {certificate: site.pem, key: site.key}}');
    expect(Object.keys(assets.files)).toEqual(['503.html']);
    expect(assets.secrets).toEqual({ 'balancer/tls.certificate': certificate, 'balancer/tls.key': key });
  });

  test('all that is missing or wrong is told at once', async () => {
    const files = { 'site.pem': key, 'long.html': 'x'.repeat(15_001) };
    const balancer = '{errors: {502: none.html, 503: long.html}, tls: {certificate: site.pem, key: site.key}}';
    expect(await complaintsAbout(files, balancer)).toEqual([
      '- balancer.errors.502: none.html: there is no such file (looked in /project)',
      '- balancer.errors.503: long.html has 15001 bytes (at most 15000 fit)',
      '- balancer.tls.certificate: site.pem holds no certificate in PEM format (a PEM file begins with `-----BEGIN`)',
      '- balancer.tls.key: site.key: there is no such file (looked in /project)',
    ]);
  });
});
