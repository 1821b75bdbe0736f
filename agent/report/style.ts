import type { Severity } from '../../rules/finding.ts';

/** Colours of one appearance. Every ink reads on both grounds with a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
export interface Palette {
  readonly ground: string;
  readonly raised: string;
  readonly line: string;
  readonly ink: string;
  readonly quiet: string;
  readonly accents: Readonly<Record<Severity, string>>;
}

export const LIGHT: Palette = {
  ground: '#ffffff',
  raised: '#f5f6f8',
  line: '#d8dce2',
  ink: '#1b2027',
  quiet: '#5a6472',
  accents: {
    informational: '#56606e',
    low: '#1c5f9f',
    medium: '#7d5700',
    high: '#b23c0a',
    critical: '#ae1138',
  },
};

export const DARK: Palette = {
  ground: '#14171c',
  raised: '#1d2128',
  line: '#363c46',
  ink: '#e7eaee',
  quiet: '#a0a9b6',
  accents: {
    informational: '#aeb7c3',
    low: '#7cb8f5',
    medium: '#e6b84a',
    high: '#ff9d70',
    critical: '#ff8ba3',
  },
};

/** The style of the report for one severity: one accent colour, light and dark, paper. Nothing is loaded from anywhere. */
export function styleOf(severity: Severity): string {
  return `
:root{${variables(LIGHT, severity)}color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{${variables(DARK, severity)}}}
${RULES}`;
}

function variables(palette: Palette, severity: Severity): string {
  const { ground, raised, line, ink, quiet, accents } = palette;
  return `--ground:${ground};--raised:${raised};--line:${line};--ink:${ink};--quiet:${quiet};--accent:${accents[severity]};`;
}

const SANS = '-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif';
const MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace';

