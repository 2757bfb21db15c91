/**
 * What JMeter's HTTP client would have thrown: the class and the message of a Java exception, as samples show them. Thrown
 * while a request is made ready, and returned as part of an answer that did not come.
 */
export class HttpFailure extends Error {
  readonly type: string;
  /** The answer is not complete because the connection ended: the request may have been carried out. */
  readonly lost: boolean;
  /** Of a request that was never sent, where it has one. */
  url = '';

  constructor(type: string, message: string, lost = false) {
    super(message);
    this.type = type;
    this.lost = lost;
  }

  get code(): string {
    return `Non HTTP response code: ${this.type}`;
  }

  get text(): string {
    return `Non HTTP response message: ${this.message}`;
  }
}

/** JMeter's client wraps what breaks the protocol without passing on why. */
export const protocolFailure = () => new HttpFailure('org.apache.http.client.ClientProtocolException', 'null');

/** The connection ended before the first byte of an answer. */
export const noResponse = ({ host, port }: { readonly host: string; readonly port: number }) =>
  new HttpFailure('org.apache.http.NoHttpResponseException', `${host}:${port} failed to respond`, true);

export const socketClosed = () => new HttpFailure('java.net.SocketException', 'Socket closed', true);

export const readTimedOut = () => new HttpFailure('java.net.SocketTimeoutException', 'Read timed out', true);

/** Classes and messages of Java 17 for what the system says of a socket. */
const ofSystem: Readonly<Record<string, readonly [type: string, message: string]>> = {
  ECONNRESET: ['java.net.SocketException', 'Connection reset'],
  EPIPE: ['java.net.SocketException', 'Broken pipe'],
  ETIMEDOUT: ['java.net.SocketException', 'Connection timed out'],
  ECONNABORTED: ['java.net.SocketException', 'Software caused connection abort'],
};

/** A connection broke while it was used. */
export function brokenBy(error: Error): HttpFailure {
  const [type, message] = ofSystem[codeOf(error)] ?? ['java.net.SocketException', error.message];
  return isTls(error) ? tlsFailure(error, true) : new HttpFailure(type, message, true);
}

const onConnect: Readonly<Record<string, readonly [type: string, message: string]>> = {
  EHOSTUNREACH: ['java.net.NoRouteToHostException', 'No route to host'],
  ENETUNREACH: ['java.net.SocketException', 'Network is unreachable'],
  EADDRNOTAVAIL: ['java.net.BindException', 'Cannot assign requested address'],
  EADDRINUSE: ['java.net.BindException', 'Address already in use'],
  EACCES: ['java.net.BindException', 'Permission denied'],
  EMFILE: ['java.net.SocketException', 'Too many open files'],
  ENFILE: ['java.net.SocketException', 'Too many open files in system'],
};

/** A connection could not be made. `addresses` are those that the host has, all of which were tried. */
export function notConnected(error: Error, host: string, port: number, addresses: readonly string[]): HttpFailure {
  const code = codeOf(error);
  const tried = addresses.map((each) => `${each === host ? '' : host}/${each}`).join(', ');
  const where = `Connect to ${host}:${port} [${tried}] failed:`;
  if (code === 'ECONNREFUSED') {
    return new HttpFailure('org.apache.http.conn.HttpHostConnectException', `${where} Connection refused`);
  }
  if (code === 'ETIMEDOUT') {
    return new HttpFailure('org.apache.http.conn.ConnectTimeoutException', `${where} Connect timed out`);
  }
  const known = onConnect[code];
  if (known !== undefined) return new HttpFailure(...known);
  if (code === 'ECONNRESET') return handshakeFailure('Remote host terminated the handshake');
  return isTls(error) ? tlsFailure(error, false) : new HttpFailure('java.net.SocketException', error.message);
}

export function unknownHost(error: Error, host: string): HttpFailure {
  const why = codeOf(error) === 'EAI_AGAIN' ? 'Temporary failure in name resolution' : 'Name or service not known';
  return new HttpFailure('java.net.UnknownHostException', `${host}: ${why}`);
}

const handshakeFailure = (message: string) => new HttpFailure('javax.net.ssl.SSLHandshakeException', message);

const codeOf = (error: Error) => (error as NodeJS.ErrnoException).code ?? '';

const isTls = (error: Error) => /^(ERR_SSL|ERR_TLS|EPROTO)/.test(codeOf(error));

function tlsFailure(error: Error, lost: boolean): HttpFailure {
  if (/wrong version number|packet length too long|http request/i.test(error.message)) {
    return new HttpFailure('javax.net.ssl.SSLException', 'Unsupported or unrecognized SSL message', lost);
  }
  const alert = /alert ([a-z ]+)/i.exec(error.message)?.[1]?.trim().replaceAll(' ', '_');
  if (lost) return new HttpFailure('javax.net.ssl.SSLException', alert ?? error.message, true);
  return handshakeFailure(alert === undefined ? error.message : `Received fatal alert: ${alert}`);
}
