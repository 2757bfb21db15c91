import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, RawServer, reply, request, sampleOf, TestUser } from './rig.ts';

const keys = { key: '', cert: '' };

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-tls-'));
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
  const subject = ['-nodes', '-days', '1', '-subj', '/CN=somebody.else', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', ...subject], {
    stdio: 'ignore',
  });
  Object.assign(keys, { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
  rmSync(directory, { recursive: true });
});

/** A TLS server that answers each read with the same. */
async function secureServer(answer: string, options: TlsOptions = {}) {
  const sockets: TLSSocket[] = [];
  const names: (string | false | null)[] = [];
  const server = createServer({ ...keys, ...options }, (socket) => {
    sockets.push(socket);
    names.push(socket.servername);
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(answer));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const each of sockets) each.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, sockets, names, [Symbol.asyncDispose]: close };
}

const secure = { 'HTTPSampler.protocol': 'https' };

describe('TLS', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'trusts any certificate, names the host and resumes its session: %s',
    async (version) => {
      const closing = reply('secret '.repeat(20_000), { Connection: 'close' });
      await using server = await secureServer(closing, { maxVersion: version });
      using user = new TestUser();
      const sampler = compile(request(server.port, { ...secure, 'HTTPSampler.domain': 'localhost' }));
      for (let i = 0; i < 2; i++) {
        const sample = await sampleOf(sampler, user);
        expect(sample).toMatchObject({
          success: true,
          url: `https://localhost:${server.port}/`,
          received: closing.length,
        });
        expect(sample.response?.body.length).toBe(140_000);
      }
      expect(server.names[0]).toBe('localhost');
      expect(server.sockets.map((each) => each.isSessionReused() === true)).toEqual([false, true]);
    },
  );

  it('keeps the connection', async () => {
    await using server = await secureServer(reply('ok'));
    using user = new TestUser();
    const sampler = compile(request(server.port, secure));
    for (let i = 0; i < 3; i++) expect(await sampler.sample(user)).toMatchObject({ success: true });
    expect(server.sockets).toHaveLength(1);
  });

  it('tells a server that speaks no TLS', async () => {
    await using server = await RawServer.listen(() => undefined);
    server.server.on('connection', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port, secure)), user);
    expect(sample).toMatchObject({
      success: false,
      unknown: false,
      code: 'Non HTTP response code: javax.net.ssl.SSLException',
    });
    expect(sample.message).toContain('Unsupported or unrecognized SSL message');
  });

  it('tells a handshake that the server ends', async () => {
    await using server = await RawServer.listen(() => undefined);
    server.server.on('connection', (socket) => socket.end());
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port, secure)), user);
    expect(sample.code).toBe('Non HTTP response code: javax.net.ssl.SSLHandshakeException');
    expect(sample.message).toContain('Remote host terminated the handshake');
  });

  it('tells a handshake that fails', async () => {
    await using server = await secureServer(reply('ok'), {
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
      maxVersion: 'TLSv1.2',
    });
    using user = new TestUser();
    const sample = await sampleOf(compile(request(server.port, secure)), user);
    expect(sample.code).toBe('Non HTTP response code: javax.net.ssl.SSLHandshakeException');
    expect(sample.message).toContain('Received fatal alert: handshake_failure');
  });

  it('ends a handshake that takes too long by the connect timeout', async () => {
    await using server = await RawServer.listen(() => undefined);
    using user = new TestUser();
    const given = { ...secure, 'HTTPSampler.connect_timeout': 50 };
    const sample = await sampleOf(compile(request(server.port, given)), user);
    expect(sample.code).toBe('Non HTTP response code: org.apache.http.conn.ConnectTimeoutException');
  });
});
