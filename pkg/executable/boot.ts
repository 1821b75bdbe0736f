/**
 * The first lines of the single executable, which is no interpreter: the environment is cleaned, and one that steers the runtime
 * is left behind by starting once more without it, as the same process, because some of it has been read by now
 * (`NODE_EXTRA_CA_CERTS`). Then the script of the agent, an asset, is compiled and run.
 *
 * This is an ECMAScript module, and the large script is compiled here and not by Node.js, because then no code comes out of
 * `NODE_COMPILE_CACHE`: a CommonJS script without a code cache of its own would be looked for there first, by length and
 * checksum only.
 */
import { getAssetKeys, getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { cleanEnvironment } from './environment.ts';

const { variables, mustRestart } = cleanEnvironment(process.env);
// Behind the path of the executable are the name it was called by, and what was typed.
if (mustRestart) process.execve?.(process.execPath, process.argv.slice(1), { ...variables });
for (const name of Object.keys(process.env))
  if (!Object.hasOwn(variables, name)) delete process.env[name];
Object.assign(process.env, variables);

const cache = getAssetKeys().includes('cache') ? Buffer.from(getRawAsset('cache')) : undefined;
// It is ASCII, so this is the quickest way to the same text.
const text = Buffer.from(getRawAsset('script')).toString('latin1');
const script = new Script(text, { filename: process.execPath, cachedData: cache });
const agent: unknown = script.runInThisContext();
if (typeof agent === 'function') agent(builtIn, addon);

/** Nothing that lies in any folder gets in. */
function builtIn(id: string): unknown {
  const found: unknown = process.getBuiltinModule(id);
  if (found === undefined)
    throw Object.assign(new Error(`${id}: is no built-in module`), { code: 'MODULE_NOT_FOUND' });
  return found;
}

/** A native module; the path is absolute (`agent/addons.ts`). */
function addon(file: string): unknown {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}
