/** What Node and OpenSSL let whoever starts a program change: code to load, certificates to trust, files to write. */
const STEERING = /^(?:NODE_|OPENSSL_)/;

/** The environment without what steers the runtime; `null` when there is nothing of that in it. */
export function withoutSteering(
  environment: Readonly<NodeJS.ProcessEnv>,
): Record<string, string | undefined> | null {
  const kept = Object.entries(environment).filter(([name]) => !STEERING.test(name));
  return kept.length === Object.keys(environment).length ? null : Object.fromEntries(kept);
}
