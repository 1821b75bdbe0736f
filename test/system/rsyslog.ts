import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, isListening } from './ports.ts';
import { until } from './until.ts';

const PROGRAM = '/usr/sbin/rsyslogd';
/** rsyslog's TLS by GnuTLS and by OpenSSL; each is a Debian package of its own. */
export const DRIVERS = ['gtls', 'ossl'] as const;
export type Driver = (typeof DRIVERS)[number];

export function isRsyslogHere(): boolean {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  return (
    existsSync(PROGRAM) &&
    DRIVERS.every((driver) =>
      folders.some((folder) => existsSync(`/usr/lib/${folder}/rsyslog/lmnsd_${driver}.so`)),
    )
  );
}

/** A message as rsyslog understood it. */
export interface StoredMessage {
  readonly facility: string;
  readonly severity: string;
  readonly time: string;
  readonly host: string;
  readonly application: string;
  readonly id: string;
  readonly structuredData: string;
  readonly body: string;
  /** `metadata.uid` as rsyslog's own JSON parser read it out of the body. */
  readonly uid: string;
}

export interface RsyslogOptions {
  /** An existing folder that holds `ca.pem`, `server.pem` and `server.key`. */
  readonly folder: string;
  readonly driver: Driver;
  /** Name in the certificate of the only client that is let in. */
  readonly client: string;
}

/** A real rsyslog for TLS with client certificates; it can be killed and started anew on the same port. */
export class Rsyslog {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /** Writes its configuration. */
  static async prepare(options: RsyslogOptions): Promise<Rsyslog> {
    const server = new Rsyslog(options.folder, await freePort());
    writeFileSync(join(options.folder, 'rsyslog.conf'), configuration(options, server.port));
    return server;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const file = join(this.#folder, 'rsyslog.conf');
    this.#process = spawn(PROGRAM, ['-n', '-i', 'NONE', '-f', file], { stdio: 'ignore' });
    await until('rsyslog to listen', () => isListening(this.port));
  }

  /** It no longer reads what the system takes for it. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** What it took and did not write is lost. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  /** What it wrote down. */
  messages(): readonly StoredMessage[] {
    const file = join(this.#folder, 'messages');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as StoredMessage);
  }
}

function configuration({ folder, driver, client }: RsyslogOptions, port: number): string {
  return `
global(
  workDirectory="${folder}"
  maxMessageSize="256k"
  defaultNetstreamDriver="${driver}"
  defaultNetstreamDriverCAFile="${folder}/ca.pem"
  defaultNetstreamDriverCertFile="${folder}/server.pem"
  defaultNetstreamDriverKeyFile="${folder}/server.key"
)
module(load="mmjsonparse")
module(
  load="imtcp"
  streamDriver.name="${driver}"
  streamDriver.mode="1"
  streamDriver.authMode="x509/name"
  permittedPeer=["${client}"]
)
input(type="imtcp" address="127.0.0.1" port="${port}" ruleset="findings")
template(name="stored" type="list" option.jsonf="on") {
  property(outname="facility" name="syslogfacility" format="jsonf")
  property(outname="severity" name="syslogseverity" format="jsonf")
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="application" name="app-name" format="jsonf")
  property(outname="id" name="msgid" format="jsonf")
  property(outname="structuredData" name="structured-data" format="jsonf")
  property(outname="body" name="msg" format="jsonf")
  property(outname="uid" name="$!metadata!uid" format="jsonf")
}
ruleset(name="findings") {
  action(type="mmjsonparse" cookie="")
  action(type="omfile" file="${folder}/messages" template="stored")
}
`;
}
