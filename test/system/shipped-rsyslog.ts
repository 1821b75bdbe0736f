import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectorText } from '../pkg/collector/collector-files.ts';
import { newAuthority } from '../support/certificates.ts';
import { freePort, isListening } from './ports.ts';
import { until } from './until.ts';

const PROGRAM = '/usr/sbin/rsyslogd';
const HANDOVERS = ['elastic', 'kafka'] as const;
export type Handover = (typeof HANDOVERS)[number];

/** What the shipped configuration loads, each from a Debian package of its own. */
export function isShippedRsyslogHere(): boolean {
  const modules = ['lmnsd_gtls.so', 'omelasticsearch.so', 'omkafka.so'];
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  return (
    existsSync(PROGRAM) &&
    modules.every((name) =>
      folders.some((folder) => existsSync(join('/usr/lib', folder, 'rsyslog', name))),
    )
  );
}

/**
 * rsyslogd with the configuration of pkg/collector/rsyslog. Changed in it are paths, the port and, by `changes`, where events
 * go on.
 */
export class ShippedRsyslog {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /** Writes configuration and certificates to an empty folder. */
  static async prepare(
    folder: string,
    handovers: readonly Handover[] = [],
    changes: (text: string) => string = (text) => text,
  ): Promise<ShippedRsyslog> {
    const server = new ShippedRsyslog(folder, await freePort());
    for (const name of ['etc/tls', 'etc/secrets', 'etc/rsyslog', 'spool', 'log', 'clients'])
      mkdirSync(join(folder, name), { recursive: true });
    server.#write('etc/rsyslog/rsyslog.conf', enabled(handovers));
    for (const name of HANDOVERS)
      server.#write(
        `etc/rsyslog/to-${name}.conf`,
        changes(collectorText(`rsyslog/to-${name}.conf`)),
      );
    server.#write('etc/secrets/elastic_password', 'elastic-password-1');
    server.#writeCertificates();
    return server;
  }

  async start(): Promise<void> {
    this.#process = spawn(PROGRAM, ['-n', '-i', 'NONE', '-f', this.#configuration], {
      stdio: 'ignore',
    });
    await until('rsyslogd to listen', () => isListening(this.port));
  }

  /** Ends as a service does, with time to write what is queued. */
  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null) return;
    running.kill('SIGTERM');
    await once(running, 'exit');
  }

  /** What `rsyslogd -N1` says of the configuration; the last line tells whether it is in order. */
  check(): { readonly status: number | null; readonly output: string } {
    const { status, stderr } = spawnSync(
      PROGRAM,
      ['-N1', '-i', 'NONE', '-f', this.#configuration],
      {
        encoding: 'utf8',
      },
    );
    return { status, output: stderr };
  }

  /** Group `tls` of a destination, for one of the clients that have a certificate. */
  client(name: 'mac' | 'stranger' | 'rogue'): object {
    return {
      caFile: join(this.#folder, 'etc/tls/ca.pem'),
      certFile: join(this.#folder, `clients/${name}.pem`),
      keyFile: join(this.#folder, `clients/${name}.key`),
    };
  }

  /** Text of a file below the log folder; empty when it is not there. */
  log(name: string): string {
    const file = join(this.#folder, 'log', name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  events(): readonly string[] {
    return this.log('events.jsonl').split('\n').slice(0, -1);
  }

  get #configuration(): string {
    return join(this.#folder, 'etc/rsyslog/rsyslog.conf');
  }

  #write(name: string, text: string): void {
    const moved = text
      .replaceAll('/etc/spillwatch-collector', join(this.#folder, 'etc'))
      .replaceAll('/var/spool/spillwatch-collector', join(this.#folder, 'spool'))
      .replaceAll('/var/log/spillwatch', join(this.#folder, 'log'))
      .replace('port="6514"', `port="${this.port}" address="127.0.0.1"`);
    writeFileSync(join(this.#folder, name), moved, { mode: 0o600 });
  }

  #writeCertificates(): void {
    const authority = newAuthority('CA of the Macs');
    const mac = { name: 'mac-17.macs.example.net', for: 'client' } as const;
    const identities = {
      'etc/tls/server': authority.issue({ name: 'localhost' }),
      'etc/tls/kafka-client': authority.issue({ name: 'collector', for: 'client' }),
      'clients/mac': authority.issue(mac),
      'clients/stranger': authority.issue({ name: 'printer.example.net', for: 'client' }),
      'clients/rogue': newAuthority('Another CA').issue(mac),
    };
    for (const name of ['ca', 'elastic-ca', 'kafka-ca'])
      this.#write(`etc/tls/${name}.pem`, authority.certificate);
    for (const [name, { certificate, key }] of Object.entries(identities)) {
      this.#write(`${name}.pem`, certificate);
      this.#write(`${name}.key`, key);
    }
  }
}

/** The shipped configuration with hand-overs taken out of their comments, as its page says. */
function enabled(handovers: readonly Handover[]): string {
  let text = collectorText('rsyslog/rsyslog.conf');
  for (const name of handovers) {
    const ruleset = `spillwatch${name.replace(/^./, (letter) => letter.toUpperCase())}`;
    text = text
      .replace(new RegExp(`^#(include\\(.*to-${name}\\.conf"\\))`, 'm'), '$1')
      .replace(`#call ${ruleset}`, `call ${ruleset}`);
  }
  return text;
}
