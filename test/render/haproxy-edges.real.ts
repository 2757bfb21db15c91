import { Agent } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as requestTls } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { TlsSpec } from '../../src/domain/spec.ts';
import { tlsAsset } from '../../src/render/haproxy-files.ts';
import { startBackend } from '../rig/backend.ts';
import { selfSigned } from '../rig/certificate.ts';
import { startHaproxy } from '../rig/haproxy.ts';
import { type HaproxyVersion, haproxyVersions } from '../rig/haproxy-versions.ts';
import { ask } from '../rig/prober.ts';
import { type Given, setupOf } from './samples.ts';

const tls: TlsSpec = { certificates: 'self-signed', publish: 8443, redirect: true, hsts: true };
const site = selfSigned();

async function lab(stack: AsyncDisposableStack, version: HaproxyVersion, given: Given) {
  const backend = stack.use(await startBackend('web-1'));
  const { text, files } = setupOf({ servers: [{ name: backend.name, address: backend.address }], ...given });
  const haproxy = stack.use(await startHaproxy(version, { text, files: [site, ...files] }));
  await haproxy.until(async () => Object.values(await haproxy.column('status')).every((state) => state === 'UP'));
  return { haproxy, backend };
}

const basic = (words: string) => ({ authorization: `Basic ${Buffer.from(words).toString('base64')}` });

