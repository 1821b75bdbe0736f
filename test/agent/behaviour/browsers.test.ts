import { describe, expect, it } from 'vitest';
import { Desk, OMAR } from '../../support/desk.ts';
import { MAC_PROGRAMS } from '../../support/mac-programs.ts';
import { PROGRAMS, type Proc, type Program } from '../../support/story.ts';

const BY_BROWSER = {
  stage: 'upload',
  severity: 'high',
  confidence: 'medium',
  link: 'lineage',
  evidence: 'opened-by-browser',
};
const BY_FLOW = {
  stage: 'suspected-upload',
  severity: 'medium',
  confidence: 'medium',
  evidence: 'flow-only',
};
const FILE = '/Users/lena/Desktop/a.sql';

interface Opened {
  readonly desk: Desk;
  readonly openedUs: number;
}

/** The browser opens the export, so much later than the export was written. */
function opened(desk: Desk, browser: Proc, seconds = 20): Opened {
  desk.dump('Desktop/a.sql');
  desk.story
    .resolver('eu.wetransfer.net', '203.0.113.20')
    .resolver('www.dropbox.com', '203.0.113.21')
    .network([]);
  const openedUs = desk.story.wait(seconds).now;
  desk.story.open(browser, FILE);
  return { desk, openedUs };
}

const DUCKDUCKGO = {
  path: '/Applications/DuckDuckGo.app/Contents/MacOS/DuckDuckGo',
  signingId: 'com.duckduckgo.macos.browser',
  teamId: 'HKE973VLUW',
  isApp: true,
};
const MAIL = {
  path: '/System/Applications/Mail.app/Contents/MacOS/Mail',
  signingId: 'com.apple.mail',
  platform: true,
  isApp: true,
};

/** The process that macOS starts for an app to reach web pages. */
function webKitOf(desk: Desk, app: Proc): Proc {
  const { story } = desk;
  const child = {
    ...story.fork(story.launchd),
    auid: 503,
    ruid: 503,
    parent: { ...story.launchd, responsible: app },
  };
  return story.exec(child, MAC_PROGRAMS.webKitNetworking);
}

