import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IS_ROOT } from './account.ts';
import { freePort, isListening } from './ports.ts';
import { until } from './until.ts';

const PROGRAM = '/usr/sbin/nginx';

export function isNginxHere(): boolean {
  return existsSync(PROGRAM);
}

/** A real nginx with TLS on loopback that wants client certificates. */
export class Nginx {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.#process = spawn(PROGRAM, ['-e', join(folder, 'log'), '-c', join(folder, 'nginx.conf')], {
      stdio: 'ignore',
    });
  }

  /**
   * Resolves when it listens. `folder` holds `ca.pem`, `server.pem` and `server.key`; `locations` are the blocks of its
   * configuration below the server.
   */
  static async start(folder: string, locations: string): Promise<Nginx> {
    const port = await freePort();
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, locations));
    const nginx = new Nginx(folder, port);
    await until('nginx to listen', () => isListening(port)).catch((error: unknown) => {
      throw new Error(`nginx: ${nginx.log()}`, { cause: error });
    });
    return nginx;
  }

  /** What it says of itself. */
  log(): string {
    const file = join(this.#folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.kill('SIGTERM');
    await once(this.#process, 'exit');
  }
}

function configuration(folder: string, port: number, locations: string): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
daemon off;
master_process off;
${IS_ROOT ? 'user root;' : ''}
pid ${folder}/pid;
events {}
http {
  ${scratch.join('\n  ')}
  access_log off;
  limit_req_zone $server_name zone=once:1m rate=1r/m;
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${folder}/server.pem;
    ssl_certificate_key ${folder}/server.key;
    ssl_client_certificate ${folder}/ca.pem;
    ssl_verify_client on;
    client_max_body_size 512k;
    ${locations}
  }
}
`;
}
