import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { RelevoError } from '../../../src/domain/failure.ts';
import type { Config, Sampler, Scope } from '../../../src/load/engine/support.ts';
import type { Run, User } from '../../../src/load/engine/user.ts';
import { httpElements } from '../../../src/load/http/catalogue.ts';
import type { WireRequest } from '../../../src/load/http/connection.ts';
import { Connections, type Route } from '../../../src/load/http/connections.ts';
import { systemResolver } from '../../../src/load/http/resolve.ts';
import { type Bean, type Element, type Property, textOf } from '../../../src/load/jmx/element.ts';
import type { Sample } from '../../../src/load/sample.ts';
import type { Text } from '../../../src/load/text/template.ts';

export const clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

/** A server that answers whole requests as it is told; it is closed with all its connections. */
export class RawServer implements AsyncDisposable {
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  /** Whole requests, in order: head and body. */
  readonly requests: string[] = [];
  /** Connections that were opened. */
  connections = 0;

  private constructor(server: Server) {
    this.server = server;
  }

  static async listen(answer: (socket: Socket, request: string, number: number) => void): Promise<RawServer> {
    const server = createServer({ noDelay: true });
    const raw = new RawServer(server);
    server.on('connection', (socket) => {
      raw.connections++;
      raw.sockets.add(socket);
      socket.on('close', () => raw.sockets.delete(socket));
      socket.on('error', () => undefined);
      let had = '';
      socket.on('data', (data) => {
        had += data.toString('latin1');
        for (let end = endOf(had); end > 0; end = endOf(had)) {
          const request = had.slice(0, end);
          had = had.slice(end);
          raw.requests.push(request);
          answer(socket, request, raw.requests.length);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return raw;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.sockets) each.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Where the first request ends; -1 where it is not complete. */
function endOf(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return -1;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length >= end ? end : -1;
}

export function routeTo(port: number, host = '127.0.0.1'): Route {
  return {
    peer: { host, port, secure: false },
    key: `http://${host}:${port}`,
    connectTimeout: 5000,
    localAddress: undefined,
    resolver: systemResolver,
  };
}

export function wire(changes: Partial<WireRequest> = {}): WireRequest {
  const head = 'GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: test\r\n\r\n';
  return {
    head,
    body: undefined,
    wanted: { toHead: false, head: true, body: true },
    keepAlive: true,
    timeout: 5000,
    ...changes,
  };
}

/** Connections of one user, and what ends them. */
export function newConnections() {
  const abort = new AbortController();
  return { connections: new Connections(clock, abort.signal), abort };
}

/** Texts with `${name}` of the user's variables. */
export function template(text: string): Text {
  if (!text.includes('${')) return { constant: text, of: () => text };
  return { of: ({ variables }) => text.replace(/\$\{(\w+)\}/g, (all, name) => variables.get(name) ?? all) };
}

export type Given = string | boolean | number | Bean | readonly (Bean | string | { name: string; value: Bean })[];

export const bean = (kind: string, properties: Readonly<Record<string, Given>>): Bean => ({
  kind,
  properties: propertiesOf(properties),
});

function propertiesOf(given: Readonly<Record<string, Given>>): Map<string, Property> {
  return new Map(Object.entries(given).map(([name, value]) => [name, propertyOf(value)]));
}

function propertyOf(value: Given): Property {
  if (typeof value === 'object' && 'kind' in value) return value;
  if (typeof value !== 'object') return String(value);
  return value.map((each) => (typeof each === 'object' && 'value' in each ? each : { name: '', value: each }));
}

export function element(kind: string, given: Readonly<Record<string, Given>>, name = kind): Element {
  const form = kind === 'ConfigTestElement' ? 'HttpDefaultsGui' : '';
  return { kind, form, name, enabled: true, properties: propertiesOf(given), children: [], path: name, line: 0 };
}

/** `name=value`, or how the parameter is written otherwise. */
export const argument = (name: string, value: string, more: Readonly<Record<string, Given>> = {}) =>
  bean('HTTPArgument', {
    'Argument.name': name,
    'Argument.value': value,
    'Argument.metadata': '=',
    'HTTPArgument.always_encode': true,
    'HTTPArgument.use_equals': true,
    ...more,
  });

export const arguments_ = (...all: Bean[]) => bean('Arguments', { 'Arguments.arguments': all });

export const headerManager = (headers: Readonly<Record<string, string>>) =>
  element('HeaderManager', {
    'HeaderManager.headers': Object.entries(headers).map(([name, value]) =>
      bean('Header', { 'Header.name': name, 'Header.value': value }),
    ),
  });

export interface UserOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly newEachIteration?: boolean;
}

/** A user, and what its run notes. */
export class TestUser implements User, Disposable {
  readonly number = 0;
  readonly name = 'Users 1-1';
  readonly group = 'Users';
  readonly variables = new Map<string, string>();
  readonly active = { group: () => 1, all: () => 2 };
  readonly abort = new AbortController();
  readonly newEachIteration: boolean;
  readonly run: Run;
  previous: Sample | undefined = undefined;
  iteration = 1;
  readonly #slots = new Map<object, unknown>();

  constructor({ files = {}, newEachIteration = false }: UserOptions = {}) {
    this.newEachIteration = newEachIteration;
    const read = (path: string) => {
      const text = files[path];
      if (text === undefined) throw new RelevoError({ code: 'not-found', message: `There is no file ${path}` });
      return Buffer.from(text);
    };
    this.run = {
      clock,
      random: () => 0.5,
      properties: new Map(),
      files: { read, resolve: (path) => path },
      shared: { next: () => 0, update: () => 0 },
      share: { index: 0, of: 1 },
      note: () => undefined,
    };
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  slot<T>(owner: object, make: () => T): T {
    if (!this.#slots.has(owner)) this.#slots.set(owner, make());
    return this.#slots.get(owner) as T;
  }

  [Symbol.dispose](): void {
    for (const each of this.#slots.values()) (each as Partial<Disposable>)[Symbol.dispose]?.();
  }
}

export interface Around {
  /** Innermost first. */
  readonly configs?: readonly Element[];
  readonly target?: URL;
  readonly askServer?: boolean;
}

/** Each element once, for all samplers. */
const compiled = new WeakMap<Element, Config>();

/** A sampler as the engine would compile it. */
export function compile(sampler: Element, { configs = [], target, askServer = false }: Around = {}): Sampler {
  const scope: Scope = {
    text: (of, property, otherwise = '') => template(textOf(of, property, otherwise)),
    template,
    configs,
    config: (each) => {
      const support = httpElements[each.form || each.kind];
      if (support?.role !== 'config') throw new Error(`${each.kind} is no config element`);
      const config = compiled.get(each) ?? support.compile(each, scope);
      compiled.set(each, config);
      return config;
    },
    ...(target === undefined ? {} : { target }),
    askServer,
  };
  const support = httpElements[sampler.kind];
  if (support?.role !== 'sampler') throw new Error(`${sampler.kind} is no sampler`);
  return support.compile(sampler, scope);
}

/** A request to a server of the tests, with the properties that JMeter's form writes. */
export function request(port: number, given: Readonly<Record<string, Given>> = {}): Element {
  const usual = {
    'HTTPSampler.domain': '127.0.0.1',
    'HTTPSampler.port': port,
    'HTTPSampler.path': '/',
    'HTTPSampler.method': 'GET',
    'HTTPSampler.follow_redirects': true,
    'HTTPSampler.use_keepalive': true,
  };
  return element('HTTPSamplerProxy', { ...usual, ...given }, 'Home');
}

/** What one sample of one user brings; there is one. */
export async function sampleOf(sampler: Sampler, user: User): Promise<Sample> {
  const sample = await sampler.sample(user);
  if (sample === undefined) throw new Error('There is no sample');
  return sample;
}

/** An answer with a length. */
export function reply(body = '', headers: Readonly<Record<string, string>> = {}, status = '200 OK'): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${fields.join('')}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Head lines of a request, and its body. */
export function partsOf(text = ''): { line: string; headers: string[]; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...headers] = text.slice(0, end).split('\r\n');
  return { line, headers, body: text.slice(end + 4) };
}