describe('a browser that opens the export and reaches a cloud service', () => {
  it.each<{ title: string; app: Program; helper: Program | null }>([
    { title: 'by its main process', app: MAC_PROGRAMS.firefox, helper: null },
    { title: 'by a child', app: MAC_PROGRAMS.firefox, helper: MAC_PROGRAMS.firefoxNetwork },
    { title: 'by a helper of its bundle', app: PROGRAMS.chrome, helper: PROGRAMS.chromeHelper },
    { title: 'by an unknown child', app: PROGRAMS.chrome, helper: MAC_PROGRAMS.script },
  ])('$title is an upload', ({ app, helper }) => {
    const desk = new Desk();
    const browser = desk.background(app);
    const network = helper === null ? browser : desk.background(helper, desk.user, browser);
    opened(desk, browser);
    desk.story.wait(15).network([{ proc: network, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([
      { ...BY_BROWSER, service: 'dropbox', destination: 'www.dropbox.com', files: [FILE] },
    ]);
  });

  it.each([
    { title: 'Safari', app: MAC_PROGRAMS.safari },
    { title: 'another browser', app: DUCKDUCKGO },
  ])('by a shared process that $title is responsible for is an upload', ({ app }) => {
    const desk = new Desk();
    const browser = desk.launch(app);
    const networking = webKitOf(desk, browser);
    opened(desk, browser);
    desk.story.wait(15).network([{ proc: networking, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_BROWSER]);
  });

  it('by a shared process whose app nobody knows is an upload by Safari', () => {
    const desk = new Desk();
    const networking = desk.background(MAC_PROGRAMS.webKitNetworking);
    opened(desk, networking);
    desk.story.wait(15).network([{ proc: networking, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_BROWSER]);
  });

  it('by a shared process that works for an app without being a browser is a flow', () => {
    const desk = new Desk();
    const networking = webKitOf(desk, desk.launch(MAIL));
    opened(desk, networking);
    desk.story.wait(15).network([{ proc: networking, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_FLOW]);
  });

  it('by a shared process of an app that ran before the agent is a flow', () => {
    const desk = new Desk();
    const mail = desk.background(MAIL);
    const networking = webKitOf(desk, mail);
    opened(desk, networking);
    desk.story.wait(15).network([{ proc: networking, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_FLOW]);
  });

  it('is an upload when a helper opened the file and the main process reached the service', () => {
    const desk = new Desk();
    const browser = desk.background(PROGRAMS.chrome);
    const helper = desk.background(PROGRAMS.chromeHelper, desk.user, browser);
    opened(desk, helper);
    desk.story.wait(15).network([{ proc: browser, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_BROWSER]);
  });

  it('is an upload to an anonymous service one step up', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    opened(desk, browser);
    desk.story.network([{ proc: browser, peer: '203.0.113.20' }]);
    expect(desk.findings()).toMatchObject([
      { ...BY_BROWSER, severity: 'critical', service: 'wetransfer', serviceTier: 'anonymous' },
    ]);
  });

  it('is an upload of medium severity when only time ties the file to the tool', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    desk.save('Downloads/a.xlsx');
    desk.story
      .resolver('www.dropbox.com', '203.0.113.21')
      .open(browser, desk.at('Downloads/a.xlsx'));
    desk.story.network([{ proc: browser, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([
      { ...BY_BROWSER, severity: 'medium', link: 'temporal' },
    ]);
  });

  it.each([
    { seconds: 120, config: {}, found: BY_BROWSER },
    { seconds: 121, config: {}, found: BY_FLOW },
    { seconds: 300, config: { windows: { browserSeconds: 300 } }, found: BY_BROWSER },
    { seconds: 301, config: { windows: { browserSeconds: 300 } }, found: BY_FLOW },
  ])(
    '$seconds s after the opening, with $config, is $found.evidence',
    ({ seconds, config, found }) => {
      const desk = new Desk();
      const browser = desk.background(MAC_PROGRAMS.firefox);
      const { openedUs } = opened(desk, browser);
      desk.until(openedUs, seconds).story.network([{ proc: browser, peer: '203.0.113.21' }]);
      expect(desk.findings(config)).toMatchObject([found]);
    },
  );

  it('is an upload hours after the export', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    opened(desk, browser, 30_000);
    desk.story.network([{ proc: browser, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_BROWSER]);
  });

  it('replaces the flow that was a suspicion before', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    desk.dump('Desktop/a.sql');
    desk.reach(browser, 'www.dropbox.com', '203.0.113.21', '1');
    desk.story.open(browser, FILE);
    desk.reach(browser, 'gofile.io', '203.0.113.22', '2');
    expect(desk.stages()).toEqual(['tool', 'export', 'suspected-upload', 'upload']);
    expect(desk.findings()).toMatchObject([{ service: 'gofile', destination: 'gofile.io' }]);
  });
});

describe('a browser proves nothing more than a flow', () => {
  it('when another browser reached the service', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    const other = desk.background(PROGRAMS.chrome);
    opened(desk, browser);
    desk.story.network([{ proc: other, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_FLOW]);
  });

  it('when it reached the service before it opened the file', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    desk.dump('Desktop/a.sql');
    desk.reach(browser, 'www.dropbox.com');
    desk.story.wait(1).open(browser, FILE);
    desk.story.network([{ proc: browser, peer: '203.0.113.20', port: '52100' }]);
    expect(desk.findings()).toMatchObject([BY_FLOW]);
  });

  it('when it opened another file', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    desk.dump('Desktop/a.sql');
    desk.story.open(browser, desk.at('Desktop/b.sql'));
    desk.reach(browser, 'www.dropbox.com');
    expect(desk.findings()).toMatchObject([BY_FLOW]);
  });

  it('when it is a mail program of the same team', () => {
    const desk = new Desk();
    const mail = desk.launch(MAC_PROGRAMS.mail);
    opened(desk, mail);
    desk.story.network([{ proc: mail, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([BY_FLOW]);
  });

  it('when it opened the file after the export and nothing was reached', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    opened(desk, browser);
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('and not even that when the address names no service', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    opened(desk, browser);
    desk.reach(browser, 'www.news.example', '198.51.100.9');
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });

  it('and not even that when the same browser of another user reached it', () => {
    const desk = new Desk();
    const browser = desk.background(MAC_PROGRAMS.firefox);
    const other = desk.background(MAC_PROGRAMS.firefox, OMAR);
    opened(desk, browser);
    desk.story.network([{ proc: other, peer: '203.0.113.21' }]);
    expect(desk.findings()).toMatchObject([{ stage: 'export' }]);
  });
});

it('a helper that only its place in the bundle ties to the browser reaches the service for it', () => {
  const desk = new Desk();
  const browser = desk.background(PROGRAMS.chrome);
  const helper = desk.background({ path: PROGRAMS.chromeHelper.path, isApp: true });
  opened(desk, browser);
  desk.story.network([{ proc: helper, peer: '203.0.113.21' }]);
  expect(desk.findings()).toMatchObject([BY_BROWSER]);
});

it('a helper in the bundle of another browser does not', () => {
  const desk = new Desk();
  const browser = desk.background(PROGRAMS.chrome);
  const helper = desk.background({
    path: '/Applications/Google Chrome Helper.app/Contents/MacOS/x',
    isApp: true,
  });
  opened(desk, browser);
  desk.story.network([{ proc: helper, peer: '203.0.113.21' }]);
  expect(desk.findings()).toMatchObject([BY_FLOW]);
});

it('each of two exports that one browser opened is uploaded', () => {
  const desk = new Desk();
  const browser = desk.background(MAC_PROGRAMS.firefox);
  desk.dump('Desktop/a.sql');
  desk.story.write(desk.type(PROGRAMS.psql, 'psql'), desk.at('Desktop/b.csv'));
  desk.story.open(browser, FILE).open(browser, desk.at('Desktop/b.csv'));
  desk.reach(browser, 'www.dropbox.com');
  expect(desk.findings()).toMatchObject([
    { ...BY_BROWSER, tool: 'mysqldump' },
    { ...BY_BROWSER, tool: 'psql' },
  ]);
});
