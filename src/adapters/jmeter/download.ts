import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { get as getHttp, Agent as HttpAgent, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getHttps, Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Environment } from './java.ts';

/** What a file shall be. */
export interface Expected {
  readonly size: number;
  readonly sha256: string;
}

/** Milliseconds of silence after which a connection is given up. */
const patience = 30_000;
const mostRedirects = 5;

/** Fetches URLs (`https:`, `http:`, `file:`) over few connections, through the proxy that the environment names. */
export class Downloads implements Disposable {
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor(env: Environment) {
    // `proxyEnv` is a newer option of Node than its types know: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as everywhere
    const options = { keepAlive: true, maxSockets: 4, proxyEnv: env };
    this.#agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  }

  /** Puts it there whole or not at all. Throws where it can't be had, or is not what it shall be. */
  async file(url: string, path: string, expected: Expected, signal: AbortSignal): Promise<void> {
    const beside = `${path}.${randomUUID()}`;
    try {
      await pipeline(await this.#open(url, signal), bounded(expected.size), createWriteStream(beside), { signal });
      const fault = faultOf(await readFile(beside), expected);
      if (fault !== undefined) throw new Error(`${url} ${fault}`);
      await rename(beside, path);
    } finally {
      await rm(beside, { force: true });
    }
  }

  async #open(url: string, signal: AbortSignal): Promise<Readable> {
    for (let hops = 0, at = new URL(url); hops <= mostRedirects; hops++) {
      if (at.protocol === 'file:') return createReadStream(fileURLToPath(at));
      const answer = await this.#get(at, signal);
      const { statusCode = 0, headers } = answer;
      if (statusCode === 200) return answer;
      answer.resume();
      if (statusCode < 300 || statusCode > 399 || headers.location === undefined)
        throw new Error(`${at} answers ${statusCode}`);
      at = new URL(headers.location, at);
      if (at.protocol === 'file:') throw new Error(`${url} redirects to a file`);
    }
    throw new Error(`${url} redirects more than ${mostRedirects} times`);
  }

  #get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const options: RequestOptions = {
        signal,
        timeout: patience,
        agent: secure ? this.#agents.https : this.#agents.http,
      };
      const request = (secure ? getHttps : getHttp)(url, options, resolve);
      request.on('timeout', () => request.destroy(new Error(`${url} was silent for ${patience / 1000} s`)));
      request.on('error', reject);
    });
  }

  [Symbol.dispose](): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

/** Passes on as many bytes as it shall have, and fails at the next one. */
function bounded(size: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let left = size;
    for await (const piece of source) {
      left -= piece.length;
      if (left < 0) throw new Error(`it is longer than ${size} bytes`);
      yield piece;
    }
  };
}

/** Undefined where it is what it shall be. */
export function faultOf(bytes: Buffer, { size, sha256 }: Expected): string | undefined {
  if (bytes.length !== size) return `has ${bytes.length} bytes instead of ${size}`;
  const sum = createHash('sha256').update(bytes).digest('hex');
  return sum === sha256 ? undefined : `has the SHA-256 ${sum} instead of ${sha256}`;
}