const RULES = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 ${SANS}}
main,header>div,footer>div{max-width:1120px;margin:0 auto;padding:0 24px}
p,dl,dd,ol,ul,h1,h2,h3{margin:0}
h1{font-size:25px;line-height:1.25;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere;max-width:44em}
h2{font-size:12px;line-height:1.4;font-weight:650;letter-spacing:.07em;text-transform:uppercase;color:var(--quiet);margin-bottom:12px}
h3{font-size:15px;font-weight:650}
.quiet,caption,dt,.reason{color:var(--quiet)}
.path{font:.9em/1.45 ${MONO};white-space:break-spaces;overflow-wrap:anywhere;unicode-bidi:isolate;direction:ltr}
.unseen{font-family:${MONO};font-size:.9em;border:1px solid currentColor;border-radius:3px;padding:0 2px;color:var(--accent)}
header{border-top:6px solid var(--accent);background:var(--raised);border-bottom:1px solid var(--line);padding:22px 0 20px}
.rank{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center;margin-bottom:8px;font-size:14px}
.severity{background:var(--accent);color:var(--ground);font-weight:700;font-size:12px;letter-spacing:.06em;text-transform:uppercase;border-radius:4px;padding:2px 9px}
.lead{margin-top:8px;color:var(--quiet);max-width:56em;overflow-wrap:anywhere}
h2.next{margin-top:26px}
section{padding:24px 0 4px}
section+section{border-top:1px solid var(--line);margin-top:20px}
.facts{display:grid;grid-template-columns:minmax(0,1fr);gap:0}
.facts>div{display:grid;grid-template-columns:96px minmax(0,1fr);gap:12px;padding:7px 0;border-top:1px solid var(--line)}
.facts>div:first-child{border-top:0;padding-top:0}
dd{overflow-wrap:anywhere}
.chain{display:block;width:100%;max-width:420px;height:auto}
.chain text{fill:var(--ink)}
.chain .name{font:600 13px ${MONO};white-space:pre}
.chain .detail{font:11px ${MONO};fill:var(--quiet);white-space:pre}
.chain .how{font:12px ${SANS};fill:var(--quiet);white-space:pre}
.way{fill:none;stroke:var(--quiet);stroke-width:1.5}
.way.weak{stroke-dasharray:3 4}
.way.out{stroke:var(--accent);stroke-width:2}
.sign circle{fill:var(--ground);stroke:var(--quiet);stroke-width:1.5}
.sign path,.sign ellipse{fill:none;stroke:var(--ink);stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round}
.sign.exit circle{fill:var(--accent);stroke:var(--accent)}
.sign.exit path{stroke:var(--ground)}
.top{display:grid;grid-template-columns:minmax(0,1fr);gap:28px 56px}
.claims{display:grid;grid-template-columns:minmax(0,1fr);gap:18px}
.claim{border-left:3px solid var(--line);padding-left:14px}
.claim.strong{border-color:var(--accent)}
.claim.weak{border-left-style:dotted}
.claim .head{display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline;margin-bottom:4px}
.claim dl>div{padding:3px 0}
.claim dt{font-size:13px}
.certainty{font-size:13px;color:var(--quiet)}
.claim.strong .certainty{color:var(--accent);font-weight:600}
ul,ol{padding-left:22px}
li{padding:3px 0 3px 2px;overflow-wrap:anywhere;max-width:72em}
li::marker{color:var(--quiet)}
table{width:100%;border-collapse:collapse;table-layout:fixed}
caption{text-align:left;font-size:13px;padding-bottom:8px}
th,td{text-align:left;vertical-align:top;padding:8px 12px 8px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
thead th{font-size:12px;color:var(--quiet);font-weight:600;border-top:0;padding:0 12px 6px 0}
tbody th{font-weight:400}
.timeline th:first-child{width:128px}
.timeline th .quiet,.timeline .day{display:block;font-size:13px}
.timeline .day{font-weight:650}
.moment{white-space:nowrap}
time{white-space:nowrap;font-variant-numeric:tabular-nums}
td dl>div{display:grid;grid-template-columns:84px minmax(0,1fr);gap:8px;font-size:14px}
tr.exit>th{box-shadow:inset 3px 0 0 var(--accent);padding-left:10px}
.mark{display:inline-block;font-size:12px;line-height:1.5;border:1px solid var(--line);border-radius:4px;padding:0 6px;color:var(--quiet)}
.mark.out{border-color:var(--accent);color:var(--accent)}
.processes th:first-child{width:190px}
.history th:first-child{width:200px}
.paths .path{display:inline}
footer{border-top:1px solid var(--line);background:var(--raised);margin-top:28px;padding:18px 0 26px;font-size:13px}
footer dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:6px 28px}
@media (min-width:860px){
.top{grid-template-columns:400px minmax(0,1fr)}
.claims{grid-template-columns:repeat(3,minmax(0,1fr));gap:28px}
}
@media (max-width:560px){
main,header>div,footer>div{padding:0 16px}
h1{font-size:21px}
.facts>div{grid-template-columns:78px minmax(0,1fr)}
.timeline th:first-child{width:108px;font-size:14px}
.processes th:first-child,.history th:first-child{width:104px}
td dl>div{grid-template-columns:minmax(0,1fr);gap:0;padding-top:2px}
td dl dt{font-size:12px}
}
@media print{
@page{margin:14mm}
body{font-size:9.5pt}
main,header>div,footer>div{padding:0}
header,footer{background:none}
.severity{background:none;color:var(--accent);border:1.5px solid var(--accent)}
.sign.exit circle{fill:var(--ground)}
.sign.exit path{stroke:var(--accent)}
.top{grid-template-columns:84mm minmax(0,1fr);gap:8mm}
.facts>div{grid-template-columns:19mm minmax(0,1fr)}
.claims{grid-template-columns:repeat(3,minmax(0,1fr));gap:6mm}
.chain{max-width:84mm}
h2,caption,thead{break-after:avoid}
tr,li,.claim,.facts>div{break-inside:avoid}
h2.next{margin-top:26px}
section{padding-top:16px}
}`;
