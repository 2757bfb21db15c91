/** Java's exceptions for a connection that was lost when the request was on its way. */
const lost = new Set([
  'java.net.SocketException',
  'java.net.SocketTimeoutException',
  'java.io.EOFException',
  'org.apache.http.NoHttpResponseException',
  'org.apache.http.ConnectionClosedException',
  'org.apache.http.MalformedChunkCodingException',
  'org.apache.http.TruncatedChunkException',
  'org.apache.http.ProtocolException',
  'javax.net.ssl.SSLException',
]);

const prefix = 'Non HTTP response code: ';

/** The code of a failed sample says that nobody knows whether its request was carried out: a log does not tell it otherwise. */
export function isLost(code: string): boolean {
  return code.startsWith(prefix) && lost.has(code.slice(prefix.length));
}
