/** Java's exceptions for a connection that was lost when the request was on its way. */
const lost = new Set([
  'java.net.SocketException',
  'java.net.SocketTimeoutException',
  'java.io.EOFException',
  'org.apache.http.NoHttpResponseException',
  'org.apache.http.ConnectionClosedException',
  'org.apache.http.MalformedChunkCodingException',
  'org.apache.http.TruncatedChunkException',
  'javax.net.ssl.SSLException',
]);

/** They also say these, where there never was a connection. */
const never = /Network is unreachable|Too many open files|Unsupported or unrecognized SSL message/;

const prefix = 'Non HTTP response code: ';

/** Code and message of a failed sample say that nobody knows whether its request was carried out: a log has no better sign of it. */
export function isLost(code: string, message: string): boolean {
  return code.startsWith(prefix) && lost.has(code.slice(prefix.length)) && !never.test(message);
}
