import { createServer } from 'node:net';

/** By trying: what the kernel says of a bind is the only answer that counts. */
export function portTaken(address: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(true);
      else reject(error);
    });
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

/** The certificate is not judged: it may be a lab's own, and nothing is told to who shows it. */
export async function answers(url: string): Promise<boolean> {
  // Imported here, since Node's client takes 16 MB even where nobody asks for anything.
  const { get } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2000, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.destroy();
      resolve(true);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
