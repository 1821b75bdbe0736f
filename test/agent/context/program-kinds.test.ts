import { describe, expect, it } from 'vitest';
import { type FileToolKind, ProgramKinds } from '../../../agent/context/program-kinds.ts';
import type { Process } from '../../../collectors/event.ts';
import { loadCatalogue } from '../../../rules/catalogue/load.ts';
import { processOf } from '../../support/executions.ts';

const kinds = new ProgramKinds(loadCatalogue());

const signed = (signingId: string, teamId: string | null = null): Process =>
  processOf({ signingId, teamId });
const apple = (signingId: string): Process => processOf({ signingId, isPlatformBinary: true });
const unsigned = (executable: string): Process => processOf({ executable });

describe('a reader', () => {
  it.each([
    [apple('com.apple.mds'), 'indexer'],
    [apple('com.apple.mdworker_shared'), 'indexer'],
    [apple('com.apple.quicklook.satellite.general'), 'preview'],
    [apple('com.apple.finder'), 'finder'],
    [apple('com.apple.backupd'), 'backup'],
    [signed('com.microsoft.VSCode', 'UBF8T346G9'), 'editor'],
    [signed('com.microsoft.VSCode.helper', 'UBF8T346G9'), 'editor'],
    [unsigned('/usr/libexec/mds_stores'), 'indexer'],
  ])(
    'is known by its id, an extension of it, or by name when nothing is signed',
    (process, kind) => {
      expect(kinds.reader(process)?.class).toBe(kind);
    },
  );

  it.each([
    ['Apple id that anybody wrote into an ad hoc signature', signed('com.apple.finder')],
    ['name of one with an id of its own', processOf({ executable: '/tmp/mds', signingId: 'mds' })],
    ['id that begins like one', apple('com.apple.mdsx')],
    ['sync client of the same team', signed('com.microsoft.OneDrive', 'UBF8T346G9')],
    ['browser', signed('com.google.Chrome.helper', 'EQHXZ8M8AV')],
    ['upload tool', apple('com.apple.curl')],
  ])('is not a program with the %s', (_, process) => {
    expect(kinds.reader(process)).toBeNull();
  });
});

describe('a sync client', () => {
  it.each([
    [signed('com.getdropbox.dropbox', 'G7HH3F8CAK'), 'dropbox'],
    [signed('com.getdropbox.dropbox.fileprovider', 'G7HH3F8CAK'), 'dropbox'],
    [signed('com.getdropbox.dropbox.garcon', 'G7HH3F8CAK'), 'dropbox'],
    [signed('com.microsoft.OneDrive', 'UBF8T346G9'), 'onedrive'],
    [signed('com.microsoft.OneDrive.FinderSync', 'UBF8T346G9'), 'onedrive'],
    [signed('com.microsoft.OneDrive-mac.FileProvider', 'UBF8T346G9'), 'onedrive'],
    [signed('com.google.drivefs.fpext', 'EQHXZ8M8AV'), 'gdrive'],
    [signed('com.box.desktop.boxfileprovider', 'M683GB7CPW'), 'box'],
    [signed('mega.mac', 'ANYTEAM123'), 'mega'],
    [apple('com.apple.bird'), 'icloud'],
    [apple('com.apple.CloudDocs.iCloudDriveFileProvider'), 'icloud'],
  ])('is known by its id or an extension of it, with its team', (process, service) => {
    expect(kinds.syncClient(process)?.service).toBe(service);
  });

  it.each([
    ['of another team', signed('com.getdropbox.dropbox', 'ZZZZZZZZZZ')],
    ['that only begins like one', signed('com.getdropbox.dropboxer', 'G7HH3F8CAK')],
    ['that is an editor of the same team', signed('com.microsoft.VSCode', 'UBF8T346G9')],
    ['that is a browser of the same team', signed('com.google.Chrome', 'EQHXZ8M8AV')],
    ['that claims to be from Apple', signed('com.apple.bird', 'ZZZZZZZZZZ')],
    ['that claims to be from Apple without a team', signed('com.apple.bird')],
    ['without a signature', unsigned('/Applications/Dropbox.app/Contents/MacOS/Dropbox')],
    ['of Go without an id', signed('a.out')],
    ['that is a platform binary', apple('com.apple.mds')],
  ])('is not a program %s', (_, process) => {
    expect(kinds.syncClient(process)).toBeNull();
  });
});

