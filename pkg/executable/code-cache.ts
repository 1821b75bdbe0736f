/**
 * `node --predictable code-cache.ts SCRIPT FILE`: writes the code cache of a script into a file. A process of its own, because
 * V8 seeds its hashes by chance and no two caches would be the same otherwise.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';

const [, , script = '', file = ''] = process.argv;
writeFileSync(file, new Script(readFileSync(script, 'latin1')).createCachedData());
