import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bomOf } from '../../../pkg/package/bom.ts';
import { cpioArchive } from '../../../pkg/package/cpio.ts';
import { xarArchive } from '../../../pkg/package/xar.ts';
import { readBom } from '../../../pkg/verify/bom.ts';
import { FormatError } from '../../../pkg/verify/fault.ts';
import { parseXml } from '../../../pkg/verify/xml.ts';
import { fileElement, rawXar, TOC_CHECKSUM, xarOfToc } from '../raw-xar.ts';
import { faultsOf, membersOf, PAYLOAD, packageOf, partsOf, TIME } from '../small-package.ts';

const WHOLE = packageOf(partsOf());

/** A package with a component whose payload is these bytes. */
function withPayload(bytes: Buffer): Buffer {
  const members = membersOf(partsOf()).map((member) =>
    member.kind === 'folder'
      ? {
          ...member,
          members: member.members.map((inner) =>
            inner.name === 'Payload' ? { ...inner, kind: 'file' as const, content: bytes } : inner,
          ),
        }
      : member,
  );
  return xarArchive(members, TIME);
}

describe('what is no package', () => {
  it.each([
    ['nothing', Buffer.alloc(0), /^package: /],
    ['text', Buffer.from('hello, this is no archive of any kind'), /^package: is no xar archive$/],
    ['a header alone', WHOLE.subarray(0, 28), /^package: ends before byte/],
    [
      'half a package',
      WHOLE.subarray(0, WHOLE.length / 2),
      /^package: .* lies outside of the file$/,
    ],
  ])('%s is one fault', async (_, bytes, fault) => {
    expect(await faultsOf(bytes)).toEqual([expect.stringMatching(fault)]);
  });

  it('a table of contents that states to be huge is not unpacked', async () => {
    const bytes = Buffer.from(WHOLE);
    bytes.writeBigUInt64BE(1n << 62n, 16);
    expect(await faultsOf(bytes)).toEqual([expect.stringMatching(/no sensible number/)]);
    bytes.writeBigUInt64BE(1n << 40n, 16);
    expect(await faultsOf(bytes)).toEqual(['package: table of contents is too long']);
  });

  it('a table of contents that is longer than it states is cut off', async () => {
    const bytes = xarOfToc(Buffer.alloc(30_000_000, ' '));
    bytes.writeBigUInt64BE(100n, 16);
    expect(await faultsOf(bytes)).toEqual(['package: table of contents is damaged']);
  });
});

describe('members', () => {
  it.each([
    ['../x', /a member is named "\.\.\/x"/],
    ['..', /a member is named "\.\."/],
    ['', /a member is named ""/],
  ])('the name %j is refused', async (name, fault) => {
    const toc = TOC_CHECKSUM + fileElement(name, { offset: 20, length: 0 });
    expect(await faultsOf(rawXar(toc))).toEqual([expect.stringMatching(fault)]);
  });

  it('one outside of the file is refused', async () => {
    const toc = TOC_CHECKSUM + fileElement('Distribution', { offset: 20, length: 10_000_000_000 });
    expect(await faultsOf(rawXar(toc))).toEqual(['package: Distribution lies outside of the file']);
  });

  it('a number that is none is refused', async () => {
    const toc = TOC_CHECKSUM + fileElement('x', { offset: Number.NaN, length: 1 });
    expect(await faultsOf(rawXar(toc))).toEqual(['package: data has no offset']);
  });

  it('folders without end and members without number are refused', async () => {
    const deep = '<file><name>a</name>'.repeat(60) + '</file>'.repeat(60);
    expect(await faultsOf(rawXar(deep))).toEqual(['package: folders are over 32 deep']);
    const many = Array.from({ length: 10_001 }, (_, at) => `<file><name>${at}</name></file>`);
    expect(await faultsOf(rawXar(many.join('')))).toEqual(['package: over 10000 members']);
  });

  it('one that unpacks to more than it states is not unpacked on', async () => {
    const bomb = deflateSync(Buffer.alloc(50_000_000));
    const toc =
      TOC_CHECKSUM +
      fileElement('Distribution', {
        offset: 20,
        length: bomb.length,
        size: 100,
        encoding: 'application/x-gzip',
      });
    expect(await faultsOf(rawXar(toc, bomb))).toContain(
      'Distribution: has more than the 100 bytes it states',
    );
  });

  it('one that is packed in a way nobody knows is named', async () => {
    const encoding = 'application/x-lzma';
    const toc = TOC_CHECKSUM + fileElement('Distribution', { offset: 20, length: 4, encoding });
    expect(await faultsOf(rawXar(toc, Buffer.alloc(4)))).toContain(
      'Distribution: is packed as application/x-lzma, which this program cannot read',
    );
  });

  it('the same bytes under ten thousand names are not read ten thousand times', async () => {
    const heap = Buffer.alloc(4_000_000);
    const many = Array.from({ length: 9_000 }, (_, at) =>
      fileElement(`m${at}`, { offset: 20, length: heap.length }),
    );
    expect(await faultsOf(rawXar(TOC_CHECKSUM + many.join(''), heap))).toEqual([
      'package: states too much content',
    ]);
  });
});

