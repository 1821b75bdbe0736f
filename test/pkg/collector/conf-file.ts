/** A `.conf` file of Splunk: stanzas of settings; a line that ends with a backslash goes on in the next. */
export function readConf(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const stanzas = new Map<string, Map<string, string>>();
  let stanza: Map<string, string> | null = null;
  for (const line of text.replaceAll(/\\\n/g, '\n\t').replaceAll('\n\t', ' ').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      if (stanzas.has(name)) throw new Error(`stanza ${name} is there twice`);
      stanza = new Map();
      stanzas.set(name, stanza);
      continue;
    }
    const setting = /^(\S+) = (.*)$/.exec(line);
    if (setting === null || stanza === null) throw new Error(`no setting of a stanza: ${line}`);
    const [, key = '', value = ''] = setting;
    if (stanza.has(key)) throw new Error(`${key} is there twice`);
    stanza.set(key, value.trim());
  }
  return stanzas;
}
