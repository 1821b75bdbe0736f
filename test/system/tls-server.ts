import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';

export interface Upload {
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

/** A real TLS server on loopback that takes what is sent to it, with a certificate of its own. */
export interface TlsServer {
  readonly port: number;
  readonly certificate: string;
  readonly uploads: readonly Upload[];
  close(): void;
}

/** `holdMs` is how long an upload stays open after its last byte, so that its connection can be seen. */
export async function startTlsServer(
  folder: string,
  name: string,
  holdMs: number,
): Promise<TlsServer> {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  const uploads: Upload[] = [];
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        uploads.push({
          path: request.url ?? '',
          authorization: request.headers.authorization ?? '',
          body,
        });
        setTimeout(() => response.writeHead(201).end(), holdMs);
      });
    },
  );
  return { port: await listen(server), certificate, uploads, close: () => server.close() };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}
