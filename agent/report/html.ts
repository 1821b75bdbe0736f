/**
 * One finding as one self-contained page: no script, nothing loaded from anywhere, the same bytes for the same finding.
 * Every text from outside goes through `escape.ts`; class names come from our own words only.
 */
import type { Finding } from '../../rules/finding.ts';
import { toRfc3339 } from '../deliver/formats/time.ts';
import { drawChain } from './chain-drawing.ts';
import { durationText } from './duration.ts';
import { escapeMarked, escapePath, escapeText } from './escape.ts';
import { type Claim, claimsOf, coverageText, roleText } from './evidence-text.ts';
import { headlineOf } from './headline.ts';
import { historyTable } from './history.ts';
import { unseenOf } from './limits-text.ts';
import { nextChecksOf } from './next-checks.ts';
import { processList } from './process-list.ts';
import { styleOf } from './style.ts';
import { timeline } from './timeline.ts';

/** Forbids scripts, pictures, fonts, frames, forms and links of other bases; only the page's own style is used. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * Writes the report of a finding as HTML, UTF-8. `history` holds its emissions, oldest first; with fewer than two that
 * section is left out. Throws a `RangeError` when a time of the finding is not a safe integer.
 */
export function findingReport(finding: Finding, history: readonly Finding[] = []): string {
  const headline = headlineOf(finding);
  const { severity, stage } = finding;
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex">',
    `<title>${escapeText(`${severity} ${stage}: ${headline}`)}</title>`,
    `<style>${styleOf(severity)}</style>`,
    '</head>',
    '<body>',
    headOf(finding, headline),
    '<main>',
    '<section class="top">',
    `<div><h2>The way of the data</h2>${drawChain(finding)}</div>`,
    `<div><h2>In short</h2>${factsOf(finding)}<h2 class="next">What to check next</h2>${list('ol', nextChecksOf(finding).map(checkItem))}</div>`,
    '</section>',
    section(
      'Observed and inferred',
      `<div class="claims">${claimsOf(finding).map(claimBlock).join('')}</div>`,
    ),
    section('What could not be seen', list('ul', unseenOf(finding).map(escapeText))),
    section('Timeline', timeline(finding)),
    ...(finding.files.length === 0
      ? []
      : [section('Every path the data had', list('ol', finding.files.map(escapePath), 'paths'))]),
    section('Processes', processList(finding)),
    ...(history.length < 2 ? [] : [section('How the finding grew', historyTable(history))]),
    '</main>',
    footOf(finding),
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

function headOf(finding: Finding, headline: string): string {
  const { severity, stage, confidence, host, firstUs, lastUs } = finding;
  const span =
    lastUs - firstUs < 1_000_000
      ? ''
      : ` to ${moment(lastUs)} UTC, over ${durationText(lastUs - firstUs)}`;
  return [
    '<header><div>',
    `<p class="rank"><span class="severity">${severity}</span> <span>${stage}</span> <span>confidence ${confidence}</span></p>`,
    `<h1>${escapeMarked(headline)}</h1>`,
    `<p class="lead">On ${escapeMarked(host.name)}, ${moment(firstUs)}${span === '' ? ' UTC' : span}.</p>`,
    '</div></header>',
  ].join('\n');
}

function moment(us: number): string {
  const time = toRfc3339(us);
  return `<time datetime="${time}">${time.slice(0, 10)} ${time.slice(11, 19)}</time>`;
}

function factsOf(finding: Finding): string {
  const { user, uid, tool, toolKind, count, service, serviceTier, destination } = finding;
  const runs = count > 1 ? `, ${count} runs` : '';
  const tier = serviceTier === null ? '' : ` (${serviceTier})`;
  const sanctioned = finding.sanctioned ? ', allowed by the organisation' : '';
  const to =
    finding.evidence === null
      ? null
      : [
          service === null
            ? 'unknown service'
            : `<b>${escapeMarked(service)}</b>${tier}${sanctioned}`,
          ...(destination === null ? [] : [escapePath(destination)]),
        ].join('<br>');
  const facts: readonly (readonly [string, string | null])[] = [
    ['User', `<b>${user === null ? 'name not known' : escapeMarked(user)}</b> (uid ${uid})`],
    ['Role', escapeText(roleText(finding))],
    ['Tool', `<b>${escapeMarked(tool)}</b> (${toolKind}${runs})`],
    ['Link', finding.link],
    ['Left by', finding.evidence],
    ['To', to],
    ['Coverage', escapeText(coverageText(finding.coverage))],
    ['Rule', escapeMarked(finding.rule.title)],
    ['Host', `${escapeMarked(finding.host.name)}, macOS ${escapeMarked(finding.host.osVersion)}`],
  ];
  return `<dl class="facts">${facts
    .flatMap(([term, content]) =>
      content === null ? [] : [`<div><dt>${term}</dt><dd>${content}</dd></div>`],
    )
    .join('\n')}</dl>`;
}

/** Moments are kept on one line. */
function checkItem(text: string): string {
  return escapeMarked(text).replaceAll(
    /\d{4}-\d\d-\d\dT[\d:]{8}Z/g,
    '<span class="moment">$&</span>',
  );
}

function claimBlock({ subject, observed, inferred, certainty, reason }: Claim): string {
  const parts: readonly (readonly [string, string])[] = [
    ['Observed', observed],
    ['Inferred', inferred],
    ['How certain', reason],
  ];
  return [
    `<div class="claim ${certainty}"><div class="head"><h3>${subject}</h3> <span class="certainty">${certainty}</span></div>`,
    `<dl>${parts.map(([term, text]) => `<div><dt>${term}</dt><dd>${escapeText(text)}</dd></div>`).join('')}</dl></div>`,
  ].join('');
}

function footOf({ id, versionId, sequence, rule, host }: Finding): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Finding', id],
    ['Version', `${versionId}, emission ${sequence} of this host`],
    ['Rule', rule.id],
    ['Host', host.id],
    ['Analytic', 'MITRE ATT&CK AN0678, technique T1213.006'],
  ];
  return `<footer><div><h2>For the records</h2><dl>${facts
    .map(([term, text]) => `<div><dt>${term}</dt><dd>${escapePath(text)}</dd></div>`)
    .join('')}</dl></div></footer>`;
}

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>${content}</section>`;
}

/** A list of items that are markup already. */
function list(tag: 'ol' | 'ul', items: readonly string[], name = 'lines'): string {
  return `<${tag} class="${name}">${items.map((item) => `<li>${item}</li>`).join('\n')}</${tag}>`;
}
