import type { ArchivedEntry } from '../archive.ts';
import type { Component } from '../component.ts';
import type { Fault } from '../fault.ts';

/** Scripts that would not run: the installer then fails, or goes on without them. */
export function scriptFaults({ folder, info, scripts }: Component): readonly Fault[] {
  const where = `${folder}Scripts`;
  const names = info?.scripts ?? [];
  return names.flatMap((name) => {
    const script = scripts?.find(({ path }) => path === name);
    const faults =
      script === undefined
        ? scripts === null
          ? []
          : ['is missing, PackageInfo runs it']
        : problemsOf(script);
    return faults.map((what) => ({ where: `${where} ${name}`, what }));
  });
}

function problemsOf({ kind, mode, head }: ArchivedEntry): readonly string[] {
  if (kind !== 'file') return ['is no file'];
  const faults: string[] = [];
  if ((mode & 0o100) === 0) faults.push('is not executable');
  if (head !== null && head.toString('latin1', 0, 3) !== '#!/')
    faults.push('does not begin with #!/ and a path');
  return faults;
}