describe.each(haproxyVersions)('HAProxy %s', (version) => {
  test('HTTPS with HTTP/2 and HSTS, and HTTP leads there, whatever the method', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backend } = await lab(stack, version, { balancer: { tls } });
    const headers = { host: 'www.example.org:8080' };
    for (const method of ['GET', 'POST']) {
      const answer = await ask({ port: haproxy.port, path: '/a?b=c', method, headers });
      expect([answer.status, answer.headers['location']]).toEqual([308, 'https://www.example.org:8443/a?b=c']);
    }
    const http2 = await overHttp2(haproxy.tlsPort);
    expect(http2).toMatchObject({
      ':status': 200,
      'strict-transport-security': 'max-age=63072000',
      'x-server': 'web-1',
    });
    expect(backend.lastHeaders['x-forwarded-proto']).toBe('https');
    const http1 = await overHttps(haproxy.tlsPort, { proxy: 'evil' });
    expect(http1).toBe(200);
    expect(backend.lastHeaders['proxy']).toBeUndefined();
    expect(backend.lastHeaders['x-forwarded-for']).toBe('127.0.0.1');
  });

  test('whoever asks is told as who he is, by IPv4 and by IPv6', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backend } = await lab(stack, version, { balancer: { vip6: '2001:db8::10' } });
    for (const host of ['127.0.0.1', '::1']) {
      expect((await ask({ host, port: haproxy.port })).status).toBe(200);
      expect(backend.lastHeaders['x-forwarded-for']).toBe(host);
    }
  });

  test('each host name gets the certificate that covers it, all others the first one', async () => {
    await using stack = new AsyncDisposableStack();
    const names = ['a.example.org', '*.b.example.org'];
    const certificates = names.map((name) => ({ certificate: name, key: name }));
    const pems = names.map((name) => new Secret(String(selfSigned([name]).content)));
    const secrets = Object.fromEntries(pems.flatMap((pem, index) => [[tlsAsset(index, 'certificate'), pem] as const]));
    const given: Given = { balancer: { tls: { ...tls, certificates } }, assets: { secrets } };
    const { haproxy } = await lab(stack, version, given);
    const shown = (servername: string) => certificateOf(haproxy.tlsPort, servername);
    expect(await shown('a.example.org')).toBe('DNS:a.example.org');
    expect(await shown('x.b.example.org')).toBe('DNS:*.b.example.org');
    expect(await shown('elsewhere.example.org')).toBe('DNS:a.example.org');
  });

  test('only a trusted proxy may say who asks and how', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backend } = await lab(stack, version, {
      balancer: { tls, trustedProxies: ['127.0.0.9', '192.0.2.0/24'] },
    });
    const told = {
      'x-forwarded-for': '203.0.113.66, 198.51.100.7, 192.0.2.44',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example.org',
      'x-real-ip': '203.0.113.66',
      forwarded: 'for=203.0.113.66',
    };
    const { port } = haproxy;
    expect((await ask({ port, headers: told })).status).toBe(308); // whom nobody trusts did not come by HTTPS
    const proxy = new Agent({ keepAlive: true, maxSockets: 1 });
    const through = (headers: Record<string, string>) =>
      ask({ port, headers: { host: 'www.example.org', ...headers }, localAddress: '127.0.0.9', agent: proxy });
    const { status, headers } = await through(told);
    expect([status, headers['strict-transport-security']]).toEqual([200, 'max-age=63072000']);
    expect(backend.lastHeaders).toMatchObject({
      'x-forwarded-for': '198.51.100.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example.org',
    });
    // the next client on the same connection of the proxy is another one
    await through({ 'x-forwarded-for': '198.51.100.8', 'x-forwarded-proto': 'https' });
    expect(backend.lastHeaders['x-forwarded-for']).toBe('198.51.100.8');
    expect((await through({ 'x-forwarded-proto': 'http' })).headers['location']).toBe('https://www.example.org/');
    proxy.destroy();
    expect(haproxy.log.join('')).toContain('198.51.100.7:');
  });

  test('what clients say of themselves is dropped', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backend } = await lab(stack, version, {});
    const lies = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      'x-real-ip': '1.2.3.4',
    };
    await ask({ port: haproxy.port, headers: { ...lies, forwarded: 'for=1.2.3.4' } });
    const { 'x-forwarded-for': address, 'x-forwarded-proto': protocol, ...others } = backend.lastHeaders;
    expect([address, protocol]).toEqual(['127.0.0.1', 'http']);
    expect(Object.keys(others).filter((name) => /forwarded|real-ip/.test(name))).toEqual([]);
  });

  test('TLS below 1.2 is refused', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy } = await lab(stack, version, { balancer: { tls } });
    expect(await protocol(haproxy.tlsPort, 'TLSv1.3')).toBe('TLSv1.3');
    expect(await protocol(haproxy.tlsPort, 'TLSv1.2')).toBe('TLSv1.2');
    expect(await protocol(haproxy.tlsPort, 'TLSv1.1')).toMatch(/^ERR_SSL|ECONNRESET|EPROTO/);
  });

  test('without redirect both answer', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backend } = await lab(stack, version, {
      balancer: { tls: { ...tls, redirect: false, hsts: false } },
    });
    const answer = await ask({ port: haproxy.port });
    expect([answer.status, backend.lastHeaders['x-forwarded-proto']]).toEqual([200, 'http']);
    expect(await overHttp2(haproxy.tlsPort)).not.toHaveProperty('strict-transport-security');
  });

  test('when nobody is left the balancer itself answers, with a page that asks again', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backend } = await lab(stack, version, {});
    await backend.stop();
    const { status, headers, body } = await ask({ port: haproxy.port });
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'retry-after': '5',
    });
    expect(body).toContain('<h1>Be right back</h1>');
  });

  test('a request that no service wants gets the page too, and own pages replace ours', async () => {
    await using stack = new AsyncDisposableStack();
    const own = new TextEncoder().encode('<h1>Ahora volvemos, señora</h1>');
    const { haproxy } = await lab(stack, version, {
      balancer: { errors: { '503': 'own.html' } },
      service: { routes: [{ path: '/shop', header: {} }] },
      assets: { files: { 'own.html': { bytes: own } } },
    });
    const { status, body } = await ask({ port: haproxy.port });
    expect([status, body]).toEqual([503, '<h1>Ahora volvemos, señora</h1>']);
  });

  test('a page that came as a whole response is shown without its head', async () => {
    await using stack = new AsyncDisposableStack();
    const bytes = new TextEncoder().encode('HTTP/1.0 503 Closed\r\nContent-Type: text/plain\r\n\r\n<h1>Closed</h1>');
    const { haproxy } = await lab(stack, version, {
      balancer: { errors: { '503': '503.http' } },
      service: { routes: [{ path: '/shop', header: {} }] },
      assets: { files: { '503.http': { bytes } } },
    });
    const { status, headers, body } = await ask({ port: haproxy.port });
    expect([status, headers['content-type'], body]).toEqual([503, 'text/html; charset=utf-8', '<h1>Closed</h1>']);
  });

  test('an error of the service itself is not covered up', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy, backend } = await lab(stack, version, {});
    backend.status = 503;
    const { status, body } = await ask({ port: haproxy.port });
    expect([status, body]).toEqual([503, 'web-1\n']);
  });

  test('statistics and metrics want the password, and change nothing', async () => {
    await using stack = new AsyncDisposableStack();
    const { haproxy } = await lab(stack, version, { balancer: { stats: 8404 } });
    const port = haproxy.statsPort;
    for (const path of ['/', '/metrics', '/;csv'])
      for (const headers of [{}, basic('relevo:wrong'), basic('admin:admin')])
        expect((await ask({ port, path, headers })).status).toBe(401);
    const headers = basic('relevo:open sesame');
    const page = await ask({ port, headers });
    expect([page.status, page.body.includes('web-1')]).toEqual([200, true]);
    expect(page.body).not.toMatch(/method="post"/i);
    const metrics = await ask({ port, path: '/metrics', headers });
    expect(metrics.body).toMatch(/haproxy_server_status\{.*server="web-1".*\} 1/);
    const change = await ask({ port, method: 'POST', headers });
    expect(change.headers['location']).toBe('/;st=DENY');
    expect((await haproxy.column('status'))['web-1']).toBe('UP');
  });
});

function overHttp2(port: number): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`https://localhost:${port}`, { ca: String(site.content) });
    session.on('error', reject);
    const stream = session.request({ ':path': '/' });
    stream.on('response', (headers) => {
      stream.resume();
      stream.on('end', () => session.close(() => resolve(headers)));
    });
    stream.end();
  });
}

function overHttps(port: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: 'localhost', port, headers, ca: String(site.content), agent: false };
    const call = requestTls(options, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    call.on('error', reject);
    call.end();
  });
}

/** The protocol agreed on, or the error's code. */
function protocol(port: number, version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> {
  return new Promise((resolve) => {
    const ca = String(site.content);
    // Level 0: so that it is HAProxy that refuses TLS 1.1, not our own OpenSSL.
    const ciphers = version === 'TLSv1.1' ? 'DEFAULT@SECLEVEL=0' : undefined;
    const limits = { minVersion: version, maxVersion: version, ...(ciphers !== undefined && { ciphers }) };
    const socket = connectTls({ host: 'localhost', port, ca, ...limits }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

/** The names in the certificate that a visitor of this host is shown. */
function certificateOf(port: number, servername: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subjectaltname);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