describe('payloads', () => {
  it.each([
    ['pbzx', Buffer.from('pbzx....'), /is compressed as pbzx, which this program cannot read/],
    ['bzip2', Buffer.from('BZh9....'), /is compressed as bzip2/],
    ['newc', Buffer.from('070701000000'), /is cpio of another format than odc/],
    ['text', Buffer.from('hello, hello'), /is of an unknown format/],
    ['gzip of text', gzipSync(Buffer.alloc(200, 'x')), /byte 0 is no cpio header/],
    ['gzip of nothing', gzipSync(Buffer.alloc(0)), /ends early/],
  ])('of %s is named', async (_, bytes, fault) => {
    expect(await faultsOf(withPayload(bytes), null)).toEqual([expect.stringMatching(fault)]);
  });

  it('that is cut off is named', async () => {
    const archive = cpioArchive(PAYLOAD, TIME);
    const cut = gzipSync(archive.subarray(0, archive.length - 700));
    expect(await faultsOf(withPayload(cut), null)).toEqual([expect.stringMatching(/ends early/)]);
    const packed = gzipSync(archive);
    expect(await faultsOf(withPayload(packed.subarray(0, packed.length - 9)), null)).toEqual([
      expect.stringMatching(/is damaged: it cannot be unpacked/),
    ]);
  });

  it('with something behind its end is named', async () => {
    const more = Buffer.concat([cpioArchive(PAYLOAD, TIME), Buffer.from('more')]);
    expect(await faultsOf(withPayload(gzipSync(more)), null)).toEqual([
      'spillwatch.pkg/Payload: has something behind its end',
    ]);
  });

  it('whose file states more than there may be is refused before it is read', async () => {
    const archive = cpioArchive(PAYLOAD, TIME);
    archive.write('77777777777', archive.indexOf('./Library\0') - 11);
    expect(await faultsOf(withPayload(gzipSync(archive)), null)).toEqual([
      expect.stringMatching(/has a length of 8589934591/),
    ]);
  });

  it('whose name states to be long is refused', async () => {
    const archive = cpioArchive(PAYLOAD, TIME);
    archive.write('777777', 59);
    expect(await faultsOf(withPayload(gzipSync(archive)), null)).toEqual([
      expect.stringMatching(/has a length of 262143/),
    ]);
  });
});

describe('bills of materials', () => {
  const bom = bomOf(PAYLOAD, TIME);

  it('leaves in a ring are refused', () => {
    const ring = Buffer.from(bom);
    const leaf = ring.indexOf(Buffer.from([0, 1, 0, PAYLOAD.length, 0, 0, 0, 0, 0, 0, 0, 0]));
    const tree = ring.indexOf('tree');
    ring.writeUInt32BE(ring.readUInt32BE(tree + 8), leaf + 4);
    expect(() => readBom(ring)).toThrow(/leaves that form no chain/);
  });

  it('a folder in itself is refused', () => {
    const names = ['Application Support\0', 'Spillwatch\0'];
    const [outer = 0, inner = 0] = names.map((name) => bom.indexOf(name) - 4);
    const ring = Buffer.from(bom);
    // Application Support lies in Spillwatch, which lies in it.
    ring.writeUInt32BE(ring.readUInt32BE(inner) + 4, outer);
    expect(() => readBom(ring)).toThrow(FormatError);
  });

  it('any bytes and any change of a good one end in entries or a FormatError', () => {
    const change = fc.record({ at: fc.nat(bom.length - 1), value: fc.nat(255) });
    const spoilt = fc.array(change, { minLength: 1, maxLength: 8 }).map((changes) => {
      const bytes = Buffer.from(bom);
      for (const { at, value } of changes) bytes.writeUInt8(value, at);
      return bytes;
    });
    const random = fc.uint8Array().map((bytes) => Buffer.concat([Buffer.from('BOMStore'), bytes]));
    fc.assert(
      fc.property(fc.oneof(spoilt, random), (bytes) => {
        expect(entriesOrFormatError(() => readBom(bytes))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('XML', () => {
  it.each([
    ['own entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /defines entities/],
    ['an unknown entity', '<a>&b;</a>', /uses the entity &b;/],
    ['an open element', '<a><b></a>', /closes <a> that is not open/],
    ['two roots', '<a/><b/>', /is no XML document/],
    ['an attribute twice', '<a b="1" b="2"/>', /attribute b is there twice/],
    ['a character that there is not', '<a>&#x110000;</a>', /uses the character/],
    ['depth without end', '<a>'.repeat(100), /over 64 levels deep/],
    ['an end that does not come', '<a b="', /ends before/],
  ])('with %s is refused', (_, text, fault) => {
    expect(() => parseXml(Buffer.from(text))).toThrow(fault);
  });

  it('has text, attributes, comments and CDATA', () => {
    const text = `<?xml version="1.0"?><!DOCTYPE a PUBLIC "x" "y">
<a b='1 &lt; &#50;'><!-- <c> -->x<c/><![CDATA[<&>]]>&amp;</a>`;
    const root = parseXml(Buffer.from(text));
    expect(root.attributes.get('b')).toBe('1 < 2');
    expect(root.text).toBe('x<&>&');
    expect(root.children.map(({ name }) => name)).toEqual(['c']);
  });

  it('any text ends in an element or a FormatError', () => {
    const piece = fc.constantFrom(
      '<a>',
      '</a>',
      '<a ',
      'b="',
      '"',
      '&',
      ';',
      '<!--',
      '-->',
      '>',
      '/',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const bytes = Buffer.from(pieces.join(''));
        expect(entriesOrFormatError(() => parseXml(bytes))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

function entriesOrFormatError(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    return error instanceof FormatError;
  }
}

it('any change of a package is a fault and never a crash', async () => {
  const change = fc.record({
    at: fc.nat(WHOLE.length - 1),
    value: fc.integer({ min: 1, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Buffer.from(WHOLE);
      for (const { at, value } of changes) bytes.writeUInt8(bytes.readUInt8(at) ^ value, at);
      fc.pre(!bytes.equals(WHOLE));
      expect((await faultsOf(bytes)).length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
