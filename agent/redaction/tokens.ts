import { type Span, spanOf } from './span.ts';

/**
 * Shapes of credentials that show what they are without any name beside them. Each begins with fixed characters and has
 * bounds, so that looking for it is linear. Hashes, UUIDs and Apple team ids have none of these shapes.
 */
const SHAPES: readonly RegExp[] = [
  // Amazon: access key ids of users, sessions, roles and groups
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g,
  // Dropbox, short-lived
  /\bsl\.(?:u\.)?[A-Za-z0-9_-]{20,2048}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  // Google: API key, access token, OAuth client secret
  /\bAIza[0-9A-Za-z_-]{34,36}(?![0-9A-Za-z_-])/g,
  /\bya29\.[0-9A-Za-z_-]{20,2048}/g,
  /\bGOCSPX-[0-9A-Za-z_-]{20,64}/g,
  // GitHub, GitLab
  /\bgh[pousr]_[A-Za-z0-9]{36,255}/g,
  /\bgithub_pat_[A-Za-z0-9_]{22,255}/g,
  /\bgl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,64}/g,
  // Slack: tokens, and the path of a webhook
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g,
  /(?<=hooks\.slack\.com\/services\/)[A-Za-z0-9/]{20,128}/g,
  /(?<=discord(?:app)?\.com\/api\/webhooks\/\d{5,24}\/)[\w-]{20,128}/g,
  // Telegram: token of a bot
  /(?<![\w:])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])/g,
  /(?<=\/bot)\d{8,10}:[A-Za-z0-9_-]{35}/g,
  // Stripe, OpenAI, Anthropic, SendGrid, DigitalOcean, Hugging Face, Shopify, HashiCorp, Databricks, PyPI, Grafana, Supabase
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g,
  /\bsk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,255}/g,
  /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g,
  /\bdo[opr]_v1_[a-f0-9]{64}/g,
  /\bhf_[A-Za-z0-9]{30,64}/g,
  /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g,
  /\bhv[sbr]\.[A-Za-z0-9_-]{24,255}/g,
  /\bdapi[a-f0-9]{32}\b/g,
  /\bpypi-[A-Za-z0-9_-]{50,255}/g,
  /\bgl(?:sa|c)_[A-Za-z0-9+/=_-]{32,255}/g,
  /\bsbp_[a-f0-9]{40}\b/g,
  // age
  /\bAGE-SECRET-KEY-1[A-Z0-9]{58}/g,
  // JSON Web Token
  /\beyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,4096}/g,
];

/** How long the shortest of them is. */
const SHORTEST = 15;

/** What one of the shapes begins with, or stands behind: most texts hold none of it. */
const BEGINNINGS =
  /A[KS]IA|ABIA|ACCA|sl\.|npm_|AIza|ya29\.|GOCSPX-|gh[pousr]_|github_pat_|gl[a-z]{1,4}[-_]|xox|hooks\.slack|webhooks|:AA|\/bot|[rs]k[-_]|SG\.|do[opr]_v1_|hf_|shp|hv[sbr]\.|dapi|pypi-|sbp_|AGE-SECRET|eyJ|PRIVATE KEY/;

/** Whether a text may hold such a credential; `false` is sure. */
export function mayHoldToken(text: string): boolean {
  return text.length >= SHORTEST && BEGINNINGS.test(text);
}

/** Credentials that are known by their shape, and blocks of private keys in PEM. */
export function tokenSecrets(text: string): readonly Span[] {
  const found: Span[] = [];
  if (!mayHoldToken(text)) return found;
  for (const shape of SHAPES) {
    for (const match of text.matchAll(shape))
      found.push(spanOf(text, match.index, match.index + match[0].length));
  }
  return [...found, ...privateKeys(text)];
}

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/g;

/** A block without its end goes on to the end of the text. */
function privateKeys(text: string): readonly Span[] {
  const found: Span[] = [];
  BEGIN.lastIndex = 0;
  for (let match = BEGIN.exec(text); match; match = BEGIN.exec(text)) {
    END.lastIndex = BEGIN.lastIndex;
    const end = END.test(text) ? END.lastIndex : text.length;
    found.push(spanOf(text, match.index, end));
    BEGIN.lastIndex = end;
  }
  return found;
}