describe('a browser', () => {
  it.each([
    [signed('com.google.Chrome', 'EQHXZ8M8AV'), 'Google Chrome'],
    [signed('com.google.Chrome.helper', 'EQHXZ8M8AV'), 'Google Chrome'],
    [signed('com.google.Chrome.helper.renderer', 'EQHXZ8M8AV'), 'Google Chrome'],
    [signed('org.mozilla.plugincontainer', '43AQ936H96'), 'Firefox'],
    [signed('com.microsoft.edgemac.helper', 'UBF8T346G9'), 'Microsoft Edge'],
    [signed('company.thebrowser.Browser', 'S6N382Y83G'), 'Arc'],
    [apple('com.apple.Safari'), 'Safari'],
    [apple('com.apple.WebKit.Networking'), 'Safari'],
    [unsigned('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'), 'Google Chrome'],
    [
      unsigned(
        '/Applications/Google Chrome.app/Contents/Frameworks/Google Chrome Framework.framework/Versions/149.0/Helpers/Google Chrome Helper.app/Contents/MacOS/Google Chrome Helper',
      ),
      'Google Chrome',
    ],
    [unsigned('/Users/maria/Applications/Firefox.app/Contents/MacOS/firefox'), 'Firefox'],
  ])('is known by its signature, without one by the app it lies in', (process, name) => {
    expect(kinds.browser(process)?.name).toBe(name);
  });

  it.each([
    [apple('com.apple.WebKit.Networking'), true],
    [apple('com.apple.WebKit.WebContent.CaptivePortal'), true],
    [apple('com.apple.Safari'), false],
    [signed('com.apple.WebKit.Networking'), false],
    [signed('com.google.Chrome.helper', 'EQHXZ8M8AV'), false],
    [unsigned('/tmp/com.apple.WebKit.Networking'), false],
  ])('shares processes of macOS with every app that shows web pages', (process, isShared) => {
    expect(kinds.isShared(process)).toBe(isShared);
  });

  it.each([
    ['of another team', signed('com.google.Chrome', 'ZZZZZZZZZZ')],
    ['of the same team', signed('com.google.drivefs', 'EQHXZ8M8AV')],
    ['whose id only begins like one', signed('com.google.Chromecast', 'EQHXZ8M8AV')],
    ['that claims to be Safari', signed('com.apple.Safari', 'ZZZZZZZZZZ')],
    [
      'with an id of its own in the folder of one',
      processOf({
        executable: '/Applications/Google Chrome.app/Contents/MacOS/tool',
        signingId: 'com.example.tool',
        teamId: 'ZZZZZZZZZZ',
      }),
    ],
    ['that lies beside one', unsigned('/Applications/Google Chrome.app.bak/tool')],
    ['in an app of another name', unsigned('/Applications/My Firefox.app/Contents/MacOS/firefox')],
  ])('is not a program %s', (_, process) => {
    expect(kinds.browser(process)).toBeNull();
  });
});

function named(
  name: string,
  isInterpreted = false,
): { readonly name: string; readonly isInterpreted: boolean } {
  return { name, isInterpreted };
}

describe('a file tool', () => {
  it.each<[string, Process, FileToolKind]>([
    ['cp', apple('com.apple.cp'), 'copier'],
    ['ditto', apple('com.apple.ditto'), 'copier'],
    ['ditto', apple('com.apple.ditto'), 'archiver'],
    ['rsync', unsigned('/opt/homebrew/bin/rsync'), 'copier'],
    [
      'rsync',
      processOf({ executable: '/opt/homebrew/bin/rsync', signingId: 'rsync-55554944aa0b' }),
      'copier',
    ],
    ['zip', apple('com.apple.zip'), 'archiver'],
    ['openssl', unsigned('/opt/homebrew/bin/openssl'), 'archiver'],
    ['renamed', apple('com.apple.zip'), 'archiver'],
  ])('%s is known by signing id or name', (name, process, kind) => {
    expect(kinds.fileTool(process, named(name), kind)).not.toBeNull();
  });

  it.each<[string, Process, FileToolKind]>([
    ['cp', apple('com.apple.cp'), 'archiver'],
    ['zip', apple('com.apple.zip'), 'copier'],
    ['cpio2', unsigned('/opt/bin/cpio2'), 'copier'],
    ['psql', signed('psql'), 'archiver'],
    ['curl', apple('com.apple.curl'), 'copier'],
    ['constructor', unsigned('/opt/bin/constructor'), 'copier'],
  ])('%s is none of that kind', (name, process, kind) => {
    expect(kinds.fileTool(process, named(name), kind)).toBeNull();
  });

  it('is what an interpreter runs, not the interpreter', () => {
    const shell = apple('com.apple.zip');
    expect(kinds.fileTool(shell, named('report', true), 'archiver')).toBeNull();
    expect(kinds.fileTool(signed('python3.13'), named('zip', true), 'archiver')).not.toBeNull();
  });

  it('is known by its executable when it was met while it ran', () => {
    expect(kinds.fileTool(unsigned('/bin/cp'), null, 'copier')).not.toBeNull();
  });
});
