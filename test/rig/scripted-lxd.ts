import { mkdtempSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** What LXD wraps every answer in. */
export const sync =
  (metadata: unknown): Answer =>
  (response) =>
    void response.end(JSON.stringify({ type: 'sync', error: '', error_code: 0, metadata }));

export const failure =
  (code: number, error: string): Answer =>
  (response) =>
    void response.end(JSON.stringify({ type: 'error', error, error_code: code, metadata: null }));

export const operation = (id: string, status_code: number, more: object = {}) => ({
  ...{ id, status_code, class: 'task', description: 'Creating instance', err: '', metadata: null },
  resources: { instances: ['/1.0/instances/web-1?project=shop'] },
  ...more,
});

export const background =
  (id: string, more?: object): Answer =>
  (response) =>
    void response.end(JSON.stringify({ type: 'async', error: '', error_code: 0, metadata: operation(id, 103, more) }));

export const silence: Answer = () => {};

/** A server that speaks as much of LXD's API as a test tells it, so that it can fail in ways that a real one does not on demand. */
export class ScriptedLxd {
  readonly directory = mkdtempSync(join(tmpdir(), 'relevo-lxd-'));
  readonly socket = join(this.directory, 'unix.socket');
  /** `GET /1.0/instances/web-1` → what it answers; all else is 404. */
  readonly answers: Record<string, Answer> = {};
  readonly asked: string[] = [];
  /** A connection is made, and nothing said over it yet. */
  onConnection = () => {};
  /** Paths of web sockets that are refused; else they stay open and silent. */
  refused: RegExp = /^$/;
  /** What happens on one that is opened, by a part of its path. */
  readonly opens: Record<string, (socket: WebSocket) => void> = {};
  private readonly server: http.Server;
  private readonly connections = new Set<Socket>();
  private readonly sockets = new WebSocketServer({ noServer: true });

  constructor(tls?: { key: string; cert: string }) {
    const listener = (request: IncomingMessage, response: ServerResponse) => this.answer(request, response);
    this.server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
    this.server.on('connection', (connection) => {
      this.connections.add(connection);
      this.onConnection();
    });
    this.server.on('upgrade', (request, connection, head) => {
      if (this.refused.test(request.url ?? '')) return void connection.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      this.sockets.handleUpgrade(request, connection, head, (socket) => {
        for (const [part, open] of Object.entries(this.opens)) if (request.url?.includes(part)) open(socket);
      });
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const name = `${request.method} ${request.url?.split('?')[0]}`;
    this.asked.push(name);
    request.resume();
    (this.answers[name] ?? failure(404, 'not found'))(response, request);
  }

  /** Resolves to its URL. */
  async overTls(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async overSocket(): Promise<{ socket: string }> {
    await new Promise<void>((resolve) => this.server.listen(this.socket, resolve));
    return { socket: this.socket };
  }

  [Symbol.dispose](): void {
    this.server.close();
    for (const connection of this.connections) connection.destroy();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
