import type { CloudPlace } from '../cloud-map.ts';
import { type EventOf, type Facts, type Moment, type Movement, step } from '../facts.ts';
import type { TrackedFile } from '../lineage.ts';
import { miss } from '../misses.ts';
import type { ProcessNode } from '../process-tree.ts';
import { exportsOf } from '../tied.ts';
import { connectionOf } from './flow-only.ts';

/**
 * The browser a process is or works for: by itself, its responsible process, or a process above it. One that macOS starts
 * for any app works for its responsible process and for nobody else.
 */
export function browserOf(facts: Facts, node: ProcessNode): string | null {
  const app = facts.tree.responsibleOf(node.process);
  const worker = app && facts.kinds.isShared(node.process) ? app : node;
  const responsible = facts.tree.responsibleOf(worker.process);
  const candidates = [worker, ...(responsible ? [responsible] : []), ...facts.tree.lineOf(worker)];
  for (const candidate of candidates) {
    const browser = facts.kinds.browser(candidate.process);
    if (browser) return browser.name;
  }
  return null;
}

/** Remembers that a browser opened a chain's file. */
export function rememberBrowserOpen(
  facts: Facts,
  node: ProcessNode,
  file: TrackedFile,
  at: Moment,
): void {
  const browser = browserOf(facts, node);
  if (browser === null) return;
  for (const tie of file.ties) {
    facts.browserOpens.add({
      browser,
      userId: node.userId,
      chainId: tie.chainId,
      link: tie.link,
      path: file.path,
      places: tie.trail,
      clockUs: at.clockUs,
    });
  }
}

/** A browser reached a cloud service soon after it opened a chain's file. Both observed, that the one is the other inferred. */
export function openedByBrowser(
  facts: Facts,
  node: ProcessNode,
  flow: EventOf<'network.flow'>,
  peer: CloudPlace & { readonly name: string | null },
  at: Moment,
): readonly Movement[] {
  const browser = browserOf(facts, node);
  if (browser === null) return [];
  const { browserUs } = facts.windows;
  const { within, tooLate } = facts.browserOpens.take(browser, node.userId, at.clockUs, browserUs);
  for (const open of tooLate) {
    const chain = facts.chains.get(open.chainId);
    const beyondUs = facts.time.between(open.clockUs, at.clockUs) - browserUs;
    if (chain)
      miss(chain, 'outside-browser-window', at.timeUs, open.path, { beyondUs, limitUs: browserUs });
  }
  return within.flatMap((open): Movement[] => {
    const file = facts.lineage.find(open.path, at.clockUs);
    const own = file && exportsOf(facts, file).find(({ chain }) => chain.id === open.chainId);
    const chain = own?.chain ?? facts.chains.get(open.chainId);
    if (!chain) return [];
    const evidence = 'opened-by-browser';
    const { service, destination } = peer;
    return [
      {
        chain,
        stage: 'upload',
        link: open.link,
        evidence,
        service,
        destination,
        step: step(at, 'connected', node, {
          path: open.path,
          connection: connectionOf(flow, peer.name),
          link: open.link,
          evidence,
          service,
          destination,
        }),
        places: open.places,
      },
    ];
  });
}
