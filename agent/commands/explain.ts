import { randomBytes } from 'node:crypto';
import { loadCatalogue } from '../../rules/catalogue/load.ts';
import type { Finding } from '../../rules/finding.ts';
import { type Config } from '../config.ts';
import { type Chain, stageOf } from '../context/chain.ts';
import type { Miss, Refusal } from '../context/misses.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { Privacy } from '../redaction/privacy.ts';
import { openExisting } from '../store/database.ts';
import { Store } from '../store/store.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refused } from './expected-error.ts';
import { explainMiss, explainRefusal, explainSilence, explainStop } from './explanation.ts';
import { configOf, runCaptures } from './replay.ts';
import { type Output, printable } from './terminal.ts';

export interface ExplainOptions {
  readonly captures: readonly string[];
  readonly state?: string;
  readonly config?: string;
  readonly rules?: string;
  /** User name or uid; without it every user. */
  readonly user?: string;
  readonly json?: boolean;
}

/** `spillwatch explain`: for each database session that became no finding, or stopped at a stage, which condition failed and by how much. */
export async function explain(options: ExplainOptions, output: Output): Promise<ExitCode> {
  try {
    const { config } = await configOf(options.config);
    const { chains, refusals, privacy } =
      options.captures.length > 0
        ? await fromCaptures(options)
        : fromState(options.state ?? '', config);
    const users = options.user;
    const own = chains.filter((chain) => isUser(users, chain.user, chain.userId));
    const turnedDown = refusals.filter((refusal) => isUser(users, null, refusal.userId));
    for (const chain of own) print(explainChain(chain, config, privacy), options, output);
    for (const refusal of turnedDown) print(explainRefused(refusal), options, output);
    if (own.length + turnedDown.length === 0 && !options.json)
      output.out('No run of a database tool was seen.\n');
    return EXIT.done;
  } catch (error) {
    return refused(error, output);
  }
}

interface Explained {
  readonly tool: string;
  readonly uid: number;
  readonly user: string | null;
  readonly time: string;
  readonly finding: Finding['id'] | null;
  /** `null` for a run that opened no chain. */
  readonly stage: Finding['stage'] | null;
  readonly reasons: readonly Reason[];
}

interface Reason {
  readonly reason: string;
  readonly text: string;
  readonly beyondSeconds: number | null;
  readonly limitSeconds: number | null;
  readonly count: number;
}

async function fromCaptures(options: ExplainOptions): Promise<Sessions> {
  const { engine } = await runCaptures(options, () => {});
  const { facts, privacy } = engine;
  return { chains: [...facts.chains.all()], refusals: facts.refusals.list(), privacy };
}

interface Sessions {
  readonly chains: readonly Chain[];
  readonly refusals: readonly Refusal[];
  readonly privacy: Privacy;
}

/** Secrets are hidden in the database already, with a key that is not needed to show it. */
function fromState(folder: string, config: Config): Sessions {
  const { exportExtensions } = loadCatalogue();
  const store = new Store(openExisting(folder));
  try {
    const privacy = new Privacy(randomBytes(32), exportExtensions, config.redaction);
    return { chains: store.chains(), refusals: [], privacy };
  } finally {
    store.close();
  }
}

function explainChain(chain: Chain, config: Config, privacy: Privacy): Explained {
  const silence = explainSilence(chain, config);
  const reasons = [
    ...(silence === null ? [] : [plain('silent-by-policy', silence)]),
    ...chain.misses.map((miss) => ofMiss({ ...miss, subject: privacy.text(miss.subject) })),
    ...explainStop(chain).map((text) => plain('nothing-seen', text)),
  ];
  return {
    tool: chain.tool,
    uid: chain.userId,
    user: chain.user,
    time: toRfc3339(chain.firstUs),
    finding: chain.emissions > 0 ? chain.id : null,
    stage: stageOf(chain),
    reasons: stageOf(chain) === 'upload' && chain.emissions > 0 ? [] : reasons,
  };
}

function explainRefused(refusal: Refusal): Explained {
  return {
    tool: refusal.tool,
    uid: refusal.userId,
    user: null,
    time: toRfc3339(refusal.timeUs),
    finding: null,
    stage: null,
    reasons: [plain(refusal.reason, explainRefusal(refusal))],
  };
}

const SECOND_US = 1_000_000;

function ofMiss(miss: Miss): Reason {
  return {
    reason: miss.reason,
    text: explainMiss(miss),
    beyondSeconds: miss.beyondUs === null ? null : miss.beyondUs / SECOND_US,
    limitSeconds: miss.limitUs === null ? null : miss.limitUs / SECOND_US,
    count: miss.count,
  };
}

function plain(reason: string, text: string): Reason {
  return { reason, text, beyondSeconds: null, limitSeconds: null, count: 1 };
}

function print(explained: Explained, { json }: ExplainOptions, output: Output): void {
  if (json) {
    output.out(`${JSON.stringify(explained)}\n`);
    return;
  }
  const { tool, user, uid, time, stage, finding, reasons } = explained;
  const result = finding === null ? 'no finding' : `finding ${finding}`;
  const head = `${tool} by ${user ?? 'uid'} (${uid}) at ${time}: ${stage === null ? 'no session' : `stage ${stage}`}, ${result}`;
  output.out(`${printable(head)}\n`);
  for (const { text } of reasons) output.out(`  - ${printable(text)}\n`);
}

function isUser(wanted: string | undefined, name: string | null, uid: number): boolean {
  return wanted === undefined || wanted === name || wanted === String(uid);
}
