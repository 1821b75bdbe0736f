import type { Finding } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { escapeMarked } from './escape.ts';

/** The emissions of one finding, oldest first, as a table: what was known when, and how it was judged. */
export function historyTable(history: readonly Finding[]): string {
  const rows = history.map((finding) => {
    const time = toRfc3339(finding.lastUs);
    const known = [
      finding.link ?? 'no file yet',
      ...(finding.evidence === null ? [] : [finding.evidence]),
      ...(finding.service === null ? [] : [escapeMarked(finding.service)]),
    ].join(', ');
    return `<tr><th scope="row"><time datetime="${time}">${time.slice(0, 10)} ${time.slice(11, 19)}</time></th><td>${finding.severity}, confidence ${finding.confidence}</td><td>${finding.stage}: ${known}</td></tr>`;
  });
  return [
    '<table class="history">',
    '<caption>Each emission of this finding, by the time of its last step in UTC</caption>',
    '<thead><tr><th scope="col">Last step</th><th scope="col">Judged</th><th scope="col">Known then</th></tr></thead>',
    `<tbody>${rows.join('\n')}</tbody>`,
    '</table>',
  ].join('\n');
}
