/** A line of passwd(5). */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** What is started at a login; empty for the shell of the system. */
  readonly shell: string;
}

/** Reads /etc/passwd; lines that name no user, ids and absolute home are left out. */
export function readPasswd(text: string): readonly PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = '', , home = '', shell = ''] = line.split(':');
    const isEntry = name !== '' && ID.test(uid) && ID.test(gid) && home.startsWith('/');
    return isEntry ? [{ name, uid: Number(uid), gid: Number(gid), home, shell: shell.trim() }] : [];
  });
}

/** A line of group(5). */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: ReadonlySet<string>;
}

/** Reads /etc/group; lines that name no group and id are left out. */
export function readGroups(text: string): readonly GroupEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , gid = '', members = ''] = line.split(':');
    if (name === '' || !ID.test(gid)) return [];
    const names = members.split(',').filter((member) => member !== '');
    return [{ name, gid: Number(gid), members: new Set(names) }];
  });
}

/** Names of the groups of a user, the primary one first. */
export function groupsOf(user: PasswdEntry, groups: readonly GroupEntry[]): readonly string[] {
  const primary = groups.filter((group) => group.gid === user.gid);
  const others = groups.filter((group) => group.gid !== user.gid && group.members.has(user.name));
  return [...new Set([...primary, ...others].map((group) => group.name))];
}

const ID = /^\d{1,10}$/;
